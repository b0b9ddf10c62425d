"""Questions about the quality of published versions."""

from dothi.datastore.quality.selectors.changes import NotComparable as NotComparable
from dothi.datastore.quality.selectors.changes import changes_seen as changes_seen
from dothi.datastore.quality.selectors.changes import comparable as comparable
from dothi.datastore.quality.selectors.delivering import Delivery as Delivery
from dothi.datastore.quality.selectors.delivering import calendar_of as calendar_of
from dothi.datastore.quality.selectors.delivering import dataset_of as dataset_of
from dothi.datastore.quality.selectors.delivering import every_code as every_code
from dothi.datastore.quality.selectors.delivering import expected_of as expected_of
from dothi.datastore.quality.selectors.delivering import is_dated as is_dated
from dothi.datastore.quality.selectors.delivering import timeliness as timeliness
from dothi.datastore.quality.selectors.standing import all_rules as all_rules
from dothi.datastore.quality.selectors.standing import answers_of as answers_of
from dothi.datastore.quality.selectors.standing import incident_seen_by as incident_seen_by
from dothi.datastore.quality.selectors.standing import incidents_of as incidents_of
from dothi.datastore.quality.selectors.standing import newest_look as newest_look
from dothi.datastore.quality.selectors.standing import newest_looks as newest_looks
from dothi.datastore.quality.selectors.standing import open_incidents as open_incidents
from dothi.datastore.quality.selectors.standing import readers_of as readers_of
from dothi.datastore.quality.selectors.standing import results_of as results_of
from dothi.datastore.quality.selectors.standing import rules_of as rules_of
from dothi.datastore.quality.selectors.standing import scores as scores
