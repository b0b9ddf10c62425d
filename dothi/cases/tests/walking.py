"""Dossiers that come in and move at random, by the verbs; most acts are refused in most states."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dothi.cases import selectors, services
from dothi.cases.choices import Origin
from dothi.cases.models import Dossier, Result
from dothi.cases.services import Refused
from dothi.cases.tests.factories import Office, make_result
from dothi.procedures.choices import Way


def fresh(dossier: Dossier) -> Dossier:
    """The dossier as it is now."""
    return selectors.loaded().get(pk=dossier.pk)


def acts(office: Office, dossier: Dossier, at: datetime) -> list[Callable[[], object]]:
    by: dict[str, Any] = {"dossier": dossier, "at": at}
    onward: list[Callable[[], object]] = [
        partial(services.receive, by=office.counter, **by),
        partial(services.begin, by=office.officer, **by),
        partial(services.advance, outcome="fits", by=office.officer, **by),
        partial(_sign, office, dossier, at),
        partial(services.give, by=office.counter, **by),
        partial(services.supply, by=office.counter, **by),
    ]
    return [
        *onward, *onward, *onward, *onward, *onward, *onward, *onward,
        partial(services.ask, what="Thiếu bản vẽ móng.", by=office.officer, **by),
        partial(services.ask, what="Thiếu bản vẽ móng.", by=office.officer, **by),
        partial(services.refuse, reason="Không thuộc thẩm quyền.", by=office.counter, **by),
        partial(services.withdraw, reason="Không làm nữa.", by="public", **by),
        partial(services.stop, reason="Người nộp đề nghị dừng.", by=office.leader, **by),
        partial(services.rate, stars=1 + dossier.pk % 5, note="", **by),
    ]  # fmt: skip


def _sign(office: Office, dossier: Dossier, at: datetime) -> None:
    if not Result.objects.filter(dossier=dossier, revoked_at=None).exists():
        make_result(dossier, at=at, paper="VB-MAU" if dossier.pk % 2 else "")
    services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at)


def walk(office: Office, chance: random.Random, begin: datetime, steps: int) -> datetime:
    """Some days of an office; returns the last moment."""
    at, dossiers = begin, list(Dossier.objects.all())
    for _ in range(steps):
        at += timedelta(minutes=chance.choice([7, 300, 1500, 6000]))
        if not dossiers or chance.random() < 0.14:
            way = chance.choice(list(Way))
            origin = Origin.OWN if way == Way.ONLINE else Origin.COUNTER
            with suppress(Refused):
                dossiers.append(office.submitted(at=at, way=way, origin=origin).dossier)
            continue
        dossier = fresh(chance.choice(dossiers))
        wanted = acts(office, dossier, at)
        chance.shuffle(wanted)
        for act in wanted[:9]:
            with suppress(Refused):
                act()
                break
    return at
