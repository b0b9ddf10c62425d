"""What the pages of sources share: the source that somebody may see, and who may change it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.datastore.sources import permissions, selectors
from dothi.datastore.sources.models import Source


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A source before somebody who may see it."""

    source: Source
    at: datetime


def seen(request: SignedInRequest, code: str) -> Seen:
    at = clock.now()
    if not permissions.may_manage(request.user, on=at.date()):
        raise PermissionDenied
    try:
        source = selectors.source_seen_by(request.user, code, on=at.date())
    except Source.DoesNotExist as error:
        raise Http404 from error
    return Seen(source=source, at=at)


def managed(request: SignedInRequest, code: str) -> Seen:
    """The same for somebody who may bring data into its dataset."""
    found = seen(request, code)
    unit = found.source.dataset.unit_id
    if not permissions.may_manage(request.user, unit, on=found.at.date()):
        raise PermissionDenied
    return found
