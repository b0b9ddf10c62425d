"""Lives of dossiers by verbs, and what staff ask of very many: empty, and filled.

    python -m bench.cases                      a million dossiers
    ROWS=100000 LIVES=600 python -m bench.cases
    KEEP=/var/tmp/dothi-million python -m bench.cases    seeded once, found again the next time

A life: submitted, received, taken on, checked, its result signed, finished, given back; its events
delivered. Run as `python -m bench.cases COUNT SEED` it is one of the processes that live them.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from bench.cases_house import PROCEDURE, answers_to, fill, furnish, name_of, phone_of
from bench.house import Measured, said
from bench.lives import live_in_processes

ROWS = int(os.environ.get("ROWS") or 1_000_000)
LIVES = int(os.environ.get("LIVES") or 1200)
PROCESSES = 2
TURNS = 15
GOALS = {"empty": 60, "filled": 40}  # Lives per second.


def everything(house: Measured) -> Iterator[str]:
    from bench import cases_doors
    from dothi.cases.models import Dossier

    furnish()
    if Dossier.objects.count() < ROWS:
        yield _lives(house, "empty")
        yield from cases_doors.lives(house)
    begun = time.perf_counter()
    unit = fill(ROWS, house.base.owner)
    yield f"{Dossier.objects.count():,} dossiers, seeded in {time.perf_counter() - begun:.0f} s"
    yield _lives(house, "filled")
    yield from _asked(unit)
    yield from _told(unit)
    yield from cases_doors.lives(house)
    yield from cases_doors.spike(house)


def _lives(house: Measured, name: str) -> str:
    lived = live_in_processes(LIVES, PROCESSES, house.database_seconds, module="bench.cases")
    return (
        f"lives by verbs, {name}: {lived.rate:.0f} per second (needed {GOALS[name]}), "
        f"{lived.python:.1f} ms of processor in Python, {lived.database:.1f} ms in the database"
    )


def _live(count: int, seed: int) -> None:
    from dothi.accounts.choices import Role
    from dothi.cases import services
    from dothi.cases.choices import Origin
    from dothi.cases.models import Agency, Result
    from dothi.core import clock
    from dothi.core.events.services import drain_all
    from dothi.core.rows import append
    from dothi.procedures import selectors as procedures
    from dothi.run.demo.feedback_story import somebody

    chance, at = random.Random(seed), clock.now()
    roles = (Role.COUNTER, Role.SPECIALIST, Role.LEADER)
    staffed = [
        (agency, people)
        for agency in Agency.objects.select_related("unit").order_by("id")
        if all(people := [somebody(role, agency.unit_id, at) for role in roles])
    ]
    agency, (counter, officer, leader) = staffed[seed % len(staffed)]
    version = procedures.version_of(PROCEDURE, on=at.date())
    assert counter is not None
    assert officer is not None
    assert leader is not None
    assert version is not None
    definition = procedures.content_of(version.pk)
    ways = {one.to: one.code for step in definition.steps for one in step.outcomes}
    answers, papers = answers_to(definition), services.papers_of(definition, {})
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    for number in range(count):
        at = clock.now()
        application = services.Application(
            procedure=PROCEDURE, unit=agency.unit, answers=answers,
            applicant=services.Person(name=name_of(chance), phone=phone_of(chance)),
            papers=[services.Given(code=paper.code) for paper in papers],
        )  # fmt: skip
        dossier = services.submit(
            application=application, origin=Origin.OWN, by="public", at=at
        ).dossier
        services.receive(dossier=dossier, by=counter, at=at)
        services.begin(dossier=dossier, by=officer, at=at)
        services.advance(dossier=dossier, outcome=ways["sign"], by=officer, at=at)
        append(
            Result(
                dossier=dossier, code="result", name="Kết quả", made_at=at, signed_at=at,
                signed_by=leader.actor,
            )
        )  # fmt: skip
        services.advance(dossier=dossier, outcome=ways["result"], by=leader, at=at)
        services.give(dossier=dossier, by=counter, at=at)
        if number % 20 == 19:
            drain_all()
    drain_all()
    print(time.process_time() - began, flush=True)


def _asked(unit: int) -> Iterator[str]:
    from dothi.accounts.choices import Role
    from dothi.cases import selectors
    from dothi.cases.models import Dossier
    from dothi.cases.selectors import QueueFilters
    from dothi.core import clock
    from dothi.run.demo.feedback_story import somebody

    at = clock.now()
    on, officer = at.date(), somebody(Role.SPECIALIST, unit, at)
    assert officer is not None
    middle = Dossier.objects.filter(unit=unit).order_by("id")[ROWS // 3]
    party = middle.parties.get()

    def page(**filters: Any) -> Callable[[], object]:
        return lambda: selectors.queue(officer, on=on, filters=QueueFilters(**filters))

    def found(text: str) -> Callable[[], object]:
        return page(anywhere=True, search=text)

    yield from _timed(
        {
            "worklist": page(), "of one procedure": page(procedures=frozenset({PROCEDURE})),
            "of another": page(procedures=frozenset({"1.001193"})),
            "overdue": page(overdue_at=at), "step": page(steps=frozenset({"check"})),
            "nobody's": page(nobody=True), "mine": page(mine=True),
            "closed": page(closed=True),
            "closed, of another procedure": page(closed=True, procedures=frozenset({"1.001193"})),
            "open, by name": page(search="tran thi"),
            "elsewhere": page(elsewhere=True),
        }, needed=20,
    )  # fmt: skip
    yield from _timed(
        {"by code": found(middle.code), "by phone": found(party.phone),
         "by name": found(party.name)}, needed=10,
    )  # fmt: skip


def _told(unit: int) -> Iterator[str]:
    """What a month and a year are reported as: figures, and the book in the order of receipt."""
    from dothi.accounts.choices import Role
    from dothi.cases import rules, selectors, services
    from dothi.cases.choices import Figure
    from dothi.cases.models import Dossier
    from dothi.core import clock
    from dothi.run.demo.feedback_story import somebody

    at = clock.now()
    officer = somebody(Role.SPECIALIST, unit, at)
    assert officer is not None
    middle = Dossier.objects.filter(unit=unit).order_by("id")[ROWS // 3]
    month = rules.month_of(middle.submitted_at.date())
    now = rules.month_of(at.date())
    year = rules.Period(since=date(month.since.year, 1, 1), until=date(month.since.year + 1, 1, 1))
    received = selectors.summed(selectors.lines([unit], month, at=at)).counts[Figure.RECEIVED]
    yield f"received in the month: {received:,}"
    yield from _timed(
        {
            "figures of a month": lambda: selectors.lines([unit], month, at=at),
            "figures of this month": lambda: selectors.lines([unit], now, at=at),
            "figures of a year": lambda: selectors.lines([unit], year, at=at),
            "the book of a month": lambda: list(
                services.book(
                    list(selectors.register(officer, month, at=at).values_list("pk", flat=True))
                )
            ),
            "behind a figure": lambda: selectors.behind(
                officer, Figure.IN_TIME, month, at=at, of=Figure.JUDGED
            ),
        }, needed=3000,
    )  # fmt: skip


def _timed(questions: dict[str, Callable[[], object]], *, needed: int) -> Iterator[str]:
    for name, ask in questions.items():
        spent = []
        for _turn in range(TURNS):
            begun = time.perf_counter()
            ask()
            spent.append((time.perf_counter() - begun) * 1000)
        median = statistics.median(spent)
        yield f"{name}: {median:.1f} ms median, worst {max(spent):.1f} (needed {needed})"


if __name__ == "__main__":
    if len(sys.argv) == 3:
        import django

        django.setup()
        _live(int(sys.argv[1]), int(sys.argv[2]))
    else:
        sys.exit(said(everything))
