"""Questions about the catalogue of procedures."""

from dothi.procedures.selectors.prefilling import prefilled as prefilled
from dothi.procedures.selectors.search import Found as Found
from dothi.procedures.selectors.search import search as search
from dothi.procedures.selectors.versions import all_areas as all_areas
from dothi.procedures.selectors.versions import areas as areas
from dothi.procedures.selectors.versions import content_of as content_of
from dothi.procedures.selectors.versions import designs as designs
from dothi.procedures.selectors.versions import in_force as in_force
from dothi.procedures.selectors.versions import key_of as key_of
from dothi.procedures.selectors.versions import version_of as version_of
from dothi.procedures.selectors.versions import versions_of as versions_of
