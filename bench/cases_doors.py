"""Over HTTP: whole lives of dossiers through the doors, and a spike of arrivals.

A life: a program of another office sends the application in; at the desk it is received, taken on,
handed over, approved (the result is a signed paper) and given back; the applicant opens its page.
"""

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench import doors, pages
from bench.cases_house import PROCEDURE, answers_to, name_of, phone_of
from bench.client import Browser, Failed
from bench.doors import Lived, Staff, expect
from bench.house import Measured, Open
from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Machine
from dothi.cases.choices import Scope
from dothi.cases.models import Agency, Dossier
from dothi.core import clock
from dothi.core.papers import signing
from dothi.core.papers.models import Signer
from dothi.procedures import selectors as procedures
from dothi.run.demo.feedback_story import somebody
from dothi.units.models import Unit

ROLES = (Role.COUNTER, Role.SPECIALIST, Role.LEADER)
PROGRAMS = 3  # In each unit; each may ask 600 times a minute.
QUEUE = "/desk/cases/"


@dataclass(frozen=True, kw_only=True)
class Doors:
    """What the lives need to know: who may come in, where, and with what."""

    tokens: dict[str, Iterator[str]]  # By the unit where they send in.
    numbers: Iterator[int]
    units: list[str]
    answers: dict[str, Any]
    papers: list[str]
    onward: str  # The outcome that leads to the leader.


def doors_of() -> Doors:
    """Let programs in, and give the leaders their keys, where that is still to be done."""
    at = clock.now()
    staffed = [
        agency.unit
        for agency in Agency.objects.select_related("unit").order_by("id")
        if all(somebody(role, agency.unit_id, at) for role in ROLES)
    ]
    for unit in staffed:
        if not Signer.objects.filter(unit_code=unit.code).exists():
            signing.make_signer(
                unit_code=unit.code, role=Role.LEADER, post="Chủ tịch", agency=unit.name_vi,
                by="system", at=at,
            )  # fmt: skip
    version = procedures.key_of(PROCEDURE, on=at.date())
    assert version is not None
    definition = procedures.content_of(version)
    return Doors(
        tokens={
            unit.code: itertools.cycle(
                [_token(f"bench-{unit.code}-{number}", unit) for number in range(PROGRAMS)]
            )
            for unit in staffed
        },
        numbers=itertools.count(Dossier.objects.count()),
        units=[unit.code for unit in staffed],
        answers=answers_to(definition),
        papers=[paper.code for paper in definition.papers if paper.when is None],
        onward={one.to: one.code for step in definition.steps for one in step.outcomes}["sign"],
    )


def _token(code: str, unit: Unit) -> str:
    at = clock.now()
    machine = Machine.objects.filter(code=code).first()
    if machine is None:
        machine = accounts.register_machine(
            code=code, name=code, unit=unit, role=Role.COUNTER, scopes=[Scope.SUBMIT],
            valid_from=at.date(), by="system", at=at,
        ).machine  # fmt: skip
    return accounts.issue_token(machine=machine, scopes=(), at=at)[1]


# --- Lives ---------------------------------------------------------------------------------------


def lives(house: Measured) -> Iterator[str]:
    """Each step by a request of its own, deliveries finished."""
    stock, known = f"{Dossier.objects.count():,} dossiers", doors_of()
    with house.open() as running:
        yield doors.report(asyncio.run(_lives(running, known)), stock, ", the result signed")


async def _lives(running: Open, known: Doors) -> Lived:
    staff = await doors.signed_in(running.port, ROLES)
    asked: list[int] = []
    todo = iter(range(doors.LIVES))

    async def work() -> None:
        for _ in todo:
            asked.append(await _life(running.port, staff, known))

    try:
        for _ in range(doors.WARM_UP):
            await _life(running.port, staff, known)
        return await doors.timed(running, work, asked)
    finally:
        staff.close()


async def _life(port: int, staff: Staff, known: Doors) -> int:
    unit = random.choice(known.units)
    code, secret = await submit(port, unit, known)
    desk = f"/desk/cases/{code}/"
    for role, form in (
        (Role.COUNTER, {"act": "receive"}),
        (Role.SPECIALIST, {"act": "begin"}),
        (Role.SPECIALIST, {"act": "hand_over", "outcome": known.onward}),
    ):
        await staff.act(unit, role, desk, form, follow=False)
    async with staff.window(unit, Role.LEADER) as leader:
        await expect(leader.post("/desk/cases/sign/", {"codes": code}), 200)
    await staff.act(unit, Role.COUNTER, desk, {"act": "give", "how": "counter"}, follow=False)
    citizen = Browser(port)
    try:
        page = await expect(citizen.get(f"/cases/t/{secret}"), 200)
        if code.encode() not in page.body:
            raise Failed(f"the page of {code} does not name it")
    finally:
        citizen.close()
    return 7


async def submit(port: int, unit: str, known: Doors) -> tuple[str, str]:
    """Send an application in. Return its code and the secret of its page."""
    number, chance = next(known.numbers), random.Random()
    body = {
        "procedure": PROCEDURE, "unit": unit, "answers": known.answers, "ref": f"B-{number}",
        "applicant": {"name": name_of(chance), "phone": phone_of(chance)},
        "papers": [{"code": code} for code in known.papers],
    }  # fmt: skip
    headers = {
        "Authorization": f"Bearer {next(known.tokens[unit])}", "Idempotency-Key": f"{unit}-{number}"
    }  # fmt: skip
    program = Browser(port)
    try:
        answer = await expect(program.send("/api/v1/cases", body, headers), 201)
    finally:
        program.close()
    told = json.loads(answer.body)
    return str(told["dossier"]["code"]), str(told["secret"])


# --- Spike ---------------------------------------------------------------------------------------


def spike(house: Measured) -> Iterator[str]:
    """Ten times the sustained rate for half a minute: four public pages in five, else a worklist,
    one new application in twenty-five. Nobody waits for the one before.
    """
    known = doors_of()
    with house.open() as running:
        calm, wild = asyncio.run(_spike(running, known))
    yield from pages.told(calm, wild)


async def _spike(running: Open, known: Doors) -> tuple[pages.Spike, pages.Spike]:
    staff = await doors.signed_in(running.port, ROLES)
    _code, secret = await submit(running.port, known.units[0], known)
    public = ["/procedures/", f"/procedures/{PROCEDURE}/", "/cases/", f"/cases/t/{secret}"]
    kinds = [*public * 5, *[QUEUE] * 4, ""]

    async def visit(number: int) -> None:
        await _arrive(running.port, staff, known, kinds[number % len(kinds)])

    try:
        for number in range(len(kinds)):  # Warm up.
            await visit(number)
        calm = await pages.arrivals(pages.SUSTAINED, pages.CALM_SECONDS, visit)
        rate = pages.SUSTAINED * pages.TIMES
        return calm, await pages.arrivals(rate, pages.SPIKE_SECONDS, visit)
    finally:
        staff.close()


async def _arrive(port: int, staff: Staff, known: Doors, path: str) -> None:
    if path == QUEUE:
        async with staff.window(random.choice(known.units), Role.SPECIALIST) as officer:
            await expect(officer.get(path), 200)
    elif path:
        reader = Browser(port)
        try:
            await expect(reader.get(path), 200)
        finally:
            reader.close()
    else:
        await submit(port, random.choice(known.units), known)
