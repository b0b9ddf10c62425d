"""The one way to the rows of a dataset: who reads, what of it, in which version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.clock import local
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.sharing import permissions, selectors
from dothi.datastore.sharing.choices import Audience, Door
from dothi.datastore.sharing.models import Grant, Use
from dothi.datastore.sharing.rules import granting, policy
from dothi.datastore.sharing.services import holding, persons
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as served
from dothi.datastore.tables.choices import Rule
from dothi.datastore.tables.registry import Columns
from dothi.datastore.tables.rules.roles import Role

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.tables.models import Version


class NotShared(Exception):
    """This person sees no row of it, or there is no such dataset: the two look alike."""


class PurposeNeeded(NotShared):
    """This person holds several grants on it: `grants` are their codes, one has to be named."""

    def __init__(self, code: str, grants: Sequence[str]) -> None:
        super().__init__(code)
        self.grants = tuple(grants)


class NothingYet(Exception):
    """No version was published yet."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A version of a dataset as somebody may see it."""

    dataset: str
    title: str
    contract: Contract
    version: int
    rows: int
    checksum: str
    published_at: datetime
    fields: tuple[Field, ...]
    path: Path  # A DuckDB file that holds nothing else; its table is `data`.
    grant: str = ""  # Under which it is read; "": by the class of the dataset.
    at_least: int = 0  # Smaller counts of its rows are hidden; 0: none (`hide_small`).

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection that reads this file and can do nothing else."""
        return holding.connect(self.path)

    @property
    def words(self) -> Mapping[str, frozenset[str]]:
        """The words of each column that the file keeps as numbers of them."""
        return holding.words(self.path)


def open_dataset(
    code: str,
    user: User | AnonymousUser,
    *,
    at: datetime,
    version: int | None = None,
    purpose: str = "",
    key: int | None = None,
    door: Door = Door.PAGE,
    form: str = "",
    figures: bool = False,
) -> Opening:
    """Open the newest version whose files stand, or a pinned one.

    `purpose` is the code of a grant under which somebody reads; without it, what the class of the
    dataset lets them see, or else the only grant that they hold on it. `key` is the program's.
    `figures` opens what may only be counted. Where columns of persons are shown it is written down
    before this returns (`core.access`), and under a grant how many rows were opened.

    Raises:
        NotShared: see there.
        PurposeNeeded: of several grants one has to be named.
        NothingYet: see there.
        Version.DoesNotExist: there is no such version.
        VersionClosed: it cannot be read any more.
    """
    allowed = _allowed(code, user, on=local(at).date(), purpose=purpose, key=key)
    if allowed.figures_only and not figures:
        raise NotShared(code)
    found = tables.shown(code) if version is None else tables.version(code, version)
    if found is None:
        raise NothingYet(code)
    role = _role(allowed, found.shape)
    opening = Opening(
        dataset=code,
        title=allowed.dataset.title,
        contract=allowed.contract,
        version=found.number,
        rows=found.rows,
        checksum=found.checksum,
        published_at=found.at,
        fields=tuple(one for one in policy.fields_seen(allowed.contract, role)),
        path=served.serve(found, role, at=at),
        grant=allowed.grant.code if allowed.grant else "",
        at_least=allowed.at_least,
    )
    if role.where:
        opening = replace(opening, rows=_count(opening))
    _write_down(opening, allowed, role, found, user=user, door=door, form=form, at=at)
    return opening


def roles(code: str, columns: Columns, at: datetime) -> list[Role]:
    """Who reads a table: by its class, and under the grants in force of which use was made. Of a
    role that sees none of its columns there is no file."""
    dataset = catalogue.every_dataset().filter(code=code).first()
    if dataset is None or (contract := dataset.agreed) is None:
        return []
    allowed = [_of_audience(dataset, contract, one) for one in Audience]
    allowed += [_by_grant(one) for one in selectors.grants_used(code, on=local(at).date())]
    found = [_role(one, columns) for one in allowed if one is not None]
    return [one for one in found if any(rule != Rule.DROP for _, rule in one.columns or ())]


@dataclass(frozen=True, kw_only=True)
class _Allowed:
    """What the class of a dataset, or a grant on it, lets somebody read."""

    dataset: "Dataset"
    contract: Contract
    role: Role
    at_least: int
    grant: Grant | None = None
    keeps: bool = False  # Looks after the data, and so sees also rows whose use is restricted.

    @property
    def figures_only(self) -> bool:
        return self.grant is not None and self.grant.figures_only


def _allowed(
    code: str, user: User | AnonymousUser, *, on: date, purpose: str, key: int | None
) -> _Allowed:
    if not purpose and (by_class := _by_class(code, user, on=on)) is not None:
        return by_class
    held = [
        one
        for grant in selectors.grants_held_by(user, on=on, key=key).filter(dataset__code=code)
        if (not purpose or grant.code == purpose) and (one := _by_grant(grant)) is not None
    ]
    if len(held) > 1:
        raise PurposeNeeded(code, [one.grant.code for one in held if one.grant is not None])
    if not held:
        raise NotShared(code)
    return held[0]


def _by_class(code: str, user: User | AnonymousUser, *, on: date) -> _Allowed | None:
    dataset = catalogue.dataset_seen_by(code, user, on=on)
    if dataset is None or (contract := dataset.agreed) is None:
        return None
    return _of_audience(dataset, contract, permissions.audience_of(user, dataset.unit_id, on=on))


def _of_audience(dataset: "Dataset", contract: Contract, audience: Audience) -> _Allowed | None:
    role = policy.role_of(contract, share=Share(dataset.share), audience=audience)
    if role is None:
        return None
    at_least = policy.at_least(contract, audience)
    return _Allowed(
        dataset=dataset, contract=contract, role=role, at_least=at_least,
        keeps=audience == Audience.KEEPER,
    )  # fmt: skip


def _by_grant(grant: Grant) -> _Allowed | None:
    contract = grant.dataset.agreed
    if contract is None:
        return None
    role = granting.role_of_grant(
        contract, code=grant.code, columns=grant.columns, where=grant.where
    )
    if role is None:
        return None
    return _Allowed(
        dataset=grant.dataset, contract=contract, role=role, at_least=grant.at_least, grant=grant
    )


def narrowed(role: Role, columns: Columns) -> Role:
    """A version from before a column came has a role without it; a condition on it holds for no
    row of that version."""
    there = {one.name for one in columns}
    kept = tuple((name, rule) for name, rule in role.columns or () if name in there)
    return replace(role, columns=kept)


def _role(allowed: _Allowed, columns: Columns) -> Role:
    """As what somebody reads a version with these columns."""
    role = narrowed(allowed.role, columns)
    if not allowed.keeps and any(one.is_personal for one in allowed.contract.fields):
        role = replace(role, where=(*role.where, *persons.held_back(allowed.dataset)))
    return role


def _count(opening: Opening) -> int:
    with opening.connect() as connection:
        return int(connection.execute("select count(*) from data").fetchall()[0][0])


def _write_down(
    opening: Opening,
    allowed: _Allowed,
    role: Role,
    version: "Version",
    *,
    user: User | AnonymousUser,
    door: Door,
    form: str,
    at: datetime,
) -> None:
    """Who reads what of persons, and what use is made of a grant: before a row leaves."""
    grant, actor = allowed.grant, user.actor if isinstance(user, User) else "public"
    if told_apart := granting.personal_shown(allowed.contract, role):
        opened(
            record=persons.record_of(allowed.dataset, version, role), by=actor, at=at,
            fields=told_apart,
            purpose=(grant.purpose if grant else allowed.contract.purpose or door.value)[:200],
            post=permissions.capacity(user, grant, on=local(at).date()),
        )  # fmt: skip
    if grant is not None:
        Use.objects.create(
            grant=grant, actor=actor, door=door, form=form, version=opening.version,
            rows=opening.rows, at=at,
        )  # fmt: skip
