"""Programs of other offices: made known by an administrator, let in by tokens that soon expire."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from dothi.accounts import registry, rules
from dothi.accounts.choices import Role
from dothi.accounts.models import Machine, Said, Token, User
from dothi.accounts.services import people
from dothi.core.audit.services import record
from dothi.core.crypto.services import keyed_hash
from dothi.core.hooks import services as hooks
from dothi.lib import codes, text_vi
from dothi.units.models import Unit

ASKED = f"""
    insert into {Said._meta.db_table} (machine_id, key, mark, status, answer, at)
    values (%s, %s, %s, 0, '', %s)
    on conflict (machine_id, key) do nothing returning id
"""


class NotOffered(Exception):
    """A role or scope that programs are not given, or a code of another form."""


class CodeTaken(Exception):
    """Another program, or a person, has this code."""


class KeyUsed(Exception):
    """The same key came before with something else: a fault of the program that sends it."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A program, and its secret: shown once, stored as a hash."""

    machine: Machine
    secret: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a program is answered; `again`: it was answered so before."""

    status: int
    body: dict[str, Any]
    again: bool = False


@transaction.atomic
def register_machine(
    *,
    code: str,
    name: str,
    unit: Unit,
    role: Role,
    scopes: Sequence[str],
    valid_from: date,
    by: str,
    at: datetime,
    contact: str = "",
) -> Registered:
    """Make a program known: it holds a post from a day on, and may ask for these scopes.

    Raises:
        NotOffered, CodeTaken: see there.
    """
    if role not in rules.MACHINE_ROLES or not rules.MACHINE_CODE.fullmatch(code):
        raise NotOffered
    if not scopes or set(scopes) - set(registry.scopes):
        raise NotOffered
    username = f"machine-{code}"
    if Machine.objects.filter(code=code).exists() or _is_taken(username):
        raise CodeTaken
    # No address and no password: nobody can sign in as it on a page.
    user = User(username=username, full_name=text_vi.tidy(name)[:120])
    user.date_joined = at
    user.set_unusable_password()
    user.save()
    secret = codes.secret()
    machine = Machine.objects.create(
        user=user,
        code=code,
        name=user.full_name,
        contact=text_vi.tidy(contact)[:200],
        scopes=sorted(set(scopes)),
        secret_hash=codes.hash_secret(secret),
        made_at=at,
        made_by=by,
    )
    record(
        "accounts.register_machine", subject=machine.subject, by=by, at=at, unit=unit.code,
        scopes=machine.scopes,
    )  # fmt: skip
    people.appoint(user=user, unit=unit, role=role, valid_from=valid_from, at=at, by=by)
    return Registered(machine=machine, secret=secret)


def _is_taken(username: str) -> bool:
    return User.objects.filter(username=username).exists()


@transaction.atomic
def renew_secret(*, machine: Machine, by: str, at: datetime) -> str:
    """Give a program another secret; the one before and every token end at once."""
    secret = codes.secret()
    machine.secret_hash = codes.hash_secret(secret)
    machine.save(update_fields=["secret_hash"])
    Token.objects.filter(machine=machine, ended_at=None).update(ended_at=at)
    record("accounts.renew_secret", subject=machine.subject, by=by, at=at)
    return secret


@transaction.atomic
def end_machine(*, machine: Machine, by: str, at: datetime, on: date) -> None:
    """Nobody comes in as this program any more: its tokens, its posts and its account end."""
    if not Machine.objects.filter(pk=machine.pk, ended_at=None).update(ended_at=at):
        return
    Token.objects.filter(machine=machine, ended_at=None).update(ended_at=at)
    record("accounts.end_machine", subject=machine.subject, by=by, at=at)
    hooks.end_all(owner=machine.subject, by=by, at=at)
    people.leave(user=machine.user, on=on, successor=None, at=at, by=by)


@transaction.atomic
def issue_token(
    *, machine: Machine, scopes: Collection[str], at: datetime
) -> tuple[Token, str]:  # fmt: skip
    """Let a program in for `rules.TOKEN_LASTS`; without scopes: for all that it was given.

    Raises:
        NotOffered: it asks for a scope that it was not given.
    """
    wanted = set(scopes) or set(machine.scopes)
    if wanted - set(machine.scopes):
        raise NotOffered
    text = codes.secret().replace("-", "")
    token = Token.objects.create(
        machine=machine,
        token_hash=codes.hash_secret(text),
        scopes=sorted(wanted),
        made_at=at,
        expires_at=at + rules.TOKEN_LASTS,
    )
    record("accounts.issue_token", subject=machine.subject, by=machine.user.actor, at=at)
    return token, text


@transaction.atomic
def revoke_token(*, machine: Machine, text: str, at: datetime) -> None:
    """The program needs this token of its own no more (RFC 7009); an unknown one is no matter."""
    mine = Token.objects.filter(machine=machine, token_hash=codes.hash_secret(text), ended_at=None)
    if mine.update(ended_at=at):
        record("accounts.revoke_token", subject=machine.subject, by=machine.user.actor, at=at)


def once(
    *,
    machine: Machine,
    key: str,
    asked: object,
    at: datetime,
    do: Callable[[], tuple[int, dict[str, Any]]],
) -> Answer:
    """Do what is asked under this key once; who sends it again gets the same answer.

    Two at the same time wait for one another: the key belongs to the transaction. What is refused
    leaves no trace, so that it may be sent again when it is mended.

    Raises:
        KeyUsed: see there; and what `do` raises.
    """
    mark = keyed_hash(json.dumps(asked, sort_keys=True, default=str), purpose="accounts.said")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ASKED, [machine.pk, key, mark, at])
            new = cursor.fetchone()
        if new is None:
            before = Said.objects.get(machine=machine, key=key)
            if before.mark != mark:
                raise KeyUsed
            return Answer(status=before.status, body=json.loads(before.answer), again=True)
        status, body = do()
        row = Said(pk=new[0], status=status, answer=json.dumps(body, ensure_ascii=False))
        row.save(update_fields=["status", "answer"])
        return Answer(status=status, body=body)


@transaction.atomic
def sweep_tokens(*, at: datetime) -> int:
    """Throw away tokens that open no more, and answers that nobody asks for again."""
    gone, _each = Token.objects.filter(expires_at__lt=at - rules.TOKEN_LASTS).delete()
    more, _each = Said.objects.filter(at__lt=at - rules.SAID_LASTS).delete()
    return gone + more
