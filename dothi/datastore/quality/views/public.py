"""The doors of readers: figures for programs, and two versions side by side."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import formats
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.ingestion.wording import title
from dothi.datastore.quality import selectors, services
from dothi.datastore.quality.views.panels import opened, user_id
from dothi.datastore.sharing.services import NothingYet, NotShared
from dothi.datastore.tables.selectors import Changes, VersionClosed

HOUR = timedelta(hours=1)
SAMPLE = 10
NOT_THERE = (NotShared, NothingYet, VersionClosed, ObjectDoesNotExist)


@require_safe
@limited("quality.profile", limit=2000, per=HOUR, methods=("GET",))
def profile(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of the newest version, as kept; 202 while a worker is at it."""
    opening = opened(request, code)
    if opening is None:
        raise Http404
    kept = services.profile_or_ask(opening, user_id=user_id(request), at=clock.now())
    about = {"dataset": code, "version": opening.version, "checksum": opening.checksum}
    if kept is None:
        response = JsonResponse({**about, "state": "waiting"}, status=202)
        response["Retry-After"] = "30"
    else:
        response = JsonResponse({**about, "taken_at": kept.taken_at, **kept.figures})
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@limited("quality.changes", limit=600, per=HOUR, methods=("GET",))
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """What came, went and changed between two versions that the reader chooses."""
    opening = opened(request, code)
    versions = selectors.comparable(code)
    if opening is None or len(versions) < 2:
        raise Http404
    newer = _number(request, "to", versions[0].number)
    older = _number(request, "from", versions[1].number)
    older, newer = sorted((older, newer))
    context: dict[str, Any] = {
        "dataset": {"code": code, "title": opening.title},
        "versions": versions,
        "older": older,
        "newer": newer,
    }
    try:
        seen, found = selectors.changes_seen(code, older, newer, request.user, at=clock.now())
    except selectors.NotComparable as error:
        context["too_large"] = error.rows
    except NOT_THERE as error:
        raise Http404 from error
    else:
        context |= _shown(found, seen.fields)
    return render(request, "quality/changes.html", context)


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    number = request.GET.get(name, "")
    return int(number) if number.isdecimal() and len(number) < 10 else otherwise


def _shown(found: Changes, fields: tuple[Field, ...]) -> dict[str, Any]:
    titles = {one.name: title(one) for one in fields}
    return {
        "found": found,
        "columns": [
            {"title": titles.get(name, name), "rows": count}
            for name, count in sorted(found.columns.items(), key=lambda one: -one[1])
        ],
        "new_columns": [titles.get(name, name) for name in found.new_columns],
        "heads": [titles[one.name] for one in fields],
        "samples": {
            fate: [[_cell(row.get(one.name)) for one in fields] for row in rows[:SAMPLE]]
            for fate, rows in found.samples.items()
        },
    }


def _cell(value: Any) -> dict[str, str]:
    """What stands there, and what stood there before where the two differ."""
    if isinstance(value, list):
        was, now = value
        return {"was": _text(was) or "–", "now": _text(now) or "–"}
    return {"was": "", "now": _text(value)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return formats.date_format(clock.local(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    text = str(formats.localize(value)) if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
