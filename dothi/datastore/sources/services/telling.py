"""What the steward finds among their duties: a source that needs them, a delivery that waits."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from dothi.core.inbox import services as duties
from dothi.datastore.sources.models import Source
from dothi.datastore.sources.services import wording

DUTY = "datastore.source"


def told(source: Source, *, at: datetime) -> None:
    """It was held, or failed too often."""
    with translation.override("vi"):
        _put(source, wording.fault(source.fault, source.facts), group=source.state, at=at)


def waits(source: Source, *, at: datetime) -> None:
    """What it brought was checked, and is published only after somebody looked."""
    with translation.override("vi"):
        _put(source, wording.waits(), group="checked", at=at)


def done(source: Source) -> None:
    duties.close(kind=DUTY, code=source.code)


def _put(source: Source, what: str, *, group: str, at: datetime) -> None:
    dataset = source.dataset
    # The table shows the same words and address to everybody, in the first language of the house.
    duties.put(
        kind=DUTY, code=source.code, title=f"{source.title}: {what}",
        unit_code=dataset.unit.code, role=dataset.steward_role, due_at=None, group=group[:20],
        url=reverse("sources:source", args=[source.code]), at=at,
    )  # fmt: skip
