"""A contract made of a file: what was seen in it, then the table in which it is changed and agreed.

Afterwards the same file is read under it; nobody sends it again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue import services as agreements
from dothi.datastore.catalogue.choices import Classification, Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.catalogue.wording import departure
from dothi.datastore.ingestion import permissions, selectors, services, wording
from dothi.datastore.ingestion.models import Delivery
from dothi.datastore.ingestion.readers import ColumnProfile, Unreadable
from dothi.datastore.ingestion.readers.kinds import BY_CODE
from dothi.datastore.ingestion.rules.fitting import folded

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

EXAMPLES, LONGEST = 3, 40


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A column of a file. A personal one shows no value."""

    head: str
    name: str
    type: str
    fits: str
    filled: int
    empty: int
    distinct: int
    guarded: str
    examples: tuple[str, ...]


def _found(request: SignedInRequest, code: str, at: datetime) -> tuple[Delivery, "Dataset"]:
    on = at.date()
    try:
        delivery = selectors.delivery_seen_by(request.user, code, on=on)
    except Delivery.DoesNotExist as error:
        raise Http404 from error
    dataset = catalogue.datasets_kept_by(request.user, on=on).get(code=delivery.dataset)
    if dataset.registered or not permissions.may_bring_in(request.user, dataset.unit_id, on=on):
        raise PermissionDenied
    return delivery, dataset


@staff_required
def proposal(request: SignedInRequest, code: str) -> HttpResponse:
    """What was seen in the file, and the contract that is proposed."""
    at = clock.now()
    delivery, dataset = _found(request, code, at)
    if not permissions.may_propose(request.user, dataset.unit_id, on=at.date()):
        raise PermissionDenied
    context: dict[str, Any] = {"delivery": delivery, "dataset": dataset}
    try:
        made = services.propose(delivery, dataset.agreed, by=request.user, at=at)
    except Unreadable as error:
        context["unreadable"] = wording.unreadable(error.reason.value)
        return render(request, "ingestion/proposal.html", context, status=422)
    by_head = {folded(one.head): one for one in made.contract.fields}
    context |= {
        "shape": made.shape,
        "columns": [_seen(one, by_head[folded(one.head)]) for one in made.profiles],
        "rows": max((one.rows for one in made.profiles), default=0),
        "key": made.contract.key,
        "departures": [departure(one) for one in made.departures],
        "document": agreements.document_of(made.contract),
    }
    response = render(request, "ingestion/proposal.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _seen(profile: ColumnProfile, field: Field) -> Seen:
    shares = [share for code, share in profile.kinds.items() if BY_CODE[code].type == field.type]
    examples = () if field.is_personal else profile.top[:EXAMPLES]
    return Seen(
        head=profile.head,
        name=field.name,
        type=str(Type(field.type).label),
        fits=f"{100 * max(shares):.1f} %" if shares else "",
        filled=profile.filled,
        empty=profile.empty,
        distinct=profile.distinct,
        guarded=str(Classification(field.classification).label) if field.is_personal else "",
        examples=tuple(Truncator(value).chars(LONGEST) for value, _count in examples),
    )


@staff_required
@require_POST
def read(request: SignedInRequest, code: str) -> HttpResponse:
    """Read a file that is here already under the contract that holds now."""
    at = clock.now()
    delivery, dataset = _found(request, code, at)
    if dataset.agreed is None:
        messages.error(request, _("Agree on a contract first; the file stays here meanwhile."))
        return redirect("ingestion:proposal", code=code)
    try:
        run = services.begin(delivery, dataset.agreed, by=request.user.actor, at=at)
    except services.OnItsWay as error:
        return redirect("ingestion:run", code=error.run)
    return redirect("ingestion:run", code=run.code)
