"""The agreement on a use, as a paper with a number; it is void when the use ends early."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.papers import selectors as papers
from dothi.core.papers import services as issuing
from dothi.core.papers.models import Paper
from dothi.datastore.sharing.models import Grant
from dothi.datastore.tables.choices import How, Rule
from dothi.units import selectors as units

# As the paper says it: official papers are in Vietnamese.
SHOWN = {Rule.KEEP: "nguyên giá trị", Rule.TOKEN: "mã thay thế", Rule.MASK: "che bớt"}
COMPARED = {How.ONE_OF: "là", How.FROM: "từ", How.BEFORE: "trước"}


def issue(grant: Grant, *, asker: User | None, by: User, at: datetime) -> Paper:
    with translation.override("vi"):
        words = _words(grant, asker)
    unit = grant.dataset.unit
    root = units.root(on=local(at).date())
    above = root.name_vi if root.pk != unit.pk else ""
    return issuing.issue(
        kind="data_agreement",
        subject=grant.subject,
        unit_code=unit.code,
        agency=issuing.Agency(
            name=f"Ủy ban nhân dân {unit.name_vi}" if above else unit.name_vi, above=above,
            place=unit.name_vi, signer_title="Đại diện bên cho khai thác",
            signer=by.get_full_name(),
        ),
        context=words,
        at=at,
        by=by.actor,
    )  # fmt: skip


def void(grant: Grant, *, by: str, at: datetime, reason: str) -> None:
    for paper in papers.of(grant.subject):
        issuing.revoke(paper=paper, reason=reason[:200], by=by, at=at)


def _words(grant: Grant, asker: User | None) -> dict[str, Any]:
    contract = grant.dataset.agreed
    titles = {one.name: one.title_vi for one in contract.fields} if contract else {}
    rows = [
        f"{titles.get(one.column, one.column)} {COMPARED[one.how]} {', '.join(one.values)}"
        for one in grant.where
    ]
    unit = grant.unit.name_vi if grant.unit else ""
    named = asker.get_full_name() if asker else str(Role(grant.role).label) if grant.role else ""
    key = grant.key.name if grant.key else ""
    receiver = ", ".join(one for one in (named, key, grant.partner, unit) if one)
    return {
        "receiver": receiver,
        "dataset": f"{grant.dataset.title_vi} ({grant.dataset.code})",
        "purpose": grant.purpose,
        "legal_basis": grant.legal_basis,
        "begins_on": f"{grant.begins_on:%d/%m/%Y}",
        "last_day": f"{grant.expires_on - timedelta(days=1):%d/%m/%Y}",
        "columns": [[titles[name], SHOWN[Rule(rule)]] for name, rule, _class in grant.columns
                    if Rule(rule) != Rule.DROP],
        "rows": "; ".join(rows) or "tất cả",
        "figures_only": grant.figures_only,
        "at_least": grant.at_least,
    }  # fmt: skip
