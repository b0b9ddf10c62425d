"""A person asks to be erased: look up what would go, say yes a second time, keep the proof."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.selectors import names_of
from dothi.core import clock
from dothi.core.access.services import opened
from dothi.core.crypto.services import keyed_hash
from dothi.core.papers.http import issued
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.tables import forms, permissions, selectors, services
from dothi.datastore.tables.choices import Power

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PAGE = 100
BETWEEN = "."


def _kept(request: SignedInRequest, at: datetime) -> dict[str, "Dataset"]:
    """The datasets with rows out of which this person may erase somebody, by code."""
    on = at.date()
    there = set(selectors.codes())
    return {
        one.code: one
        for one in catalogue.datasets_kept_by(request.user, on=on)
        if one.code in there and permissions.may_erase(request.user, one.unit_id, on=on)
    }


def _columns(kept: dict[str, "Dataset"]) -> list[tuple[str, str]]:
    """Columns that can stand for a person: what the contract calls personal, and its key."""
    found = []
    for code, dataset in kept.items():
        contract = dataset.agreed
        for one in contract.fields if contract else ():
            if one.is_personal or (contract and one.name in contract.key):
                found.append((f"{code}{BETWEEN}{one.name}", f"{dataset.title}: {one.title_vi}"))
    return found


@power_required(Power.ERASE)
def erase(request: SignedInRequest) -> HttpResponse:
    """Ask whom; show what goes; then erase. Values are never in an address."""
    at = clock.now()
    kept = _kept(request, at)
    form = forms.EraseForm(request.POST or None, columns=_columns(kept))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        pairs = [tuple(name.split(BETWEEN, 1)) for name in asked["columns"]]
        looked_at = _mark(asked["columns"], asked["values"])
        # What is erased is what was looked at: other values or columns are looked up first.
        if asked["sure"] and request.POST.get("looked_at") == looked_at:
            return _erased(request, kept, pairs, asked["values"], asked["reason"], at)
        context["found"] = [
            _standing(request, kept[code].title, code, column, asked["values"], at)
            for code, column in pairs
        ]
        context["looked_at"] = looked_at
        context["nothing"] = all(one["standing"].nothing for one in context["found"])
    response = render(request, "tables/erase.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _mark(columns: list[str], values: list[str]) -> str:
    """Columns and values as a keyed hash: neither stands in it."""
    return keyed_hash(json.dumps([sorted(columns), sorted(values)]), purpose="tables.erasure.look")


def _standing(
    request: SignedInRequest, title: str, code: str, column: str, values: list[str], at: datetime
) -> dict[str, Any]:
    with transaction.atomic():
        opened(
            record=f"tables.table:{code}", by=request.user.actor, purpose="erase a person",
            fields=[column], at=at,
        )  # fmt: skip
    standing = services.standing(code, column, values, at=at)
    return {"title": title, "column": column, "standing": standing,
            "held": sum(1 for rows in standing.versions.values() if rows)}  # fmt: skip


def _erased(
    request: SignedInRequest, kept: dict[str, "Dataset"], pairs: list[Any], values: list[str],
    reason: str, at: datetime,
) -> HttpResponse:  # fmt: skip
    places = [
        services.Place(table=code, title=kept[code].title_vi, column=column, values=values)
        for code, column in pairs
    ]
    unit = kept[places[0].table].unit
    came = services.erase_person(places, unit=unit, reason=reason, by=request.user, at=at)
    for code in came.left:
        messages.error(
            request,
            _("Some files of “%(code)s” could not be cleared. Please erase again.")
            % {"code": code},
        )
    if came.proofs:
        messages.success(
            request, _("Erased. The proof can be printed for the file of the request.")
        )
    if len(came.proofs) == 1:
        return redirect("tables:erasure", number=came.proofs[0].pk)
    return redirect("tables:erasures")


@power_required(Power.ERASE)
def erasures(request: SignedInRequest) -> HttpResponse:
    """All proofs of one's datasets, newest first."""
    kept = _kept(request, clock.now())
    rows = selectors.all_erasures(list(kept))[:PAGE]
    context = {"rows": [{"proof": row, "title": kept[row.table.code].title} for row in rows]}
    return render(request, "tables/erasures.html", context)


@power_required(Power.ERASE)
def erasure(request: SignedInRequest, number: int) -> HttpResponse:
    """One proof, to be read and printed."""
    kept = _kept(request, clock.now())
    proof = selectors.all_erasures(list(kept)).filter(pk=number).first()
    if proof is None:
        raise Http404
    reached = proof.proof.get("reached", {})
    context = {
        "proof": proof,
        "told": proof.proof,
        "title": kept[proof.table.code].title,
        "by": names_of({proof.actor}).get(proof.actor, proof.actor),
        "files": reached.get("ingestion", {}).get("files", []),
        "lines_aside": reached.get("ingestion", {}).get("lines_aside", 0),
        "records": reached.get("resolution", {}).get("records", 0),
        "exports": reached.get("sharing", {}).get("exports", 0),
        "dropped": reached.get("sources", {}).get("dropped", 0),
        "papers": selectors.papers_on([proof]),
    }
    return render(request, "tables/erasure.html", context)


@power_required(Power.ERASE)
def paper(request: SignedInRequest, number: int, code: str) -> FileResponse:
    """The paper on it, as it was issued."""
    proof = selectors.all_erasures(list(_kept(request, clock.now()))).filter(pk=number).first()
    found = selectors.papers_on([proof]).filter(code=code).first() if proof else None
    if found is None:
        raise Http404
    return issued(found.subject, code)
