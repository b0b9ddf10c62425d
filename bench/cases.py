"""Lives of dossiers by verbs, and what staff ask of very many: empty, and filled.

    python -m bench.cases                      a million dossiers
    ROWS=100000 LIVES=600 python -m bench.cases

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

from django.db import connection

from bench.house import Measured, said
from bench.lives import live_in_processes

ROWS = int(os.environ.get("ROWS") or 1_000_000)
LIVES = int(os.environ.get("LIVES") or 1200)
PROCESSES = 2
TURNS = 15
GOALS = {"empty": 60, "filled": 40}  # Lives per second.
PROCEDURE = "1.004873"
NAMES = (
    ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng"),
    ("Thị", "Văn", "Minh", "Ngọc", "Thanh", "Hữu", "Đức", "Gia"),
    ("An", "Bình", "Chi", "Dũng", "Hà", "Hạnh", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc"),
)
PAST = 0.98  # Share of the seeded ones that is given back.


def everything(house: Measured) -> Iterator[str]:
    from dothi.cases.models import Dossier

    furnish()
    yield _lives(house, "empty")
    begun = time.perf_counter()
    unit = _fill()
    yield f"{Dossier.objects.count():,} dossiers, seeded in {time.perf_counter() - begun:.0f} s"
    yield _lives(house, "filled")
    yield from _asked(unit)
    yield from _told(unit)


def furnish() -> None:
    """People, procedures and an agency for each ward."""
    from bench import seeding
    from dothi.cases import services
    from dothi.core import clock
    from dothi.run.demo import base
    from dothi.units.models import Unit

    seeding.furnish()
    at = clock.now()
    dict(base.STEPS)["loading the procedures"](at)
    for number, unit in enumerate(Unit.objects.filter(kind="ward", valid_to=None), start=1):
        services.set_agency(
            unit=unit, code=f"38.{number:02}.H29", name_vi=unit.name_vi, name_en=unit.name_vi,
            valid_from=date(2025, 7, 1), by="system", at=at,
        )  # fmt: skip


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
            applicant=services.Person(name=_name(chance), phone=_phone(chance)),
            papers=[services.Given(code=paper.code) for paper in papers],
        )  # fmt: skip
        dossier = services.submit(
            application=application, origin=Origin.OWN, by="public", at=at
        ).dossier
        services.receive(dossier=dossier, by=counter, at=at)
        services.begin(dossier=dossier, by=officer, at=at)
        services.advance(dossier=dossier, outcome=ways["sign"], by=officer, at=at)
        Result.objects.create(
            dossier=dossier, code="result", name="Kết quả", made_at=at, signed_at=at,
            signed_by=leader.actor,
        )  # fmt: skip
        services.advance(dossier=dossier, outcome=ways["result"], by=leader, at=at)
        services.give(dossier=dossier, by=counter, at=at)
        if number % 20 == 19:
            drain_all()
    drain_all()
    print(time.process_time() - began, flush=True)


def answers_to(definition: Any) -> dict[str, Any]:
    """Something that each field takes, as long as the form goes on asking."""
    from dothi.core import clock
    from dothi.procedures.rules import forms

    answers: dict[str, Any] = {}
    for _turn in range(5):
        for one in forms.seen(definition.form, answers):
            answers.setdefault(one.code, _answer(one))
        answers = forms.cleaned(definition.form, answers)
    found = forms.mistakes(definition.form, answers, on=clock.now().date())
    assert not found, found
    return answers


def _answer(field: Any) -> Any:
    match field.type:
        case "yes_no":
            return False
        case "choice":
            return field.options[0].code
        case "choices":
            return [field.options[0].code]
        case "number" | "money":
            return max(1, int(field.least or 1))
        case "date":
            return "1990-05-17"
        case "citizen_id":
            return "079190000001"
        case "phone":
            return "0901234567"
        case "email":
            return "mau@example.vn"
        case "group":
            return [{one.code: _answer(one) for one in field.fields if one.when is None}]
        case _:
            return "Mẫu minh họa"


def _name(chance: random.Random) -> str:
    return " ".join(chance.choice(part) for part in NAMES)


def _phone(chance: random.Random) -> str:
    return f"09{chance.randrange(10**8):08}"


def _fill() -> int:
    """Copy dossiers that lived until there are so many, each with a name and phone of its own.

    Most are given back; the rest lies open with a specialist of one unit, which is returned.
    """
    from dothi.cases.models import Dossier, Party

    dossier = Dossier.objects.order_by("id").first()
    assert dossier is not None
    names = [one.column for one in Dossier._meta.concrete_fields if one.column != "id"]
    own = {
        "code": "'38.99.H29-' || to_char(timestamp '2021-01-01' + n / 700 * interval '1 day',"
        " 'YYMMDD') || '-' || lpad((n % 700 + 1)::text, 4, '0') || lpad(n::text, 7, '0')",
        "secret_hash": "md5(n::text) || md5((n + 1)::text)",
        "clock_id": "null", "step_clock_id": "null", "reply_clock_id": "null",
        "status": "case when open then 4 else 10 end",
        "step": "case when open then 'check' else '' end",
        "handling_role": "case when open then 'specialist' else handling_role end",
        "closed_at": "case when open then null else submitted_at - back end",
        "returned_at": "case when open then null else submitted_at - back end",
        "done_at": "case when open then null else submitted_at - back end",
        "due_at": "case when open then due_at + (n % 5000) * interval '7 minutes' else due_at "
        "- back end",
        **{name: f"{name} - back" for name in ("submitted_at", "received_at", "promised_at",
                                               "changed_at")},
    }  # fmt: skip
    shown = ", ".join(own.get(name, f'"{name}"') for name in names).replace("%", "%%")
    listed = ", ".join(f'"{name}"' for name in names)
    parts = [f"(array{list(part)!r})[1 + (n * {odd}) % {len(part)}]"
             for part, odd in zip(NAMES, (7, 11, 13), strict=True)]  # fmt: skip
    table, people = Dossier._meta.db_table, Party._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({listed}) select {shown} from {table}, "
            "lateral (select n, n %% 1000 >= %s as open, n * interval '150 seconds' as back "
            f"from generate_series(1, %s) n) s where {table}.id = %s",
            [int(PAST * 1000), ROWS, dossier.pk],
        )
        cursor.execute(
            f"insert into {people} (dossier_id, part, kind, name, folded, phone, email, address, "
            "tax_code, citizen_id, citizen_id_hash, account_hash, proof) "
            f"select id, 'applicant', 'citizen', name, lower(name), '09' || lpad((id * 7919 % "
            f"100000000)::text, 8, '0'), '', '', '', '', '', '', '' from (select id, {parts[0]} || "
            f"' ' || {parts[1]} || ' ' || {parts[2]} as name from (select id, id as n from {table} "
            "where code like '38.99.%') d) named"
        )
        cursor.execute(f"vacuum analyze {table}")
        cursor.execute(f"vacuum analyze {people}")
    return dossier.unit_id


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
    seen = selectors.dossiers_seen_by(officer, on=on)
    middle = Dossier.objects.filter(unit=unit).order_by("id")[ROWS // 3]
    party = middle.parties.get()

    def page(**filters: Any) -> Callable[[], object]:
        return lambda: selectors.queue(officer, on=on, filters=QueueFilters(**filters))

    def found(text: str) -> Callable[[], object]:
        return lambda: list(selectors.searched(seen, text)[:50])

    yield from _timed(
        {
            "worklist": page(), "of one procedure": page(procedures=frozenset({PROCEDURE})),
            "of another": page(procedures=frozenset({"1.001193"})),
            "overdue": page(overdue_at=at), "step": page(steps=frozenset({"check"})),
            "nobody's": page(nobody=True), "mine": page(mine=True),
            "closed": page(closed=True),
            "closed, of another procedure": page(closed=True, procedures=frozenset({"1.001193"})),
            "open, by name": page(search="tran thi"),
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
