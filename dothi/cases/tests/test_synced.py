"""Indicator 1.4 of QĐ 766: what the national portal knows, counted anew from the ledger."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from dothi.cases import ports, selectors, services
from dothi.cases.choices import Act, Figure, Measure, Sent
from dothi.cases.models import Dossier, Move, Telling
from dothi.cases.ports import NotSent, NotTaken
from dothi.cases.rules import Period
from dothi.cases.tests.factories import MONDAY_9AM, Office, at
from dothi.cases.tests.walking import walk
from dothi.lib.national_portal import SYNC

pytestmark = pytest.mark.django_db
NAME = "moody"
LATER = at("2026-06-01T08:00")


class Moody:
    """A portal that takes, refuses, or does not answer, as chance has it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.taken: list[tuple[str, str]] = []

    def send(self, service: str, record: dict[str, Any], *, updating: bool) -> None:
        mood = self.chance.random()
        if mood < 0.08:
            raise NotSent("silence")
        if mood < 0.16:
            raise NotTaken("not in its form")
        self.taken.append((service, record["MaHoSo"]))

    def arrivals(self, **_: Any) -> Iterator[Any]:
        return iter(())


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Moody:
    made = Moody(random.Random(766))

    @contextmanager
    def way() -> Iterator[Moody]:
        yield made

    known = {NAME: ports.Known(way=way, is_on=lambda: True)}
    monkeypatch.setattr(ports, "portals", known)
    return made


def synced(office: Office, period: Period, *, at: datetime = LATER) -> dict[Figure, int]:
    return selectors.summed(selectors.lines_seen_by(office.officer, period, at=at)).counts


def recount(period: Period) -> set[int]:
    """The dossiers that count, from lines of the ledger and of the history alone."""
    since, until = selectors.moments(period)
    found = set()
    for dossier in Dossier.objects.all():
        moves = {move.pk: move for move in Move.objects.filter(dossier=dossier)}
        came = [move.at for move in moves.values() if move.act == Act.RECEIVE]
        if not came or not since <= came[0] < until:
            continue
        lines = list(Telling.objects.filter(dossier=dossier))
        told = {line.pk for line in lines if line.sent_at is not None and line.sent_at < until}
        due = {line.pk for line in lines if moves[line.move].at < until}
        if due <= told and any(line.pk in told and line.service == SYNC for line in lines):
            found.add(dossier.pk)
    return found


def test_what_the_portal_knows_agrees_with_a_recount_from_the_ledger(
    office: Office, portal: Moody
) -> None:
    """Weeks of work that a portal hears of late, in part, or not at all; each period anew."""
    end = walk(office, random.Random(14), MONDAY_9AM, 150)
    for move in Move.objects.select_related("dossier").order_by("at", "id"):
        services.note_move(code=move.dossier.code, move=move.pk, at=move.at)
    moment = MONDAY_9AM
    while moment < end - timedelta(days=4):  # The portal is away for the last days.
        services.tell_portals(at=moment)
        moment += timedelta(hours=9)
    states = set(Telling.objects.values_list("state", flat=True))
    assert {Sent.SENT, Sent.WAITING, Sent.REFUSED} <= states
    seen, after = [], end + timedelta(days=40)
    day = MONDAY_9AM.date()
    while day < end.date():
        period = Period(since=day, until=day + timedelta(days=8))
        counted = synced(office, period, at=after)
        page = selectors.behind(office.officer, Figure.SYNCED, period, at=after, limit=500)
        assert {one.pk for one in page.items} == recount(period), period
        assert counted[Figure.SYNCED] == len(page.items)
        seen.append((counted[Figure.SYNCED], counted[Figure.RECEIVED]))
        day += timedelta(days=8)
    known, received = (sum(column) for column in zip(*seen, strict=True))
    assert 0 < known < received, seen


def test_a_dossier_counts_once_the_portal_has_it_whole(office: Office, portal: Moody) -> None:
    portal.chance = random.Random()
    portal.chance.random = lambda: 1.0  # type: ignore[method-assign]
    known, unknown = office.received(), office.received()
    for move in Move.objects.filter(dossier=known):
        services.note_move(code=known.code, move=move.pk, at=MONDAY_9AM)
    march = Period(since=at("02T00:00").date(), until=at("2026-04-01T00:00").date())
    assert synced(office, march)[Figure.SYNCED] == 0
    services.tell_portals(at=at("02T10:00"))
    lines = selectors.lines_seen_by(office.officer, march, at=LATER)
    rate = {one.measure: one for one in selectors.rates(lines, online=set(), offered=2)}[
        Measure.SYNCED
    ]
    assert (rate.part, rate.whole, rate.value, rate.points) == (1, 2, 50.0, None)
    missing = selectors.behind(
        office.officer, Figure.SYNCED, march, at=LATER, of=Figure.RECEIVED
    ).items
    assert [one.pk for one in missing] == [unknown.pk]
    services.begin(dossier=known, by=office.officer, at=at("03T09:00"))
    step = Move.objects.filter(dossier=known).latest("id")
    services.note_move(code=known.code, move=step.pk, at=at("03T09:00"))
    assert synced(office, march)[Figure.SYNCED] == 0, "a step that the portal has not heard of"
    assert synced(office, march, at=at("03T08:00"))[Figure.SYNCED] == 1, "as it was before it"
