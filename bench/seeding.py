"""A house to measure in: furnished, then filled to a million reports."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.events.services import drain_all
from dothi.feedback import services
from dothi.feedback.models import Ticket
from dothi.run.demo import base
from dothi.run.demo.feedback_story import somebody, somewhere

PATTERNS = 1000
OPEN_IN = 50  # One of so many patterns stays open: 2 %, as in a city that keeps up.
SPREAD = timedelta(days=1, hours=17)  # Between copies: a million covers less than five years.
MOVED = ("received_at", "forwarded_at", "resolved_at", "closed_at", "changed_at", "due_at")
NULL = "\\N"


def furnish() -> None:
    """Units, calendar, staff and subjects of the sample; nothing else."""
    if not User.objects.exists():
        at = clock.now()
        for _title, step in base.STEPS[:5]:
            step(at)


def busiest_unit() -> int:
    """The unit that handles the seeded reports."""
    return int(Ticket.objects.order_by("id").values_list("handling_unit_id", flat=True)[0])


def fill(count: int) -> float:
    """Make 1,000 reports by the verbs, and copies of them until there are so many. In seconds.

    Raises:
        AssertionError: what was copied in is not made up as what the verbs made.
    """
    started = time.perf_counter()
    patterns = _patterns()
    _copy_in(patterns, count)
    _check(patterns, count)
    return time.perf_counter() - started


def _patterns() -> list[int]:
    """Reports that one unit handles: most settled and published, some only settled, a few open."""
    chance = random.Random(7)
    at = clock.now()
    keys = []
    for number in range(PATTERNS):
        place = somewhere(at, chance)
        text = f"Đèn đường tắt ở hẻm {number}, gọi hai lần chưa thấy ai đến"
        ticket = services.submit(text=text, category="lighting", place=place, at=at).ticket
        keys.append(ticket.pk)
        officer = somebody(Role(ticket.handling_role), ticket.handling_unit_id, at)
        assert officer is not None
        if number % OPEN_IN:
            services.assign(ticket=ticket, to=officer, by=officer, at=at)
            services.resolve(
                ticket=ticket, text="Đã thay bóng.", by=officer, at=at, publish=number % 3 > 0
            )
        if number % 100 == 99:
            drain_all()
    drain_all()
    return keys


def _copy_in(patterns: list[int], count: int) -> None:
    fields = [field.column for field in Ticket._meta.concrete_fields if field.column != "id"]
    names = ", ".join(f'"{name}"' for name in fields)
    table = Ticket._meta.db_table
    with connection.cursor() as cursor:
        raw = cursor.cursor
        with raw.copy(
            f"copy (select {names} from {table} where id = any(%s)) to stdout", [patterns]
        ) as out:
            lines = [bytes(line).decode().rstrip("\n").split("\t") for line in out]
        with raw.copy(f"copy {table} ({names}) from stdin") as into:
            for block in _blocks(fields, lines, count - len(patterns)):
                into.write(block)
        cursor.execute(f"vacuum analyze {table}")  # fmt: skip


def _blocks(fields: list[str], lines: list[list[str]], count: int) -> Iterator[str]:
    """Copies in the text format, each with its own code, secret, moment and place."""
    place = {name: fields.index(name) for name in fields}
    done = 0
    copy = 0
    while done < count:
        copy += 1
        moved = {index: _shifts(lines, index, SPREAD * copy) for index in map(place.get, MOVED)}
        block = []
        for number, line in enumerate(lines[: count - done]):
            row = line[:]
            done += 1
            row[place["code"]] = f"PA-B{done:010d}"
            row[place["secret_hash"]] = f"{done:064x}"
            for name in ("lon", "lat"):  # Some metres away from the pattern.
                row[place[name]] = f"{float(row[place[name]]) + (done % 997 - 498) * 4e-7:.7f}"
            row[place["clock_id"]] = row[place["forward_clock_id"]] = NULL
            for index, values in moved.items():
                assert index is not None
                row[index] = values[number]
            if line[place["closed_at"]] == NULL:  # What is open is due soon, not years ago.
                row[place["due_at"]] = line[place["due_at"]]
            block.append("\t".join(row))
        yield "\n".join(block) + "\n"


def _shifts(lines: list[list[str]], index: int | None, back: timedelta) -> list[str]:
    assert index is not None
    known: dict[str, str] = {NULL: NULL}
    for line in lines:
        if line[index] not in known:
            known[line[index]] = str(datetime.fromisoformat(line[index]) - back)
    return [known[line[index]] for line in lines]


def _check(patterns: list[int], count: int) -> None:
    """What was copied has the same make-up as what the verbs made: states, shown, nulls."""
    names = ("state", "visibility", "handling_role", "channel")
    nulls = ("closed_at", "resolved_at", "due_at", "partner_id", "handling_person_id", "lon")
    made, copied = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    columns = ", ".join([*names, *(f"{name} is null" for name in nulls)])
    with connection.cursor() as cursor:
        for counter, where in (
            (made, "where id = any(%s)"),
            (copied, "where not id = any(%s) and code like 'PA-B%%'"),
        ):
            cursor.execute(
                f"select {columns}, count(*) from {Ticket._meta.db_table} {where} "
                f"group by {', '.join(str(i + 1) for i in range(len(names) + len(nulls)))}",
                [patterns],
            )
            for row in cursor.fetchall():
                counter[row[:-1]] += row[-1]
    total = sum(copied.values())
    assert total == count - len(patterns)
    for kind, number in made.items():
        expected = number / PATTERNS
        assert abs(copied[kind] / total - expected) < 0.01, (kind, expected, copied[kind])
