"""Take over requests of another system (Open311 GeoReport v2) with their history as it was.

Each record becomes a report with the channel `import`, its own dates and no clock of ours: what
was asked of another office in another year cannot make this house late. Records come in batches;
each batch is one transaction, and nothing is read from a network within it.
"""

from dothi.feedback.services.open311.placing import Plan as Plan
from dothi.feedback.services.open311.taking import Tally as Tally
from dothi.feedback.services.open311.taking import import_open311 as import_open311
