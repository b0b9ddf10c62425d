"""What can be done with units: the tree (`tree`), the ground (`areas`), a whole set (`bundle`)."""

from dothi.units.services.areas import Report as Report
from dothi.units.services.areas import UnreadableFile as UnreadableFile
from dothi.units.services.areas import draw_area as draw_area
from dothi.units.services.areas import import_areas as import_areas
from dothi.units.services.areas import import_file as import_file
from dothi.units.services.bundle import Bundle as Bundle
from dothi.units.services.bundle import load_bundle as load_bundle
from dothi.units.services.bundle import read_bundle as read_bundle
from dothi.units.services.tree import Link as Link
from dothi.units.services.tree import NewUnit as NewUnit
from dothi.units.services.tree import NotPossible as NotPossible
from dothi.units.services.tree import add_alias as add_alias
from dothi.units.services.tree import create_unit as create_unit
from dothi.units.services.tree import end_unit as end_unit
from dothi.units.services.tree import reorganise as reorganise
