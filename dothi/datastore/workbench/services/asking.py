"""Ask a question of the store: checked, opened, counted, then answered in a process of its own."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.crypto.services import keyed_hash
from dothi.datastore.workbench.choices import Fault, State
from dothi.datastore.workbench.models import Run
from dothi.datastore.workbench.ports import answers, process
from dothi.datastore.workbench.ports.process import Bounds, Ended
from dothi.datastore.workbench.rules import gate
from dothi.datastore.workbench.rules.gate import Refused
from dothi.datastore.workbench.rules.limits import AT_ONCE, KEPT_HOURS, Limits, limits_of
from dothi.datastore.workbench.services.opening import Asker, Opened, opened
from dothi.lib import codes

COUNTING = 7206  # Advisory lock of PostgreSQL: one at a time counts who is on its way.
GRACE = timedelta(seconds=5)  # From the end of its time to when nobody waits for it any more.
_COLUMN = re.compile(r'(?:Referenced column|column named|column) "([^"]+)"')


class AskedBefore(Exception):
    """This very run is on its way, or was answered: its code came twice."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the engine's plan: what it does, about how many rows come out, how deep it is."""

    name: str
    rows: int | None
    depth: int
    detail: str = ""


def ask(question: str, user: Asker, *, code: str, address: str, at: datetime) -> Run:
    """Answer a question and keep the answer for a day under `code`, which is a secret.

    What goes wrong with the question itself is in the run that comes back. Not in a transaction.

    Raises:
        AskedBefore: see there.
    """
    staff = accounts.standing(user, on=at.date()).is_staff
    limits = limits_of(staff=staff)
    run = Run(
        key_hash=codes.hash_secret(code), user=user if isinstance(user, User) else None,
        staff=staff, question=question,
        caller=_caller(user, address), begun_at=at,
        until=at + timedelta(seconds=limits.seconds) + GRACE,
    )  # fmt: skip
    try:
        found = opened(question, user, at=at)
    except Refused as refused:
        _fail(run, refused.fault, word=refused.word, line=refused.line, column=refused.column)
        return _kept(run)
    run.opened, run.of_persons = found.facts(), found.of_persons
    if (busy := _entered(run, limits, at=at)) is not None:
        _fail(run, busy)
        return _kept(run)
    begun = time.monotonic()
    try:
        _answer(run, found, limits)
    except Ended as ended:
        _explain_end(run, ended)
    except BaseException:
        _fail(run, Fault.LOST)
        _finish(run, begun)
        raise
    _finish(run, begun)
    return run


def plan(question: str, user: Asker, *, at: datetime) -> list[Step]:
    """How the engine would answer a question. Nothing is read.

    Raises:
        Refused: see there.
    """
    found = opened(question, user, at=at)
    limits = limits_of(staff=accounts.standing(user, on=at.date()).is_staff)
    files = {catalog: one.path for catalog, one in found.openings.items()}
    try:
        lines = list(
            process.ask(found.text, files, _bounds(limits), zone=settings.TIME_ZONE, explain=True)
        )
    except Ended as ended:
        run = Run(question=question)
        _explain_end(run, ended)
        raise Refused(
            Fault(run.fault), word=run.word or run.said, line=run.line, column=run.column
        ) from ended
    names = {catalog: one.dataset for catalog, one in found.openings.items()}
    told = json.loads(process.read(lines[-1])["plan"])
    return [step for node in told for step in _steps(node, names, 0)]


def cancel(runs: QuerySet[Run]) -> int:
    """Ask that runs end; within a blink they do. How many were on their way."""
    return runs.filter(state=State.RUNNING).update(stop=True)


def sweep(*, at: datetime) -> int:
    """Forget texts and answers of more than a day, and say lost of what nobody waits for."""
    Run.objects.filter(state=State.RUNNING, until__lt=at).update(
        state=State.FAILED, fault=Fault.LOST, ended_at=at
    )
    kept = set(
        Run.objects.filter(begun_at__gt=at - timedelta(hours=KEPT_HOURS)).values_list(
            "pk", flat=True
        )
    )
    for number in answers.numbers():
        if number not in kept:
            answers.remove(number)
    old = Run.objects.exclude(pk__in=kept).exclude(state=State.RUNNING)
    return old.exclude(question="").update(question="", said="", word="", caller="")


def _caller(user: Asker, address: str) -> str:
    who = user.actor if isinstance(user, User) else address
    return keyed_hash(who, purpose="workbench.caller")


def _entered(run: Run, limits: Limits, *, at: datetime) -> Fault | None:
    """Count it in, or say why there is no room."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, 0)", [COUNTING])
        running = list(
            Run.objects.filter(state=State.RUNNING, until__gt=at).values_list("caller", "staff")
        )
        if sum(caller == run.caller for caller, _staff in running) >= limits.at_once:
            return Fault.BUSY_SELF
        same = sum(staff == run.staff for _caller, staff in running)
        if len(running) >= AT_ONCE or same >= limits.of_kind:
            return Fault.BUSY
        _inserted(run)
    return None


def _inserted(run: Run) -> None:
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        raise AskedBefore from error


def _kept(run: Run) -> Run:
    run.ended_at = run.begun_at
    _inserted(run)
    return run


def _bounds(limits: Limits) -> Bounds:
    return Bounds(
        seconds=limits.seconds, rows=limits.rows, bytes=limits.bytes, memory_mb=limits.memory_mb
    )


def _answer(run: Run, found: Opened, limits: Limits) -> None:
    """Write the rows as they come. Half an answer is none."""
    target = answers.place(run.pk)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {catalog: one.path for catalog, one in found.openings.items()}
    half = target.with_suffix(".half")
    try:
        with half.open("wb") as file:
            for line in process.ask(
                found.text, files, _bounds(limits), zone=settings.TIME_ZONE,
                cancelled=_stopped(run.pk),
            ):  # fmt: skip
                if line.startswith(b"["):
                    file.write(line + b"\n")
                    continue
                message = process.read(line)
                if "columns" in message:
                    run.columns = message["columns"]
                else:
                    run.rows, run.more = message["end"], message["more"]
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    run.state = State.DONE


def _stopped(number: int) -> Callable[[], bool]:
    wanted = Run.objects.filter(pk=number, stop=True)
    return wanted.exists


def _fail(run: Run, fault: Fault, *, word: str = "", line: int = 0, column: int = 0) -> None:
    run.state, run.fault, run.word = State.FAILED, fault, word[:80]
    run.line, run.column = line, column


def _explain_end(run: Run, ended: Ended) -> None:
    """Say what the engine said in our words where we know it, with its place in the question."""
    column = _COLUMN.search(ended.said)
    if ended.fault == Fault.ENGINE and column is not None and "not found" in ended.said:
        line, place = gate.place_of(column[1], run.question)
        _fail(run, Fault.UNKNOWN_COLUMN, word=column[1], line=line, column=place)
    else:
        _fail(run, ended.fault)
    # Without the lines that show our own text of the question.
    run.said = ended.said.split("\n\nLINE ")[0].replace('"main".', "")


def _finish(run: Run, begun: float) -> None:
    run.ended_at = run.begun_at + timedelta(seconds=time.monotonic() - begun)
    changed = Run.objects.filter(pk=run.pk, state=State.RUNNING).update(
        state=run.state, ended_at=run.ended_at, columns=run.columns, rows=run.rows, more=run.more,
        fault=run.fault, word=run.word, line=run.line, column=run.column, said=run.said,
    )  # fmt: skip
    if not changed:  # It was called lost meanwhile.
        answers.remove(run.pk)
        run.refresh_from_db()


def _steps(node: dict[str, Any], names: dict[str, str], depth: int) -> list[Step]:
    told = node.get("extra_info") or {}
    table = str(told.get("Table") or "").split(".")[0].strip('"')
    rows = str(told.get("Estimated Cardinality") or "")
    conditions = told.get("Filters") or told.get("Conditions") or told.get("Expression") or ""
    shown = ", ".join(conditions) if isinstance(conditions, list) else str(conditions)
    step = Step(
        name=str(node.get("name", "")).strip(), rows=int(rows) if rows.isdecimal() else None,
        depth=depth, detail=names.get(table, "") or shown[:120],
    )  # fmt: skip
    below = [one for child in node.get("children") or [] for one in _steps(child, names, depth + 1)]
    return [step, *below]
