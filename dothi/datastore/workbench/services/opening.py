"""The datasets that a question names, opened for who asks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist

from dothi.accounts.models import User
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Door
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.workbench.choices import Fault
from dothi.datastore.workbench.rules import gate
from dothi.datastore.workbench.rules.gate import Place, Refused

Asker = User | AnonymousUser
# `cay-xanh`, `cay_xanh`, with a version `cay-xanh@3`, under a grant `cay-xanh#CODE`, or by a file
# of CKAN: `cay-xanh.csv`.
NAME = re.compile(
    r"(?P<code>[a-z0-9_-]+)(?:\.[a-z]+)?(?:@(?P<version>\d{1,9}))?(?:#(?P<grant>[a-z0-9-]+))?",
    re.IGNORECASE,
)
NOT_THERE = (sharing.NotShared, sharing.NothingYet, ObjectDoesNotExist)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A question with what it reads: its text for the engine, and the openings by catalog."""

    text: str
    openings: Mapping[str, sharing.Opening]

    @property
    def of_persons(self) -> bool:
        return any(one.is_personal for opening in self.openings.values() for one in opening.fields)

    def facts(self) -> list[dict[str, object]]:
        return [
            {
                "dataset": one.dataset, "version": one.version, "file": one.path.stem,
                "grant": one.grant,
            }
            for one in self.openings.values()
        ]  # fmt: skip


def opened(question: str, user: Asker, *, at: datetime) -> Opened:
    """Check a question and open what it names.

    Raises:
        Refused: it is not let through, or names what this person does not see.
    """
    places: dict[str, Place] = {}
    openings: dict[str, sharing.Opening] = {}
    for name in gate.tables_of(question):
        opening = _open(name, question, user, at=at)
        catalog = next(
            (key for key, other in openings.items() if other.path == opening.path),
            f"d{len(openings)}",
        )
        openings[catalog] = opening
        places[name] = Place(catalog=catalog, table="data")
    return Opened(text=gate.written(question, places), openings=openings)


def datasets_named(name: str) -> list[str]:
    """The codes of datasets that a name in a question may mean, the likeliest first."""
    parts = NAME.fullmatch(name)
    if parts is None:
        return []
    code = parts["code"].lower()
    return list(dict.fromkeys((code, code.replace("_", "-"))))


def _open(name: str, question: str, user: Asker, *, at: datetime) -> sharing.Opening:
    parts = NAME.fullmatch(name)
    if parts is not None:
        version = int(parts["version"]) if parts["version"] else None
        for one in datasets_named(name):
            try:
                return sharing.open_dataset(
                    one, user, at=at, version=version, purpose=parts["grant"] or "",
                    door=Door.WORKBENCH,
                )  # fmt: skip
            except sharing.PurposeNeeded as error:
                raise _at(Fault.PURPOSE, f"{one}#{error.grants[0]}", question) from error
            except NOT_THERE:
                continue
            except VersionClosed as error:
                raise _at(Fault.GONE, name, question) from error
    raise _at(Fault.UNKNOWN_TABLE, name, question)


def _at(fault: Fault, name: str, question: str) -> Refused:
    line, column = gate.place_of(name, question)
    return Refused(fault, word=name[:80], line=line, column=column)
