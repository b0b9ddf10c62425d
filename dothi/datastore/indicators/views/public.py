"""The doors of readers: the list of indicators, one of them, its readings as files."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.indicators import forms, permissions, selectors
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.models import Definition
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors import Asked, ByUnit, Guard, Why
from dothi.datastore.indicators.views import shared
from dothi.datastore.ingestion import selectors as feeds
from dothi.lib import text_vi

HOUR = timedelta(hours=1)
HEADS = (
    "at", "run", "definition", "value", "numerator", "denominator", "unit_of_measure",
)  # fmt: skip
DAYS_OF_FILES = timedelta(days=400)


@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """What this reader may see of what is measured, with the newest kept figures."""
    on = clock.now().date()
    words = text_vi.tidy(request.GET.get("q", ""))[:100]
    seen = selectors.indicators_seen_by(request.user, on=on)
    found = selectors.matching(seen, words)
    codes = [one.code for one in found]
    kept = {run: selectors.newest_kept(codes, run=run) for run in (Run.NOW, Run.STORE)}
    troubles = selectors.troubles(codes)
    rows = []
    for one in found:
        newest = _newer(kept[Run.NOW].get(one.code), kept[Run.STORE].get(one.code))
        rows.append(
            shared.shown(
                one,
                newest.figure.value.value if newest else None,
                run=newest.figure.run if newest else None,
                as_of=newest.figure.at if newest else None,
                troubles=troubles.get(one.code, ()),
            )
        )
    return render(
        request,
        "indicators/list.html",
        {
            "indicators": rows,
            "words": words,
            "may_define": request.user.is_authenticated
            and permissions.may_define(request.user, on=on),
        },
    )


def _newer(one: selectors.Kept | None, other: selectors.Kept | None) -> selectors.Kept | None:
    found = [kept for kept in (one, other) if kept is not None]
    return max(found, key=lambda kept: kept.figure.at, default=None)


def _found(request: HttpRequest, code: str) -> Indicator:
    """The indicator, if this reader may see it; else there is none."""
    seen = selectors.indicators_seen_by(request.user, on=clock.now().date())
    indicator = next((one for one in seen if one.code == code), None)
    if indicator is None:
        raise Http404
    return indicator


@require_safe
@limited("indicators.page", limit=1200, per=HOUR, methods=("GET",))
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: what it says, since when, by unit, why it moved, what it means."""
    now = clock.now()
    found = _found(request, code)
    guard = selectors.guard_of(found, request.user, at=now)
    form = forms.AskForm(
        request.GET, indicator=found, now=now, guard=guard,
        releases=selectors.releases_with(found),
    )  # fmt: skip
    asked = form.answers()
    definitions = selectors.definitions(code)
    points = shared.last_of_each_day(
        selectors.series(code, since=now - timedelta(days=asked.days), unit_ids=None)
    )
    return render(
        request,
        "indicators/indicator.html",
        {
            "form": form,
            "indicator": shared.shown(found),
            "figures": _figures(found, now),
            "drawn": shared.drawn(points, found),
            "points": shared.rows_of(points, found),
            "definition_changed": len({one.definition for one in points}) > 1,
            "days": asked.days,
            "units": _units(found, asked, now, guard),
            "why": _why(found, asked, now, guard) if asked.wants_why else None,
            "guard": guard,
            "cite": request.build_absolute_uri(request.path),
            "wants_why": asked.wants_why,
            "formula": selectors.definition(code),
            "reads": _reads(request, found),
            "definitions": _changes(definitions),
            "past": str(found.past.label),
            "known_since": selectors.known_since(found),
            "measure": found.unit_of_measure,
            "by_title": dict(form.fields["by"].choices)[asked.by],  # type: ignore[attr-defined]
        },
    )


def _figures(found: Indicator, now: datetime) -> list[dict[str, Any]]:
    """What each run says now; a run that fails is told and empties nothing else."""
    shown = []
    for run in (Run.NOW, Run.STORE):
        if not (found.is_hot if run == Run.NOW else found.is_stored):
            continue
        asked = _ask(found, now=now, run=run)
        shown.append(
            {
                "run": str(run.label),
                "name": f"{found.code}.{run}",
                "value": shared.words(asked.whole.value, found) if asked else "–",
                "at": asked.at if asked else None,
                "versions": dict(asked.versions) if asked else {},
            }
        )
    return shown


def _ask(
    found: Indicator,
    *,
    now: datetime,
    at: datetime | None = None,
    run: Run | None = None,
    on: date | None = None,
    release: str = "",
) -> Asked | None:
    try:
        return selectors.ask(found.code, now=now, at=at, run=run, on=on, release=release)
    except selectors.FAULTS:
        return None


def _units(
    found: Indicator, asked: forms.Asking, now: datetime, guard: Guard
) -> dict[str, Any] | None:
    """The tree of a date; None where there is nothing to answer from."""
    at = None if asked.at is None else shared.moment_of(asked.at, now=now)
    made = dict(selectors.releases_with(found)).get(asked.release) if asked.release else None
    at, run = (at or made, Run.STORE) if made else (at, asked.run)
    on = asked.on
    if guard.at_least:  # Two sets of boundaries would give away what is hidden on one.
        at = selectors.moment_for(guard, at or now) if guard.everybody else at
        on = clock.local(at or now).date()
    answer = _ask(found, now=now, at=at, run=run, on=on, release=asked.release)
    if answer is None:
        return None
    table = selectors.by_unit(answer.parts, found, on=on, guard=guard)
    return {
        "at": answer.at,
        "run": str(answer.run.label),
        "release": answer.release,
        "whole": shared.words(answer.whole.value, found),
        "on": on,
        "rows": _unit_rows(table, found),
        "nowhere": None
        if table.nowhere is None
        else shared.words(table.nowhere.value, found, hidden=table.nowhere_hidden),
    }


def _unit_rows(table: ByUnit, found: Indicator) -> list[dict[str, Any]]:
    return [
        {
            "name": row.unit.name,
            "code": row.unit.code,
            "depth": min(row.depth, 4),
            "value": shared.words(row.value.value, found, hidden=row.hidden),
            "estimated": round(100 * row.share_estimated),
        }
        for row in table.rows
    ]


def _why(
    found: Indicator, asked: forms.Asking, now: datetime, guard: Guard
) -> dict[str, Any] | None:
    try:
        why = selectors.why(
            found.code,
            start=shared.moment_of(asked.start, now=now),
            end=shared.moment_of(asked.end, now=now),
            by=asked.by,
            guard=guard,
        )
    except selectors.FAULTS:
        return None
    return {
        "start": clock.local(why.start).date(),
        "end": clock.local(why.end).date(),
        "before": shared.words(why.before.value, found),
        "after": shared.words(why.after.value, found),
        "change": shared.change_words(why.change, found),
        "rows": _contributions(why, found),
        "told": why.contributions is not None,
        "largest": max((abs(float(one.share)) for one in why.contributions or ()), default=0),
    }


def _contributions(why: Why, found: Indicator) -> list[dict[str, Any]]:
    none = _("No unit known") if why.by == selectors.UNIT else _("Not stated")
    return [
        {
            "name": shared.names_of(why.names, one.group, none),
            "before": shared.words(one.before.value, found, hidden=one.group in why.hidden),
            "after": shared.words(one.after.value, found, hidden=one.group in why.hidden),
            "share": "" if one.group in why.hidden else shared.change_words(one.share, found),
            "size": abs(float(one.share)),
        }
        for one in why.contributions or ()
    ]


def _reads(request: HttpRequest, found: Indicator) -> list[dict[str, Any]]:
    """The datasets that it reads; a link where this reader may see the dataset."""
    seen = {
        one.code: one.title
        for one in catalogue.datasets_seen_by(request.user, on=clock.now().date()).filter(
            code__in=found.datasets
        )
    }
    fed = {one.dataset: one for one in feeds.feeds()} if found.datasets else {}
    return [
        {
            "code": code,
            "title": seen.get(code, ""),
            "fed_at": fed[code].fed_at if code in fed else None,
            "waiting": fed[code].waiting if code in fed else 0,
            "failed": bool(code in fed and fed[code].failure),
        }
        for code in found.datasets
    ]


def _changes(found: Sequence[Definition]) -> list[dict[str, Any]]:
    older: list[Definition | None] = [*found, None][1:]
    return [
        {
            "number": one.number,
            "since": one.since,
            "first": before is None,
            "words_only": before is not None and before.expression_digest == one.expression_digest,
            "title": one.title,
            "help": one.help,
            "formula": one.formula,
        }
        for one, before in zip(found, older, strict=True)
    ]


@require_safe
@limited("indicators.file", limit=600, per=HOUR, methods=("GET",))
def readings(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The kept readings of 400 days as CSV or JSON, oldest first."""
    found = _found(request, code)
    rows = [
        dict(
            zip(
                HEADS,
                (clock.local(one.at).isoformat(), one.run.value, one.definition or None,
                 one.value.value, one.value.numerator, one.value.denominator,
                 found.unit_of_measure),
                strict=True,
            )
        )
        for one in selectors.series(code, since=clock.now() - DAYS_OF_FILES)
    ]  # fmt: skip
    response: HttpResponse
    if form == "json":
        response = JsonResponse({"code": code, "readings": rows})
    else:
        out = io.StringIO()
        writer = csv.DictWriter(out, HEADS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.{form}"'
    response["X-Robots-Tag"] = "noindex"
    return response
