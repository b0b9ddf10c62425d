"""The one way to the rows of a dataset: who reads, what of it, in which version."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.sharing import permissions
from dothi.datastore.sharing.rules import policy
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as served
from dothi.datastore.tables.rules.roles import Role

MEMORY = "300MB"


class NotShared(Exception):
    """This person sees no row of it, or there is no such dataset: the two look alike."""


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

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection that reads this file and can do nothing else."""
        return duckdb.connect(
            str(self.path),
            read_only=True,
            config={
                "memory_limit": MEMORY, "threads": 2, "enable_external_access": "false",
                "autoload_known_extensions": "false", "lock_configuration": "true",
            },
        )  # fmt: skip


def open_dataset(
    code: str, user: User | AnonymousUser, *, at: datetime, version: int | None = None
) -> Opening:
    """Open the newest version, or a pinned one.

    Raises:
        NotShared: see there.
        NothingYet: see there.
        Version.DoesNotExist: there is no such version.
        VersionClosed: it cannot be read any more.
    """
    on = at.date()
    dataset = catalogue.datasets_seen_by(user, on=on).filter(code=code).first()
    if dataset is None or dataset.agreed is None:
        raise NotShared(code)
    audience = permissions.audience_of(user, dataset.unit_id, on=on)
    role = policy.role_of(dataset.agreed, share=Share(dataset.share), audience=audience)
    if role is None:
        raise NotShared(code)
    found = tables.latest(code) if version is None else tables.version(code, version)
    if found is None:
        raise NothingYet(code)
    there = {column.name for column in found.shape}
    seen = tuple(one for one in policy.fields_seen(dataset.agreed, role) if one.name in there)
    return Opening(
        dataset=code,
        title=dataset.title,
        contract=dataset.agreed,
        version=found.number,
        rows=found.rows,
        checksum=found.checksum,
        published_at=found.at,
        fields=seen,
        path=served.serve(found, _narrowed(role, there), at=at),
    )


def _narrowed(role: Role, there: set[str]) -> Role:
    """A version from before a column came has a role without it."""
    assert role.columns is not None
    kept = tuple((name, rule) for name, rule in role.columns if name in there)
    return Role(name=role.name, columns=kept, purpose=role.purpose)
