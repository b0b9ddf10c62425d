"""What people keep of their worklists."""

from dothi.core.worklists.models import SavedFilter


def filters_of(*, worklist: str, person_id: int) -> list[SavedFilter]:
    """The filters that somebody keeps for a worklist, by name."""
    return list(SavedFilter.objects.filter(worklist=worklist, person_id=person_id).order_by("name"))
