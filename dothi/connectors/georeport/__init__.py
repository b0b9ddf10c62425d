"""Read the GeoReport v2 endpoint of another city, page by page."""

from dothi.connectors.georeport.client import NotReached as NotReached
from dothi.connectors.georeport.client import records as records
