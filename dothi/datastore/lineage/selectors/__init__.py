"""Questions about the way of data, about runs as events, and how far these are sent."""

from dothi.datastore.lineage.selectors.links import all_links as all_links
from dothi.datastore.lineage.selectors.links import is_known as is_known
from dothi.datastore.lineage.selectors.links import links_around as links_around
from dothi.datastore.lineage.selectors.links import links_into as links_into
from dothi.datastore.lineage.selectors.links import links_seen_by as links_seen_by
from dothi.datastore.lineage.selectors.links import links_used as links_used
from dothi.datastore.lineage.selectors.links import origins_of as origins_of
from dothi.datastore.lineage.selectors.links import unnamed_uses_of as unnamed_uses_of
from dothi.datastore.lineage.selectors.links import uses_of as uses_of
from dothi.datastore.lineage.selectors.runs import FACTS as FACTS
from dothi.datastore.lineage.selectors.runs import events_seen_by as events_seen_by
from dothi.datastore.lineage.selectors.runs import told as told
from dothi.datastore.lineage.selectors.sending import NAMES as NAMES
from dothi.datastore.lineage.selectors.sending import Sent as Sent
from dothi.datastore.lineage.selectors.sending import sending_seen_by as sending_seen_by
