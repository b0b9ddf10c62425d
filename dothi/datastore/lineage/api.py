"""Run events of OpenLineage for programs: what was published, from what, and how good it is."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError

from dothi.core import clock
from dothi.core.limits.http import caller_of
from dothi.core.limits.services import hit
from dothi.datastore.lineage import selectors

router = Router(tags=["lineage"])
AN_HOUR = timedelta(hours=1)
ASKED_AN_HOUR = 600
AT_MOST = 100


@router.get("/events", response=list[dict[str, Any]])
def events(
    request: HttpRequest,
    dataset: str,
    since: datetime | None = None,
    limit: int = 20,
) -> list[dict[str, Any]]:
    """The publishes of a dataset as RunEvents (2-0-2), the newest first; 100 at most."""
    at = clock.now()
    if not hit(
        key=f"lineage.events\0{caller_of(request)}", limit=ASKED_AN_HOUR, per=AN_HOUR, at=at
    ):
        raise HttpError(429, "Too many requests. Please ask again in an hour.")
    if since is not None and since.tzinfo is None:
        raise HttpError(422, "Say the time zone of `since`.")
    found = selectors.events_seen_by(
        request.user, dataset, since=since, limit=min(max(limit, 1), AT_MOST), on=at.date()
    )
    if found is None:
        raise HttpError(404, "There is no such dataset.")
    return found
