"""The counter at the desk: call, call again, pass over, pass on, all by one key each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases.choices import Power
from dothi.cases.models import Counter, ServiceGroup, Turn
from dothi.cases.selectors import counters as asked
from dothi.cases.services import Refused, counters
from dothi.core import clock
from dothi.units.models import Unit


def office_chosen(request: SignedInRequest, power: Power, at: datetime) -> tuple[Unit, list[Unit]]:
    """The unit that the address names, else the first one where the person has this power.

    Raises:
        PermissionDenied: the person has it nowhere, or not there.
    """
    units = asked.offices_seen_by(request.user, power, on=at.date())
    code = request.GET.get("unit", "")
    found = next((one for one in units if not code or one.code == code), None)
    if found is None:
        raise PermissionDenied
    return found, units


@staff_required
def desk(request: SignedInRequest) -> HttpResponse:
    """Where the officer serves: who stands there, who waits, and the keys."""
    at = clock.now()
    own = asked.counter_of(request.user)
    unit, units = office_chosen(request, Power.RECEIVE, at)
    if own is not None and own.unit in units and not request.GET.get("unit"):
        unit = own.unit
    places = asked.counters_of(unit, on=at.date())
    mine = next((one for one in places if own is not None and one.pk == own.pk), None)
    groups = asked.groups_of(unit, on=at.date())
    context = {
        "unit": unit,
        "units": units,
        "counters": places,
        "mine": mine,
        "current": asked.current(mine) if mine else None,
        "groups": groups,
        "missed": asked.missed_today(unit, on=at.date()),
        **waiting(unit, mine, at),
    }
    return render(request, "cases/desk/counter.html", context)


@staff_required
def line_now(request: SignedInRequest) -> HttpResponse:
    """Who waits, as a piece of the page."""
    at = clock.now()
    unit, _others = office_chosen(request, Power.RECEIVE, at)
    own = asked.counter_of(request.user)
    mine = own if own is not None and own.unit_id == unit.pk else None
    context = {"unit": unit, "mine": mine, **waiting(unit, mine, at)}
    return render(request, "cases/desk/_waiting.html", context)


def waiting(unit: Unit, mine: Counter | None, at: datetime) -> dict[str, Any]:
    """Who is next at the own counter, and how many wait in each group."""
    keys = [group.pk for group in mine.groups.all()] if mine else []
    return {
        "line": asked.line(keys, at=at)[:8] if keys else [],
        "lines": asked.screen(unit, at=at).waiting,
    }


@staff_required
@require_POST
def act(request: SignedInRequest) -> HttpResponse:
    """One of the keys."""
    at = clock.now()
    unit, _others = office_chosen(request, Power.RECEIVE, at)
    verb = ACTS.get(request.POST.get("act", ""))
    if verb is None:
        raise Http404
    try:
        answer = verb(request, unit, at)
    except Refused as refused:
        messages.error(request, refused.message)
        answer = None
    return answer or redirect(f"{reverse('cases:counter')}?{urlencode({'unit': unit.code})}")


def _sit(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.sit_down(counter=_counter(request, unit, at), by=request.user, at=at)


def _up(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.get_up(counter=_mine(request, unit), by=request.user, at=at)


def _pause(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.pause(counter=_mine(request, unit), on=True, by=request.user, at=at)


def _go_on(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.pause(counter=_mine(request, unit), on=False, by=request.user, at=at)


def _next(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    if counters.call_next(counter=_mine(request, unit), by=request.user, at=at) is None:
        messages.info(request, _("Nobody waits for your counter."))


def _again(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.call_again(turn=_turn(request, unit, at), by=request.user, at=at)


def _missed(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.did_not_come(turn=_turn(request, unit, at), by=request.user, at=at)


def _served(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.served(
        turn=_turn(request, unit, at), by=request.user, at=at,
        dossier=request.POST.get("dossier", "")[:60],
    )  # fmt: skip


def _transfer(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    group = _group(request, unit, at)
    counters.transfer(turn=_turn(request, unit, at), to=group, by=request.user, at=at)


def _back(request: SignedInRequest, unit: Unit, at: datetime) -> None:
    counters.back_in_line(turn=_turn(request, unit, at), by=request.user, at=at)


def _take(request: SignedInRequest, unit: Unit, at: datetime) -> HttpResponse:
    taken = counters.take_turn(
        group=_group(request, unit, at), by=request.user, at=at,
        priority=request.POST.get("priority") == "1",
    )  # fmt: skip
    return redirect("cases:turn", taken.secret)


Verb = Callable[[SignedInRequest, Unit, datetime], HttpResponse | None]
ACTS: dict[str, Verb] = {
    "sit": _sit, "up": _up, "pause": _pause, "go_on": _go_on, "next": _next, "again": _again,
    "miss": _missed, "served": _served, "transfer": _transfer, "back": _back, "take": _take,
}  # fmt: skip


def _mine(request: SignedInRequest, unit: Unit) -> Counter:
    own = asked.counter_of(request.user)
    if own is None or own.unit_id != unit.pk:
        raise Refused(_("Please choose your counter first."))
    return own


def _counter(request: SignedInRequest, unit: Unit, at: datetime) -> Counter:
    wanted = request.POST.get("counter", "")
    for one in asked.counters_of(unit, on=at.date()):
        if str(one.number) == wanted:
            return one
    raise Http404


def _group(request: SignedInRequest, unit: Unit, at: datetime) -> ServiceGroup:
    wanted = request.POST.get("group", "")
    for one in asked.groups_of(unit, on=at.date()):
        if one.letter == wanted:
            return one
    raise Http404


def _turn(request: SignedInRequest, unit: Unit, at: datetime) -> Turn:
    """The number that the page showed: of this unit and this day."""
    text = request.POST.get("turn", "")
    found = asked.turn_of(unit, int(text), on=at.date()) if text.isdecimal() else None
    if found is None:
        raise Http404
    return found
