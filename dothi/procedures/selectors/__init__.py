"""Questions about the catalogue of procedures."""

from dothi.procedures.selectors.search import Found as Found
from dothi.procedures.selectors.search import search as search
from dothi.procedures.selectors.versions import areas as areas
from dothi.procedures.selectors.versions import draft_of as draft_of
from dothi.procedures.selectors.versions import history_of as history_of
from dothi.procedures.selectors.versions import in_force as in_force
from dothi.procedures.selectors.versions import version_of as version_of
from dothi.procedures.selectors.versions import versions_seen_by as versions_seen_by
