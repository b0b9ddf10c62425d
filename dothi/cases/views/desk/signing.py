"""What waits for a leader's signature: many at once, or one after a look at its paper."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, rules, selectors, services
from dothi.cases.models import Dossier
from dothi.cases.selectors.signing import MOST
from dothi.cases.services import Batch, Draft, NotYours, Refused
from dothi.cases.views.desk.dossier import DONE, seen
from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view
from dothi.procedures import selectors as procedures
from dothi.procedures import wording


@staff_required
def sign(request: SignedInRequest) -> HttpResponse:
    """The list; a POST approves and signs those that were ticked, and names each that failed."""
    at = clock.now()
    if not permissions.may_sign_at_all(request.user, on=at.date()):
        raise PermissionDenied
    batch, nothing = None, False
    if request.method == "POST":
        batch, nothing = _approve(request, at)
    response = render(
        request,
        "cases/desk/sign.html",
        {"batch": batch, "nothing": nothing} | _waiting(request, at),
        status=422 if nothing else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _approve(request: SignedInRequest, at: datetime) -> tuple[Batch | None, bool]:
    codes = request.POST.getlist("codes")[:MOST]
    if not codes:
        return None, True
    found = {one.code: one for one in selectors.to_sign_by(request.user, on=at.date())
             .filter(code__in=codes)}  # fmt: skip
    batch = services.approve_many(dossiers=found.values(), by=request.user, at=at)
    # Somebody was faster, or it is not for this person; which of both is not told.
    batch.failed.extend(
        (code, _("It does not wait for your signature any more."))
        for code in codes
        if code not in found
    )
    return batch, False


def _waiting(request: SignedInRequest, at: datetime) -> dict[str, Any]:
    waiting = list(selectors.to_sign_by(request.user, on=at.date())[: MOST + 1])
    rows = selectors.shown_to_sign(waiting[:MOST], language=get_language() or "vi")
    posts = selectors.posts_that_sign(request.user, on=at.date())
    return {
        "rows": [
            (row, clock_view(row.clock, at=at, explained=False) if row.clock is not None else None)
            for row in rows
        ],
        "more": len(waiting) > MOST,
        "without": selectors.without_key(posts, at=at),
    }


# --- One dossier, after a look at its paper ------------------------------------------------------


class RefusalForm(forms.Form):
    """Why the request is not granted, as it stands in the paper."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is not granted"),
        help_text=gettext_lazy("It stands in the paper that the applicant gets."),
        max_length=rules.REASON_LENGTH,
        widget=forms.Textarea({"rows": 4}),
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A draft as the page shows it: each page as the address of a picture."""

    draft: Draft
    pages: list[str]


@staff_required
def sign_one(request: SignedInRequest, code: str) -> HttpResponse:
    """The papers of a dossier as they would be signed; a POST signs them, or a refusal."""
    at = clock.now()
    found = seen(request, code, at)
    if not permissions.may_sign(request.user, found, on=at.date()):
        raise PermissionDenied
    if request.method != "POST":
        return _look(request, found, at)
    if request.POST.get("seen") != found.changed_at.isoformat():
        messages.error(request, _("The dossier moved meanwhile. Please look at it again."))
        return redirect("cases:sign_one", code=code)
    form = RefusalForm(request.POST)
    match request.POST.get("act"):
        case "approve":
            return _signed(request, found, lambda: services.approve(
                dossier=found, by=request.user, at=at,
            ))  # fmt: skip
        case "decline" if form.is_valid():
            reason = form.cleaned_data["reason"]
            return _signed(request, found, lambda: services.decline(
                dossier=found, reason=reason, by=request.user, at=at,
            ))  # fmt: skip
        case "look" | "decline":
            return _look(request, found, at, form=form)
    raise PermissionDenied


@staff_required
@require_POST
def ask_for_refusal(request: SignedInRequest, code: str) -> HttpResponse:
    """An officer asks those who sign to sign that a request is not granted."""
    at = clock.now()
    found = seen(request, code, at)
    try:
        count = services.ask_for_refusal(dossier=found, by=request.user, at=at)
    except NotYours as refused:
        raise PermissionDenied from refused
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        if count:
            messages.success(request, _("Those who sign for this unit were told."))
        else:
            messages.warning(request, _("Nobody signs for this unit now. Please tell its leader."))
    return redirect("cases:dossier", code=code)


def _signed(
    request: SignedInRequest, found: Dossier, verb: Callable[[], object]
) -> HttpResponse:  # fmt: skip
    try:
        verb()
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("cases:sign_one", code=found.code)
    return redirect(f"{reverse('cases:dossier', args=(found.code,))}?{DONE}=1")


def _look(
    request: SignedInRequest, found: Dossier, at: datetime, *, form: RefusalForm | None = None
) -> HttpResponse:
    """What would be signed. With a valid `form`, the paper that says that nothing is granted."""
    user, on = request.user, at.date()
    turn = permissions.at_its_post(user, found, on=on)
    refusing = form is not None and form.is_valid()
    drafts: list[Draft] = []
    if refusing or (turn and form is None):
        try:
            drafts = services.preview(
                dossier=found, by=user, purpose=_("To look at the paper before it is signed"),
                at=at, refusal=form.cleaned_data["reason"] if form and refusing else None,
            )  # fmt: skip
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("cases:dossier", code=found.code)
    post = permissions.signing_post(user, found, on=on)
    context = {
        "dossier": found,
        "title": wording.said(procedures.content_of(found.version_id).name),
        "seen": found.changed_at.isoformat(),
        "shown": [Shown(draft=one, pages=[_picture(page) for page in one.pages]) for one in drafts],
        "turn": turn,
        "refusing": refusing,
        "form": form or RefusalForm(auto_id="refuse_%s"),
        "without": selectors.without_key([post] if post else [], at=at),
    }
    status = 422 if form is not None and not refusing else 200
    response = render(request, "cases/desk/sign_one.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _picture(page: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(page).decode()}"
