"""Who hears of runs over the store: a server that speaks OpenLineage, or files of a day."""

from dothi.connectors.openlineage import adapter
from dothi.datastore.lineage.ports import register

register("http", adapter.to_server)
register("https", adapter.to_server)
register("file", adapter.to_files)
