"""Parts of the page of a dataset: its profile, what the newest version changed."""

from typing import Any

from django.http import HttpRequest

from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.quality import selectors, services
from dothi.datastore.quality.views import drawing
from dothi.datastore.quality.views.shared import look_shown, result_shown, trend_of
from dothi.datastore.sharing.services import Opening, open_once


def opened(request: HttpRequest, code: str) -> Opening | None:
    """The newest version as this reader sees it; None where there is nothing to see."""
    return open_once(request, code, request.user, at=clock.now())


def user_id(request: HttpRequest) -> int | None:
    return request.user.pk if isinstance(request.user, User) else None


def profile(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """The figures of what this reader sees; `waits` where a worker is at it."""
    opening = opened(request, code)
    if opening is None or not opening.rows:
        return None
    kept = services.profile_or_ask(opening, user_id=user_id(request), at=clock.now())
    shown = {"code": code, "version": opening.version, "waits": kept is None}
    return shown if kept is None else {**shown, **drawing.profile(kept.figures, opening.fields)}


def changes(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """A way to compare, where there is more than one version to be read."""
    if opened(request, code) is None:
        return None
    versions = selectors.comparable(code)
    if len(versions) < 2:
        return None
    return {"code": code, "newer": versions[0].number, "older": versions[1].number}


def quality(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """The score of the newest look, for whoever sees rows of the dataset."""
    opening = opened(request, code)
    look = selectors.newest_look(code) if opening is not None else None
    if opening is None or look is None:
        return None
    shown = [result_shown(one, opening.contract) for one in selectors.results_of(look)]
    return {
        **look_shown(look),
        "code": code,
        "failed": [one for one in shown if one["failed"]],
        "trend": trend_of(code, clock.now()),
    }
