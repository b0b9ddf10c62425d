"""Where a steward says which column names the person of a row, so that people find who read."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.sharing import permissions, selectors, services
from dothi.datastore.sharing.choices import Power
from dothi.datastore.sharing.forms import PersonForm
from dothi.datastore.tables.choices import PersonBy

MOST = 200


@power_required(Power.DECIDE)
def page(request: SignedInRequest) -> HttpResponse:
    """The datasets of one's units that have columns of persons."""
    kept = catalogue.datasets_kept_by(request.user, on=clock.now().date())[:MOST]
    found = []
    for one in kept:
        contract = one.agreed
        if contract is not None and any(field.is_personal for field in contract.fields):
            found.append((one, contract))
    said = selectors.person_columns([one.pk for one, _contract in found])
    rows = [
        {
            "dataset": one,
            "said": said.get(one.pk),
            "form": PersonForm(
                contract=contract, auto_id=f"{one.code}-%s",
                initial={"column": row.column, "named_by": row.named_by}
                if (row := said.get(one.pk)) else None,
            ),
        }
        for one, contract in found
    ]  # fmt: skip
    return render(request, "sharing/persons.html", {"rows": rows})


@require_POST
@power_required(Power.DECIDE)
def identify(request: SignedInRequest, code: str) -> HttpResponse:
    at = clock.now()
    dataset = catalogue.datasets_kept_by(request.user, on=at.date()).filter(code=code).first()
    contract = dataset.agreed if dataset else None
    if (
        dataset is None
        or contract is None
        or not permissions.may_decide(request.user, dataset.unit_id, on=at.date())
    ):
        raise Http404
    form = PersonForm(request.POST, contract=contract)
    if not form.is_valid():
        messages.error(request, _("Please choose a column of persons."))
        return redirect("sharing:persons")
    services.identify(
        dataset=dataset, column=form.cleaned_data["column"],
        named_by=PersonBy(form.cleaned_data["named_by"]), by=request.user.actor, at=at,
    )  # fmt: skip
    messages.success(request, _("From now on people find who read rows about them."))
    return redirect("sharing:persons")
