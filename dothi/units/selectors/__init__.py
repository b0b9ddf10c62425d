"""Questions about units: the tree in time (`tree`), the ground (`ground`), counts (`counts`), rows
of any table on the boundaries of any date (`rereading`)."""

from dothi.units.rules import Count as Count
from dothi.units.rules import History as History
from dothi.units.rules import Restatement as Restatement
from dothi.units.selectors.counts import history as history
from dothi.units.selectors.counts import restate as restate
from dothi.units.selectors.ground import Shape as Shape
from dothi.units.selectors.ground import box as box
from dothi.units.selectors.ground import find as find
from dothi.units.selectors.ground import forget as forget
from dothi.units.selectors.ground import nearest as nearest
from dothi.units.selectors.ground import outline as outline
from dothi.units.selectors.ground import unit_at as unit_at
from dothi.units.selectors.ground import units_at as units_at
from dothi.units.selectors.ground import ward_areas as ward_areas
from dothi.units.selectors.rereading import UNKNOWN as UNKNOWN
from dothi.units.selectors.rereading import Boundaries as Boundaries
from dothi.units.selectors.rereading import known_codes as known_codes
from dothi.units.selectors.rereading import lives_of_codes as lives_of_codes
from dothi.units.selectors.rereading import plain as plain
from dothi.units.selectors.rereading import split_among as split_among
from dothi.units.selectors.tree import ancestors as ancestors
from dothi.units.selectors.tree import boundaries as boundaries
from dothi.units.selectors.tree import children as children
from dothi.units.selectors.tree import descendants as descendants
from dothi.units.selectors.tree import in_force as in_force
from dothi.units.selectors.tree import origins_on as origins_on
from dothi.units.selectors.tree import root as root
from dothi.units.selectors.tree import successors_on as successors_on
from dothi.units.selectors.tree import unit_of as unit_of
