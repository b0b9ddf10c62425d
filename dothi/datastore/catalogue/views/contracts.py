"""Where a contract is written: a table of columns, a readable difference, then a yes."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.catalogue import forms, permissions, registry, services, wording
from dothi.datastore.catalogue.choices import Power, Rhythm, Side
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.rules.odcs.texts import AT_MOST
from dothi.datastore.catalogue.views.desk import found_for
from dothi.datastore.catalogue.views.shared import dictionary, shown, told

ADD = "add"


@power_required(Power.AGREE)
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """The contract as a table. Nothing is agreed here: the next page shows what would change."""
    found = _agreeable(request, code)
    base = found.contract.number if found.contract else 0
    old = found.agreed or Contract(dataset=code, version=0, rhythm=Rhythm(found.rhythm), fields=())
    if request.method != "POST":
        return _table(request, found, forms.ContractTable(old, base=base))
    if "document" in request.POST:  # Back from the page that showed the difference.
        looked_at, _faults = _contract_in(request.POST["document"])
        return _table(request, found, forms.ContractTable(looked_at or old, base=base))
    if request.POST.get("then") == ADD:
        return _table(request, found, forms.ContractTable(old, data=_with_rows(request), base=base))
    table = forms.ContractTable(old, data=request.POST, base=base)
    if table.is_valid():
        try:
            new, differences = services.compared(found, table.contract)
        except services.NotSound as error:
            for fault in error.faults:
                table.put(fault, wording.fault(replace(fault, where="")))
        else:
            return _difference(
                request, found, new, differences, base=table.whole.cleaned_data["base"]
            )
    return _table(request, found, table)


def _agreeable(request: SignedInRequest, code: str) -> Dataset:
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_agree(request.user, found, on=at.date()):
        raise PermissionDenied
    return found


def _with_rows(request: SignedInRequest) -> Any:
    """What was typed, with some empty rows below it."""
    data = request.POST.copy()
    stated = data.get("c-TOTAL_FORMS", "0")
    total = int(stated) if stated.isdecimal() and len(stated) < 5 else 0
    for number in range(total, total + forms.MORE):
        for name, field in forms.ColumnForm.base_fields.items():
            if field.initial:
                data[f"c-{number}-{name}"] = str(field.initial)
    data["c-TOTAL_FORMS"] = str(total + forms.MORE)
    return data


def _table(request: SignedInRequest, found: Dataset, table: forms.ContractTable) -> HttpResponse:
    adding = request.POST.get("then") == ADD
    wrong = request.method == "POST" and not adding and "document" not in request.POST
    return render(
        request,
        "catalogue/contract.html",
        {
            "dataset": shown(found),
            "table": table,
            "bound": wrong,
            "wrong": wrong and (table.whole.errors or any(table.columns.errors)),
            "import": forms.ImportForm(),
        },
        status=422 if wrong else 200,
    )


def _difference(
    request: SignedInRequest, found: Dataset, new: Contract, differences: Any, *, base: int,
    ignored: tuple[str, ...] = (),
) -> HttpResponse:  # fmt: skip
    """What would change, and the question whether it shall."""
    form = forms.AgreeForm(initial={"document": services.document_of(new), "base": base})
    return render(
        request,
        "catalogue/difference.html",
        {
            "dataset": shown(found),
            "form": form,
            "number": new.version,
            "first": found.contract is None,
            "changes": told(differences),
            "touched": _touched(found.code, differences, request.user),
            "columns": dictionary(new),
            "ignored": ignored,
        },
    )


def _touched(code: str, differences: Any, user: User) -> list[str]:
    """Who uses what readers will not find as before, under its old name and its new one."""
    columns = {
        name
        for one in differences
        if one.column and Side.READERS in one.concerns
        for name in ((one.before, one.column) if one.what == "name" else (one.column,))
    }
    on = clock.now().date()
    return [
        said for watcher in registry.watchers for said in watcher(code, sorted(columns), user, on)
    ]


def _contract_in(text: str) -> tuple[Contract | None, list[str]]:
    """The contract in a document, or why there is none."""
    try:
        return odcs.contract_of(odcs.load(text)).contract, []
    except (odcs.NotYaml, odcs.NotOdcs) as error:
        return None, wording.document_faults(error)


@require_POST
@power_required(Power.AGREE)
def take(request: SignedInRequest, code: str) -> HttpResponse:
    """Read a contract from a file and show what it would change."""
    found = _agreeable(request, code)
    upload = request.FILES.get("file")
    base = found.contract.number if found.contract else 0
    if upload is None:
        return _not_taken(request, found, [_("Please choose a file.")])
    try:
        text = upload.read(AT_MOST + 1).decode("utf-8-sig")
        reading = odcs.contract_of(odcs.load(text))
        new, differences = services.compared(found, reading.contract)
    except UnicodeDecodeError:
        return _not_taken(request, found, [_("The file is not written in UTF-8.")])
    except (odcs.NotYaml, odcs.NotOdcs) as error:
        return _not_taken(request, found, wording.document_faults(error))
    except services.NotSound as error:
        return _not_taken(request, found, [wording.fault(one) for one in error.faults])
    return _difference(request, found, new, differences, base=base, ignored=reading.ignored)


def _not_taken(request: SignedInRequest, found: Dataset, faults: list[str]) -> HttpResponse:
    return render(
        request,
        "catalogue/not_taken.html",
        {"dataset": shown(found), "faults": faults, "import": forms.ImportForm()},
        status=422,
    )


@require_POST
@power_required(Power.AGREE)
def agree(request: SignedInRequest, code: str) -> HttpResponse:
    """Agree the contract that was looked at."""
    at = clock.now()
    found = _agreeable(request, code)
    form = forms.AgreeForm(request.POST)
    contract, faults = _contract_in(request.POST.get("document", ""))
    if not form.is_valid() or contract is None:
        return _not_taken(request, found, faults or [wording.refusal(services.Refused())])
    try:
        version = services.agree(
            dataset=found, contract=contract, note=form.cleaned_data["note"],
            base=form.cleaned_data["base"], by=request.user.actor, at=at,
        )  # fmt: skip
    except services.Refused as error:
        messages.error(request, wording.refusal(error))
    else:
        messages.success(request, _("Agreed as version %(number)d.") % {"number": version.number})
    return redirect("catalogue:desk_dataset", code=code)
