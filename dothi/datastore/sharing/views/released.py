"""What a reader finds under the address of a release: the pinned datasets that they may see."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.datastore.sharing import services
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.selectors import VersionClosed


@require_safe
def release(request: HttpRequest, code: str) -> HttpResponse:
    """A release that holds nothing for this reader is none."""
    at = clock.now()
    rows: list[dict[str, Any]] = []
    for pin in tables.pinned(code).select_related("release", "version__table"):
        try:
            opening = services.open_dataset(
                pin.version.table.code, request.user, at=at, version=pin.version.number
            )
        except (services.NotShared, services.NothingYet, VersionClosed, ObjectDoesNotExist):
            continue
        rows.append({"pin": pin, "opening": opening})
    if not rows:
        raise Http404
    context = {
        "release": rows[0]["pin"].release,
        "rows": rows,
        "cited_at": f"{settings.PUBLIC_URL}/data/releases/{code}",
    }
    return render(request, "sharing/release.html", context)
