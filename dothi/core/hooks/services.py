"""Subscribe, lay messages out, send them, and send again what was given up."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.hooks import ports, registry, rules
from dothi.core.hooks.choices import Stage
from dothi.core.hooks.models import Hook, Message
from dothi.lib import codes

logger = logging.getLogger(__name__)
GONE = 410


class BadHook(Exception):
    """The address is none that messages go to, the facts are not offered, or there are too many."""


@dataclass(frozen=True, kw_only=True)
class Subscribed:
    """A hook, and the secret that its messages are signed with: shown once."""

    hook: Hook
    secret: str


@transaction.atomic
def subscribe(
    *, owner: str, url: str, events: Sequence[str], by: str, at: datetime
) -> Subscribed:  # fmt: skip
    """Tell a system of these facts from now on.

    Raises:
        BadHook: see there.
    """
    if not events or set(events) - registry.offered:
        raise BadHook("events")
    if Hook.objects.filter(owner=owner, ended_at=None).count() >= rules.HOOKS_AT_MOST:
        raise BadHook("too many")
    try:
        ports.address_of(url)
    except (ports.NotAllowed, ports.NotReached) as error:
        raise BadHook("url") from error
    secret = rules.new_secret()
    hook = Hook.objects.create(
        code=codes.secret().replace("-", ""), owner=owner, url=url, events=sorted(set(events)),
        secret=secret, made_at=at,
    )  # fmt: skip
    record("hooks.subscribe", subject=hook.subject, by=by, at=at, events=hook.events)
    return Subscribed(hook=hook, secret=secret)


@transaction.atomic
def renew_secret(*, hook: Hook, by: str, at: datetime) -> str:
    """Sign with a new secret; the one before signs beside it for a day."""
    secret = rules.new_secret()
    hook.secret_before, hook.before_until = hook.secret, at + rules.OVERLAP
    hook.secret = secret
    hook.save(update_fields=["secret", "secret_before", "before_until"])
    record("hooks.renew_secret", subject=hook.subject, by=by, at=at)
    return secret


@transaction.atomic
def end(*, hook: Hook, by: str, at: datetime, why: str = "") -> None:
    """Tell it nothing more; what waits is not sent."""
    Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=at, ended_why=why)
    Message.objects.filter(hook=hook, state=Stage.WAITING).update(state=Stage.DEAD, error="ended")
    record("hooks.end", subject=hook.subject, by=by, at=at, why=why)


def end_all(*, owner: str, by: str, at: datetime) -> None:
    """The system that subscribed comes in no more."""
    for hook in Hook.objects.filter(owner=owner, ended_at=None):
        end(hook=hook, by=by, at=at)


def put(
    *, hooks: Iterable[Hook], event: str, data: Mapping[str, Any], happened_at: datetime,
    at: datetime,
) -> int:  # fmt: skip
    """Lay a message out for each hook, in the transaction of who tells. Return how many."""
    told = {"type": event, "timestamp": happened_at.isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False)
    rows = [
        Message(
            hook=hook, code=f"msg_{codes.secret().replace('-', '')}", event=event, body=body,
            next_try_at=at, made_at=at,
        )
        for hook in hooks
    ]  # fmt: skip
    Message.objects.bulk_create(rows)
    return len(rows)


def send_due(*, at: datetime, limit: int = 100) -> int:
    """Send what is due. Return how many were taken by the other side."""
    due = Message.objects.filter(state=Stage.WAITING, next_try_at__lte=at)
    return sum(
        _send(message, at=at)
        for message in due.select_related("hook").order_by("next_try_at", "id")[:limit]
    )


def _send(message: Message, *, at: datetime) -> bool:
    """Take, send, write down: the network is never used inside a transaction."""
    mine = Message.objects.filter(
        pk=message.pk, state=Stage.WAITING, next_try_at=message.next_try_at
    )
    if not mine.update(next_try_at=at + rules.IN_HAND):
        return False
    signed = rules.headers(
        _keys(message.hook, at=at), message=message.code, at=at, body=message.body
    )
    try:
        status = ports.post(message.hook.url, headers=signed, body=message.body)
    except (ports.NotReached, ports.NotAllowed) as error:
        _failed(message, at=at, error=str(error) or type(error).__name__)
        return False
    if 200 <= status < 300:
        _write(message, state=Stage.SENT, sent_at=at, status=status, error="")
        return True
    _failed(message, at=at, status=status, error=f"HTTP {status}")
    if status == GONE:
        end(hook=message.hook, by="system", at=at, why="gone")
    return False


def _keys(hook: Hook, *, at: datetime) -> list[str]:
    before = hook.secret_before and hook.before_until is not None and at < hook.before_until
    return [hook.secret, hook.secret_before] if before else [hook.secret]


def _failed(message: Message, *, at: datetime, error: str, status: int = 0) -> None:
    wait = rules.next_try(message.attempts + 1)
    logger.warning("message %s: %s", message.code, error)
    if wait is None:
        _write(message, state=Stage.DEAD, status=status, error=error[:200])
    else:
        _write(message, next_try_at=at + wait, status=status, error=error[:200])


def _write(message: Message, **new: Any) -> None:
    Message.objects.filter(pk=message.pk).update(attempts=message.attempts + 1, **new)


@transaction.atomic
def send_again(*, owner: str, by: str, at: datetime, code: str = "") -> int:
    """Send what was given up, all of it or one message, under its old id. Return how many."""
    stuck = Message.objects.filter(hook__owner=owner, hook__ended_at=None, state=Stage.DEAD)
    if code:
        stuck = stuck.filter(code=code)
    count = stuck.update(state=Stage.WAITING, attempts=0, next_try_at=at)
    if count:
        record("hooks.send_again", subject=f"hooks.owner:{owner}", by=by, at=at, messages=count)
    return count


def forget(*, at: datetime) -> int:
    """Throw away messages that are old, sent or not."""
    return Message.objects.filter(made_at__lt=at - rules.KEPT).delete()[0]
