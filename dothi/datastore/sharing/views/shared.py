"""What the pages of askers and of those who decide have in common."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.selectors import names_of
from dothi.core.clocks import selectors as clocks
from dothi.core.papers import selectors as papers
from dothi.core.papers.http import issued
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion.wording import title
from dothi.datastore.sharing import selectors, wording
from dothi.datastore.sharing.choices import Door, State, SubjectKind
from dothi.datastore.sharing.models import Application, Grant
from dothi.datastore.tables.choices import Rule
from dothi.datastore.tables.rules.roles import Condition


def to_whom(row: Application | Grant) -> str:
    """For whom, by posts and units; the name of a person only where one person is meant."""
    unit = row.unit.name if row.unit else ""
    match row.subject_kind:
        case SubjectKind.PERSON:
            said = [row.user.get_full_name() if row.user else "", row.partner, unit]
        case SubjectKind.POST:
            said = [str(Role(row.role).label), unit]
        case SubjectKind.UNIT:
            said = [_("Everybody with a post in a unit"), unit]
        case _key:
            said = [_("A program, by its key"), row.key.name if row.key else ""]
    return ", ".join(one for one in said if one)


def columns_shown(contract: Contract | None, columns: Sequence[Sequence[str]]) -> list[Any]:
    known = contract.by_name() if contract else {}
    return [
        (title(known[name]) if name in known else name, wording.RULES[Rule(rule)])
        for name, rule, *_rest in columns
    ]


def rows_shown(contract: Contract | None, where: Sequence[Condition]) -> list[str]:
    known = contract.by_name() if contract else {}
    return [
        f"{title(known[one.column]) if one.column in known else one.column} "
        f"{wording.HOWS[one.how]} {', '.join(one.values)}"
        for one in where
    ]


def application_shown(row: Application, *, at: datetime, explained: bool = False) -> dict[str, Any]:
    clock = clocks.open_clock(row.subject) if explained else None
    contract = row.dataset.agreed if explained else None
    return {
        "row": row,
        "state": State(row.state).label,
        "tone": wording.TONES[State(row.state)],
        "to": to_whom(row),
        "last_day": row.expires_on - timedelta(days=1),
        "clock": clocks.view(clock, at=at) if clock else None,
        "columns": columns_shown(contract, row.columns) if explained else [],
        "rows": rows_shown(contract, row.where) if explained else [],
    }


def grant_shown(row: Grant, *, at: datetime, explained: bool = False) -> dict[str, Any]:
    on = at.date()
    ended = row.ended_at is not None or row.expires_on <= on
    contract = row.dataset.agreed if explained else None
    return {
        "row": row,
        "state": _("Ended") if ended else _("In force"),
        "tone": "neutral" if ended else "good",
        "ended": ended,
        "to": to_whom(row),
        "last_day": row.expires_on - timedelta(days=1),
        "columns": columns_shown(contract, row.columns) if explained else [],
        "rows": rows_shown(contract, row.where) if explained else [],
        "papers": list(papers.of(row.subject)) if explained else [],
    }


def report(grant: Grant) -> list[dict[str, Any]]:
    """The use day by day, with the names of people."""
    rows = selectors.report_on(grant)
    names = names_of({row["actor"] for row in rows})
    return [
        {**row, "who": names.get(row["actor"], row["actor"]),
         "way": wording.DOORS[Door(row["door"])]}
        for row in rows
    ]  # fmt: skip


def paper(grant: Grant, number: str) -> FileResponse:
    """The agreement as it was issued."""
    return issued(grant.subject, number)
