"""Questions about the quality of published versions."""

from dothi.datastore.quality.selectors.changes import NotComparable as NotComparable
from dothi.datastore.quality.selectors.changes import changes_seen as changes_seen
from dothi.datastore.quality.selectors.changes import comparable as comparable
