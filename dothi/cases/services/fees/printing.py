"""The paper of a receipt: set once, when somebody asks for it first."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import permissions
from dothi.cases.choices import Part
from dothi.cases.models import Dossier, FeeLine, Party, Receipt
from dothi.cases.registry import RECEIPT
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.papers.issuing import agency_for
from dothi.cases.services.refusals import NotYours, PaidBefore
from dothi.core.access.services import opened
from dothi.core.clock import local
from dothi.core.papers.models import Paper
from dothi.core.papers.services import issue
from dothi.lib import text_vi
from dothi.lib.amounts_vi import in_words

COLLECTOR = ("Người thu tiền", "Collected by")


@transaction.atomic
def receipt_paper(*, receipt: Receipt, by: Actor, at: datetime) -> Paper:
    """The paper of a receipt, of 0 ₫ too. It names the payer, so an officer's look is noted.

    Raises:
        NotYours: the officer does not collect where it was taken.
        PaidBefore: it is void.
        NoAgency: the unit has no agency that could issue it.
    """
    row = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if row.voided_at is not None:
        raise PaidBefore
    if isinstance(by, User):
        _note(row, by, at=at)
    if row.paper:
        return Paper.objects.get(code=row.paper)
    dossier = row.dossier
    with override(dossier.language):
        paper = issue(
            kind=RECEIPT.code, subject=row.subject, unit_code=row.unit.code,
            agency=agency_for(
                dossier, row.unit, at=row.taken_at, title=COLLECTOR, signer=_collector(row)
            ),
            context=_content(row, dossier), at=at, by=actor_of(by), language=dossier.language,
            subtitle=row.code,
        )  # fmt: skip
    row.paper = paper.code
    row.save(update_fields=["paper"])
    return paper


def _note(receipt: Receipt, by: User, *, at: datetime) -> None:
    if not permissions.may_collect(by, on=local(at).date(), unit=receipt.unit_id):
        raise NotYours
    opened(
        record=receipt.dossier.subject, by=by.actor, at=at, fields=["name"],
        purpose=str(RECEIPT.label), post=receipt.unit.name_vi,
    )  # fmt: skip


def _collector(receipt: Receipt) -> str:
    """Who took it, by name, where that was a person."""
    return accounts.names_of([receipt.taken_by]).get(receipt.taken_by, "")


def _content(receipt: Receipt, dossier: Dossier) -> dict[str, Any]:
    vietnamese = dossier.language != "en"
    payer = Party.objects.get(dossier=dossier, part=Part.APPLICANT)
    rows = FeeLine.objects.filter(dossier=dossier, pk__in=[int(key) for key in receipt.lines])
    money = text_vi.money(receipt.amount)
    lines = [
        (_("Received from"), payer.name),
        (_("Dossier"), dossier.code),
        (_("Amount"), money),
    ]
    if vietnamese:
        lines.append((_("In words"), in_words(receipt.amount)))
    lines += [
        (_("How it was paid"), receipt.get_how_display()),
        (_("Paid at"), f"{local(receipt.taken_at):%H:%M %d/%m/%Y}"),
    ]
    return {
        "opening": [],
        "lines": lines,
        "table": {
            "head": [_("What is paid for"), _("Basis"), _("Amount")],
            "widths": [4, 4, 2],
            "rows": [
                [row.name, row.source, text_vi.money(receipt.lines[str(row.pk)])]
                for row in rows.order_by("id")
            ],
        },
        "closing": [],
    }
