"""Figures of a period: they agree with a recount from the facts, and with the lists behind them."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dothi.cases import events, rules, selectors, services
from dothi.cases.choices import Act, Figure, Measure, Origin, Paid, Status
from dothi.cases.models import Dossier
from dothi.cases.rules import Course, Period, Request
from dothi.cases.tests.factories import MONDAY_9AM, Office, at, make_result
from dothi.cases.tests.paying import CODE, begun, paid, trial
from dothi.cases.tests.walking import walk
from dothi.core.clock import local
from dothi.core.events.models import Record
from dothi.procedures.choices import Way
from dothi.procedures.tests import documents

pytestmark = pytest.mark.django_db
MARCH = Period(since=date(2026, 3, 1), until=date(2026, 4, 1))
LATER = at("2026-06-01T08:00")


def counts(office: Office, period: Period, *, at: datetime = LATER) -> dict[Figure, int]:
    return selectors.summed(selectors.lines_seen_by(office.officer, period, at=at)).counts


# --- A recount from the facts --------------------------------------------------------------------


def told() -> dict[str, list[Any]]:
    """The facts of each dossier in their order, read from the log of events alone."""
    found: dict[str, list[Any]] = {}
    kinds: dict[str, Any] = {
        one.name: one for one in (events.DossierSubmitted, events.DossierMoved, events.DossierRated)
    }
    for row in Record.objects.filter(name__in=kinds).order_by("id"):
        fact = kinds[row.name].model_validate(row.payload)
        found.setdefault(row.payload["code"], []).append((row.published_at, fact))
    return found


def recount(period: Period) -> Counter[Figure]:
    """The same figures from nothing but facts: what each step was, and when."""
    since, until = selectors.moments(period)
    counted: Counter[Figure] = Counter()
    for facts in told().values():
        so_far = [(when, fact) for when, fact in facts if when < until]
        counted.update(_of_one(so_far, since, until))
    return counted


def _of_one(facts: list[Any], since: datetime, until: datetime) -> set[Figure]:
    if not facts:
        return set()
    way = facts[0][1].way
    moves = [(when, fact) for when, fact in facts if isinstance(fact, events.DossierMoved)]
    stars = [fact.stars for _when, fact in facts if isinstance(fact, events.DossierRated)]
    received = next((when for when, move in moves if move.act == Act.RECEIVE), None)
    promised = next((move.promised_at for _when, move in moves if move.act == Act.RECEIVE), None)
    for _when, move in moves:
        promised = move.promised_at if move.act == Act.EXTEND else promised
    asked = [when for when, move in moves if move.act == Act.ASK]
    met = [when for when, move in moves if move.act == Act.SUPPLY]
    last = moves[-1][1]
    done = next((when for when, move in moves if move.act == Act.FINISH), None)
    closed = next((when for when, move in moves if Status(move.now) in rules.FINAL), None)
    ended = done or closed
    if ended is not None and ended < since:
        return set()
    found: set[Figure] = set()
    if ended is not None and done is None:
        found |= {
            Status.NOT_RECEIVED: {Figure.NOT_RECEIVED}, Status.WITHDRAWN: {Figure.WITHDRAWN},
            Status.STOPPED: {Figure.STOPPED},
        }[Status(last.now)]  # fmt: skip
    if done is not None:
        found.add(Figure.FINISHED)
    if received is None or promised is None:
        return found
    found.add(Figure.JUDGED)
    requests = [
        Request(asked_at=when, met_at=met[n] if n < len(met) else None)
        for n, when in enumerate(asked)
    ]
    course = Course(
        due_at=promised, received_at=received, done_at=done, ended_at=closed, requests=requests
    )
    on_time = rules.in_time(course, period_end=until)
    if on_time:
        found.add(Figure.IN_TIME)
    if received < since:
        found.add(Figure.CARRIED)
    else:
        found |= {Figure.RECEIVED, {1: Figure.DIRECT, 2: Figure.ONLINE, 3: Figure.POST}[way]}
    if stars and stars[-1] <= 2:
        found.add(Figure.DISLIKED)
    if ended is None:
        found.add(Figure.OPEN)
        if not on_time:
            found.add(Figure.OVERDUE)
        elif promised < until + timedelta(days=1):
            found.add(Figure.NEAR)
        if asked and not met:
            found.add(Figure.WAITING)
    if done is not None and not on_time:
        found.add(Figure.LATE)
    return found


# What facts do not tell, or what days make of it: asked for one by one below.
NOT_RECOUNTED = {
    Figure.EARLY, Figure.ON_DAY, Figure.ELECTRONIC, Figure.DIGITISED, Figure.REUSED,
    Figure.CHARGED, Figure.PAID_ONLINE, Figure.SYNCED,
}  # fmt: skip


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
def test_figures_agree_with_a_recount_from_the_facts(office: Office, seed: int) -> None:
    """Months of random work; each period, past ones too, counted anew from the log of events."""
    end = walk(office, random.Random(seed), MONDAY_9AM, 160)
    day, moment = MONDAY_9AM.date(), end + timedelta(days=40)
    seen: Counter[Figure] = Counter()
    while day < end.date():
        period = Period(since=day, until=day + timedelta(days=9))
        found = counts(office, period, at=moment)
        again = recount(period)
        assert {f: found[f] for f in Figure if f not in NOT_RECOUNTED} == {
            f: again[f] for f in Figure if f not in NOT_RECOUNTED
        }, period
        parts = (Figure.EARLY, Figure.ON_DAY, Figure.LATE)
        assert sum(found[figure] for figure in parts) == found[Figure.FINISHED]
        seen.update(found)
        day += timedelta(days=9)
    often = {Figure.IN_TIME, Figure.OVERDUE, Figure.FINISHED, Figure.CARRIED}
    assert {figure for figure in often if seen[figure]} == often


def test_behind_each_figure_are_as_many_dossiers_as_it_says(office: Office) -> None:
    end = walk(office, random.Random(5), MONDAY_9AM, 150)
    period = Period(since=MONDAY_9AM.date(), until=end.date())
    found = counts(office, period)
    for figure in Figure:
        page = selectors.behind(office.officer, figure, period, at=LATER, limit=500)
        assert len({one.pk for one in page.items}) == found[figure], figure
    misses = selectors.behind(
        office.officer, Figure.IN_TIME, period, at=LATER, of=Figure.JUDGED, limit=500
    )
    assert len(misses.items) == found[Figure.JUDGED] - found[Figure.IN_TIME] > 0


def test_a_long_list_is_read_page_by_page(office: Office) -> None:
    made = [office.received(at=MONDAY_9AM + timedelta(minutes=n)).pk for n in range(5)]
    first = selectors.behind(office.officer, Figure.RECEIVED, MARCH, at=LATER, limit=3)
    rest = selectors.behind(
        office.officer, Figure.RECEIVED, MARCH, at=LATER, limit=3, before=int(first.next)
    )
    assert [one.pk for one in (*first.items, *rest.items)] == made[::-1]
    assert rest.next == ""


# --- One by one ----------------------------------------------------------------------------------


def test_what_was_finished_on_its_day_is_told_apart_from_before(office: Office) -> None:
    early = office.done(at=at("04T10:00"))
    assert early.promised_at is not None
    day = local(early.promised_at)
    on_day = office.done(at=day.replace(hour=8))
    late = office.done(at=day + timedelta(days=1))
    found = counts(office, MARCH)
    assert [found[f] for f in (Figure.EARLY, Figure.ON_DAY, Figure.LATE)] == [1, 1, 1]
    assert _one(office, Figure.ON_DAY) == on_day.code
    assert _one(office, Figure.LATE) == late.code


def test_papers_digitised_used_again_and_results_as_files_are_counted(office: Office) -> None:
    office.received()
    done = office.handled(at=at("03T09:00"))
    services.advance(dossier=done, outcome="fits", by=office.officer, at=at("03T10:00"))
    make_result(done, at=at("03T11:00"), paper="VB-1")
    services.advance(dossier=done, outcome="signed", by=office.leader, at=at("03T11:00"))
    done.documents.update(digitised=True)
    other = Dossier.objects.exclude(pk=done.pk).get()
    paper = done.documents.get(code=documents.PERMIT_PAPERS[0])
    other.documents.filter(code=paper.code).update(reused_from=paper, digitised=True)
    found = counts(office, MARCH)
    assert found[Figure.ELECTRONIC] == found[Figure.DIGITISED] == found[Figure.REUSED] == 1
    assert _one(office, Figure.DIGITISED) == done.code
    assert _one(office, Figure.REUSED) == other.code


def _one(office: Office, figure: Figure) -> str:
    (found,) = selectors.behind(office.officer, figure, MARCH, at=LATER).items
    return found.code


def test_what_was_paid_online_is_told_apart_from_cash(office: Office) -> None:
    """A permit brought to the counter costs something; submitted online it is free."""
    office.received(way=Way.ONLINE)
    cash = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    services.collect(dossier=cash, by=office.counter, at=at("02T09:05"), how=Paid.CASH)
    online = office.received(way=Way.DIRECT, origin=Origin.COUNTER)
    with trial():
        payment = begun(online, at=MONDAY_9AM)
        services.confirm(provider=CODE, told=paid(payment), at=at("02T09:10"))
    found = counts(office, MARCH)
    assert (found[Figure.CHARGED], found[Figure.PAID_ONLINE]) == (2, 1)
    assert _one(office, Figure.PAID_ONLINE) == online.code
    lines = selectors.lines_seen_by(office.officer, MARCH, at=LATER)
    rates = {one.measure: one for one in selectors.rates(lines, online=set(), offered=2)}
    assert rates[Measure.PAID].value == 50.0
    assert (rates[Measure.PAYABLE].part, rates[Measure.PAYABLE].whole) == (1, 1)


def test_a_period_that_goes_on_is_told_until_now(office: Office) -> None:
    office.handled()
    assert counts(office, MARCH, at=at("03T09:00"))[Figure.IN_TIME] == 1
    assert counts(office, MARCH, at=LATER)[Figure.IN_TIME] == 0


def test_another_unit_has_other_figures_and_strangers_have_none(office: Office) -> None:
    office.received()
    assert selectors.lines_seen_by(office.stranger, MARCH, at=LATER) == []
    assert selectors.lines_seen_by(office.officer, MARCH, at=LATER, unit=office.hill.code) == []
    assert selectors.behind(office.stranger, Figure.RECEIVED, MARCH, at=LATER).items == []
    assert not selectors.register(office.stranger, MARCH, at=LATER).exists()
    assert selectors.register(office.counter, MARCH, at=LATER).count() == 1


def test_rates_say_how_many_of_how_many(office: Office) -> None:
    office.received(way=Way.ONLINE)
    office.received(way=Way.ONLINE)
    office.received(way=Way.DIRECT, origin="counter")
    lines = selectors.lines_seen_by(office.officer, MARCH, at=at("02T10:00"))
    online, offered = selectors.offered_online(date(2026, 3, 2))
    found = {rate.measure: rate for rate in selectors.rates(lines, online=online, offered=offered)}
    assert (found[Measure.ONLINE].part, found[Measure.ONLINE].whole) == (2, 3)
    assert found[Measure.ONLINE].value == 66.67
    assert found[Measure.ONLINE].points == 100.0
    assert found[Measure.IN_TIME].value == 100.0
    assert found[Measure.AVERAGE].value is None
    assert found[Measure.CONTENT].value == 100.0
    assert found[Measure.USED].part == 1
