"""Record acts, seal what was recorded, publish the head of the chain, and check it all."""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from dothi.core.audit import rules, selectors
from dothi.core.audit.choices import Fault
from dothi.core.audit.models import DailyHead, Entry, Seal
from dothi.core.audit.selectors import Finding, Report
from dothi.core.events.selectors import horizon
from dothi.core.rows import append

BATCH = 1000
# Sealing runs each second; a row that waits longer than this was kept from it.
IN_TIME = timedelta(minutes=5)
SEAL_SECONDS = 10.0


def record(
    act: str,
    *,
    subject: str,
    by: str,
    at: datetime,
    unit: str = "",
    reason: str = "",
    **details: Any,
) -> None:
    """Note that `by` did `act` to `subject`, in the transaction of the act.

    `by` is an actor: `user:12`, `system`, `public`, `machine:name`, `partner:code`. `subject` is
    `domain.kind:code`. No argument may hold a personal value: entries cannot be erased.
    """
    append(
        Entry(
            act=act,
            subject=subject,
            actor=by,
            unit_code=unit,
            reason=reason,
            at=at,
            details=details,
        )
    )


def seal() -> int:
    """Seal what became final since the last time, in commit order. Return how many.

    One sealer at a time; a second one returns 0.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(7203, 1)")
            row = cursor.fetchone()
        if not row or not row[0]:
            return 0
        last = Seal.objects.order_by("-place").first()
        place, before = (last.place, bytes(last.chain)) if last else (0, rules.START)
        after = (last.xid, last.entry_id) if last else (0, 0)
        seals = []
        for entry in selectors.final_after(*after, limit=BATCH):
            place += 1
            own = rules.digest(_key(), selectors.spelled(entry))
            before = rules.link(_key(), before, own)
            seals.append(
                Seal(place=place, entry_id=entry["id"], xid=entry["xid"], digest=own, chain=before)
            )
        Seal.objects.bulk_create(seals)
    return len(seals)


def publish_head(*, at: datetime) -> DailyHead | None:
    """Keep how far the chain has come today: in a row, and in a file outside the database."""
    last = Seal.objects.order_by("-place").first()
    if last is None:
        return None
    head, _ = DailyHead.objects.update_or_create(
        on=at.date(), defaults={"place": last.place, "chain": bytes(last.chain)}
    )
    folder = heads_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at.date():%Y-%m-%d}.txt"
    half = path.with_suffix(".half")
    half.write_text(f"{last.place} {bytes(last.chain).hex()}\n", "utf-8")
    half.replace(path)
    return head


def seal_all() -> int:
    """Seal everything that is final now, or see another sealer do it.

    Returns the horizon up to which that is so.
    """
    edge = horizon()
    until = time.monotonic() + SEAL_SECONDS
    while seal() or selectors.waits_for_a_seal(below=edge):
        if time.monotonic() > until:
            break
    return edge


def verify(*, at: datetime, below: int | None = None) -> Report:
    """Walk the whole chain and say everything that is wrong with it; `below`: see `unsealed`."""
    findings = list(_check_chain())
    findings += _check_heads()
    findings += [Finding(Fault.INSERTED, entry_id) for entry_id in selectors.slipped_in()]
    findings += [
        Finding(Fault.UNSEALED, entry_id)
        for entry_id in selectors.unsealed(before=at - IN_TIME, below=below)
    ]
    return Report(sealed=Seal.objects.count(), findings=tuple(findings))


def _check_chain() -> Iterator[Finding]:
    before = rules.START
    expected = 1
    for seal_row, entry in selectors.sealed():
        if seal_row.place != expected:
            yield Finding(Fault.BROKEN, expected)
        expected = seal_row.place + 1
        own, chain = bytes(seal_row.digest), bytes(seal_row.chain)
        if entry is None:
            yield Finding(Fault.MISSING, seal_row.entry_id)
        elif rules.digest(_key(), selectors.spelled(entry)) != own:
            yield Finding(Fault.ALTERED, seal_row.entry_id)
        if rules.link(_key(), before, own) != chain:
            yield Finding(Fault.BROKEN, seal_row.place)
        before = chain


def _check_heads() -> Iterator[Finding]:
    """Each published head, of the table and of the files, is the chain at its place."""
    heads = {(head.place, bytes(head.chain)) for head in DailyHead.objects.all()}
    for path in sorted(heads_folder().glob("*.txt")):
        head = _read_head(path)
        if head is None:
            yield Finding(Fault.SPOILT, _day_number(path))
        else:
            heads.add(head)
    sealed = Seal.objects.filter(place__in=[place for place, _ in heads])
    found = {row.place: bytes(row.chain) for row in sealed}
    for place, chain in sorted(heads):
        if place not in found:
            yield Finding(Fault.TRUNCATED, place)
        elif found[place] != chain:
            yield Finding(Fault.BROKEN, place)


def _day_number(path: Path) -> int:
    digits = path.stem.replace("-", "")
    return int(digits) if digits.isdigit() else 0


def _read_head(path: Path) -> tuple[int, bytes] | None:
    """What a file says; None when somebody wrote nonsense into it."""
    try:
        number, _, digits = path.read_text("utf-8").strip().partition(" ")
        return int(number), bytes.fromhex(digits)
    except ValueError:
        return None


def heads_folder() -> Path:
    return Path(settings.VAR) / "audit-heads"


_known_key: dict[Path, bytes] = {}


def _key() -> bytes:
    """The sealing key: a file outside the database, made at first use, mode 600."""
    path = Path(settings.KEYS) / "audit.key"
    if path not in _known_key:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        _known_key[path] = bytes.fromhex(path.read_text("utf-8").strip())
    return _known_key[path]
