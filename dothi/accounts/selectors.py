"""Questions about people: which posts they hold, where, and what they may do there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from dothi.accounts import registry, rules
from dothi.accounts.choices import Level, Role
from dothi.accounts.models import (
    Delegation,
    Machine,
    Post,
    StartLink,
    Token,
    User,
    in_force,
)
from dothi.lib.codes import hash_secret
from dothi.units.models import Unit

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
TOTP_PERIOD = 30  # Seconds (RFC 6238, section 4.1).


class OnlyInTheDemo(Exception):
    """What everybody knows of the sample people must not exist in a real house."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a person is in the house on a day: one snapshot, at most two queries."""

    user_id: int | None = None
    on: date
    posts: tuple[Post, ...] = ()  # Own and lent ones; `post.unit` is loaded.
    reach: Mapping[Role, frozenset[int]] = field(default_factory=dict)  # Unit ids by role.
    powers: Mapping[str, frozenset[int]] = field(default_factory=dict)  # Unit ids by power.
    has_second_step: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.posts)

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset().union(*self.reach.values())

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.reach)

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Unit code and role of each post: what the inbox is asked by."""
        return frozenset((post.unit.code, post.role) for post in self.posts)

    @property
    def lent(self) -> tuple[Post, ...]:
        return tuple(post for post in self.posts if post.user_id != self.user_id)

    def may(self, power: str, unit: Unit | int | None = None) -> bool:
        """Whether a power reaches a unit; without a unit: whether it reaches any."""
        where = self.powers.get(power, frozenset())
        if unit is None:
            return bool(where)
        return (unit if isinstance(unit, int) else unit.pk) in where

    def units_for(self, power: str) -> frozenset[int]:
        return self.powers.get(power, frozenset())


_asked: ContextVar[dict[tuple[int, date], Standing] | None] = ContextVar("standings", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Ask for a standing once within this block: one request, which has one user."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def forget() -> None:
    """Ask anew: a verb changed who holds what."""
    if (asked := _asked.get()) is not None:
        asked.clear()


def standing(user: User | AnonymousUser, *, on: date) -> Standing:
    """The snapshot of a day. Nobody signed in and people who left stand nowhere."""
    if not isinstance(user, User) and not user.is_authenticated:
        return Standing(on=on)
    if not user.is_active:
        return Standing(user_id=user.pk, on=on)
    asked = _asked.get()
    if asked is None:
        return _standing(user.pk, on)
    if (user.pk, on) not in asked:
        asked[user.pk, on] = _standing(user.pk, on)
    return asked[user.pk, on]


def _columns(model: type[Model], table: str) -> str:
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


# Asked with each request of staff: written out, since composing it costs more than answering it.
_POSTS = f"""
    select exists (
            select 1 from {Authenticator._meta.db_table} device
            where device.user_id = %(user)s and device.type = any(%(steps)s)
        ), {_columns(Post, "post")}, {_columns(Unit, "unit")}
    from {Post._meta.db_table} post join {Unit._meta.db_table} unit on unit.id = post.unit_id
    where post.valid_from <= %(on)s and (post.valid_to is null or post.valid_to > %(on)s)
        and (post.user_id = %(user)s or exists (
            select 1 from {Delegation._meta.db_table} lent
            join {User._meta.db_table} holder on holder.id = post.user_id and holder.is_active
            where lent.post_id = post.id and lent.to_id = %(user)s and lent.ended_at is null
                and lent.valid_from <= %(on)s and lent.valid_to > %(on)s
        ))
    order by post.id
"""
_POST_NAMES = [field.attname for field in Post._meta.concrete_fields]
_UNIT_NAMES = [field.attname for field in Unit._meta.concrete_fields]


def _standing(user_id: int, on: date) -> Standing:
    asked: dict[str, Any] = {
        "user": user_id,
        "on": on,
        "steps": [step.value for step in SECOND_STEPS],
    }
    posts: list[Post] = []
    has_second_step = False
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, asked)
        for has_second_step, *values in cursor.fetchall():  # noqa: B007
            post = Post.from_db(connection.alias, _POST_NAMES, values[: len(_POST_NAMES)])
            post.unit = Unit.from_db(connection.alias, _UNIT_NAMES, values[len(_POST_NAMES) :])
            posts.append(post)
    if not posts:
        return Standing(user_id=user_id, on=on)
    reach = _reach(posts)
    return Standing(
        user_id=user_id,
        on=on,
        posts=tuple(posts),
        reach=reach,
        powers=_powers(reach),
        has_second_step=has_second_step,
    )


def _reach(posts: Collection[Post]) -> dict[Role, frozenset[int]]:
    below = _below({post.unit_id for post in posts})
    reach: dict[Role, set[int]] = defaultdict(set)
    for post in posts:
        role = Role(post.role)
        reach[role].update(
            unit for unit, inside in below[post.unit_id] if rules.reaches(role, inside=inside)
        )
    return {role: frozenset(units) for role, units in reach.items()}


def _below(unit_ids: Collection[int]) -> dict[int, list[tuple[int, bool]]]:
    """Each unit, itself and all under it, also those of the past: their records remain."""
    table = connection.ops.quote_name(Unit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive below (top, id, inside) as (
                select id, id, true from {table} where id = any(%s)
                union all
                select below.top, unit.id, below.inside and unit.kind = 'quarter'
                from below join {table} unit on unit.parent_id = below.id
            )
            select top, id, inside from below
            """,
            [list(unit_ids)],
        )
        found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for top, unit, inside in cursor.fetchall():
            found[top].append((unit, inside))
    return found


def _powers(reach: Mapping[Role, frozenset[int]]) -> dict[str, frozenset[int]]:
    powers: dict[str, frozenset[int]] = defaultdict(frozenset)
    for role, units in reach.items():
        for power in registry.powers_of(role):
            powers[power] |= units
    return dict(powers)


def posts_of(user: User, *, on: date) -> list[Post]:
    """The posts in force, own and lent, with their units."""
    return list(standing(user, on=on).posts)


def units_of(user: User, *, on: date) -> set[int]:
    """Ids of the units that the person's posts reach, units of the past among them."""
    return set(standing(user, on=on).unit_ids)


def holds(user: User, role: Role, unit: Unit, *, on: date) -> bool:
    """Whether a post of this role, own or lent, reaches the unit."""
    return unit.pk in standing(user, on=on).reach.get(role, frozenset())


def may(user: User | AnonymousUser, power: str, unit: Unit | int | None, *, on: date) -> bool:
    return standing(user, on=on).may(power, unit)


def is_staff(user: User | AnonymousUser, *, on: date) -> bool:
    return standing(user, on=on).is_staff


def who_may(power: str, unit: Unit, *, on: date) -> QuerySet[User]:
    """Active people, no programs, whose own or lent post lets them do this in the unit, by name."""
    here = Q()
    for role in registry.roles_with(power):
        reachable = [up for up, inside in _above(unit.pk) if rules.reaches(role, inside=inside)]
        here |= Q(role=role, unit__in=reachable)
    if not here:
        return User.objects.none()
    posts = Post.objects.filter(here, in_force(on))
    lent = Delegation.objects.filter(in_force(on), post__in=posts, ended_at=None)
    people = Q(pk__in=posts.values("user_id")) | Q(pk__in=lent.values("to_id"))
    rows = User.objects.filter(people, is_active=True, machine=None)
    return rows.order_by("full_name", "username")


def _above(unit_id: int) -> list[tuple[int, bool]]:
    """The unit and all above it; inside: only quarters lie between."""
    table = connection.ops.quote_name(Unit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive above (id, parent_id, inside, kind) as (
                select id, parent_id, true, kind from {table} where id = %s
                union all
                select unit.id, unit.parent_id, above.inside and above.kind = 'quarter', unit.kind
                from above join {table} unit on unit.id = above.parent_id
            )
            select id, inside from above
            """,
            [unit_id],
        )
        return list(cursor.fetchall())


def level_at_least(user: User | AnonymousUser, level: Level) -> bool:
    """Whether the house knows this person well enough for a service."""
    known = Level(user.level) if isinstance(user, User) else Level.NONE
    return rules.level_is_at_least(known, level)


def staff_seen_by(user: User, *, on: date) -> QuerySet[User]:
    """The only way in for the staff pages: people with a post in a unit that the user looks after.

    Each comes with `posts_seen`: the posts in those units that are in force or still to come.
    """
    units = standing(user, on=on).units_for("accounts.see_staff")
    posts = Post.objects.filter(unit__in=units)
    shown = posts.filter(Q(valid_to=None) | Q(valid_to__gt=on)).select_related("unit")
    return (
        User.objects.filter(Exists(posts.filter(user=OuterRef("pk"))))
        .annotate(
            has_second_step=Exists(
                Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_STEPS)
            )
        )
        .prefetch_related(
            Prefetch("posts", shown.order_by("unit__code", "role"), to_attr="posts_seen")
        )
        .order_by("-is_active", "username")
    )


def delegations_of(posts: Collection[Post], *, on: date) -> QuerySet[Delegation]:
    """What is lent of these posts today or later."""
    return (
        Delegation.objects.filter(post__in=posts, ended_at=None, valid_to__gt=on)
        .select_related("post__unit", "post__user", "to")
        .order_by("valid_from")
    )


def administrators(*, on: date) -> QuerySet[User]:
    """Who looks after the house on a day."""
    posts = Post.objects.filter(in_force(on), role=Role.ADMINISTRATOR)
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True)


def other_administrators(user: User, *, on: date) -> QuerySet[User]:
    return administrators(on=on).exclude(pk=user.pk)


def start_link_user(token: str, *, at: datetime) -> User | None:
    """Whose link it is, if it still opens."""
    link = StartLink.objects.filter(
        token_hash=hash_secret(token), used_at=None, expires_at__gt=at, user__is_active=True
    )
    found = link.select_related("user").first()
    return found.user if found else None


def current_totp(user: User, at: datetime) -> str:
    """The six digits that a sample person's authenticator shows now (RFC 6238).

    Raises:
        OnlyInTheDemo: the house is no demo: nobody reads a secret of real people.
        Authenticator.DoesNotExist: the person has no authenticator app.
    """
    if not settings.DEMO:
        raise OnlyInTheDemo
    device = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    secret = mfa_adapter().decrypt(device.data["secret"])
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // TOTP_PERIOD)))


def person_of(actor: str) -> int | None:
    """The person behind an actor, if it is one."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """What the actors are called, in one query."""
    people = {person: actor for actor in actors if (person := person_of(actor)) is not None}
    found = User.objects.filter(pk__in=people) if people else User.objects.none()
    return {people[user.pk]: user.get_full_name() for user in found}


# --- Programs ------------------------------------------------------------------------------------


def machines_seen_by(user: User, *, on: date) -> QuerySet[Machine]:
    """Programs whose every post is in a unit that the person looks after; those that ended last."""
    units = standing(user, on=on).units_for("accounts.manage_staff")
    if not units:
        return Machine.objects.none()
    elsewhere = Post.objects.filter(user=OuterRef("user_id")).exclude(unit__in=units)
    shown = Post.objects.select_related("unit").order_by("unit__code", "role")
    return (
        Machine.objects.filter(~Exists(elsewhere))
        .select_related("user")
        .prefetch_related(Prefetch("user__posts", shown, to_attr="posts_seen"))
        .order_by("-ended_at", "name", "id")
    )


def machine_of(code: str, secret: str) -> Machine | None:
    """The program that shows its id and its secret, unless it was ended."""
    rows = Machine.objects.select_related("user")
    found = rows.filter(code=code, ended_at=None, user__is_active=True).first()
    shown = hash_secret(secret)
    # Asked also where there is no such program, so that time tells nobody which ids exist.
    fits = compare_digest(shown, found.secret_hash if found else hash_secret(""))
    return found if found and secret and fits else None


def token_of(text: str, *, at: datetime) -> Token | None:
    """The token that opens now, with its program and the account that it acts as."""
    rows = Token.objects.select_related("machine__user").filter(
        token_hash=hash_secret(text), ended_at=None, expires_at__gt=at,
        machine__ended_at=None, machine__user__is_active=True,
    )  # fmt: skip
    return rows.first()


def machines_by_subject(subjects: Iterable[str]) -> dict[str, Machine]:
    """Programs that still come in, by how audit names them."""
    wanted = {subject.rpartition(":")[2] for subject in subjects}
    rows = Machine.objects.filter(code__in=wanted, ended_at=None, user__is_active=True)
    return {machine.subject: machine for machine in rows.select_related("user")}
