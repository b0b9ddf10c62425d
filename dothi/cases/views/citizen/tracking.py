"""Follow the own dossier by its secret, by a link of a mail, or from the own page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest
from dothi.accounts.models import User
from dothi.cases import permissions, ports, rules, selectors, services
from dothi.cases.choices import Act, News, Status
from dothi.cases.models import Dossier
from dothi.cases.services import Given, Refused
from dothi.cases.views.citizen import forms, showing
from dothi.cases.views.citizen.fees import fees_part
from dothi.cases.views.citizen.sign import SENT
from dothi.core import clock
from dothi.core.attachments import services as attachments
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.limits.http import limited
from dothi.core.secret_pages import kept_private
from dothi.datastore.rights import selectors as rights
from dothi.lib import codes

HOUR = timedelta(hours=1)
OTHER = "other"  # A paper that was not named.


@limited("cases.thanks", limit=60, per=HOUR, methods=("GET",))
def thanks(request: HttpRequest) -> HttpResponse:
    """The number and the secret code, once: it is kept here only as a hash."""
    kept = request.session.get(SENT)
    if kept is None:
        return redirect("cases:follow")
    _code, secret = kept
    dossier = selectors.by_secret(secret)
    if dossier is None:
        raise Http404
    at = clock.now()
    context = {
        "dossier": dossier, "secret": secret, "name": showing.name_of(dossier),
        "link": selectors.page_url(f"cases/t/{secret}", get_language() or "vi"),
        "clock": showing.clock_of(dossier, at=at),
        "signed_in": isinstance(request.user, User),
        "by_mail": dossier.news == News.EMAIL,
        "by_sms": dossier.news == News.SMS,
    }  # fmt: skip
    return kept_private(render(request, "cases/thanks.html", context))


@limited("cases.find", limit=60, per=HOUR)
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the secret code."""
    form = forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = "".join(form.cleaned_data["code"].split())
        if selectors.by_tracking(text, at=clock.now()) is not None:
            return redirect("cases:track", text=text)
        form.add_error("code", _not_found(text))
    return render(request, "cases/follow.html", {"form": form}, status=422 if form.errors else 200)


def _not_found(text: str) -> str:
    if codes.DOSSIER.fullmatch(text.upper()):
        return _("This is the public number. The secret code was shown when you sent it.")
    return _("No dossier has this code. Please check each letter.")


@login_required
def mine(request: SignedInRequest, code: str) -> HttpResponse:
    """Open an own dossier without its secret: being signed in is the key here."""
    dossier = selectors.of_account(request.user).filter(code=code).first()
    if dossier is None:
        raise Http404
    return redirect("cases:track", text=selectors.tracking_token(dossier, at=clock.now()))


@login_required
def my_draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go on with what was begun while signed in."""
    at = clock.now()
    draft = selectors.drafts_of(request.user, at=at).filter(pk=pk).first()
    if draft is None:
        raise Http404
    return redirect("cases:draft", text=selectors.draft_token(draft, at=at))


@limited("cases.track", limit=240, per=HOUR, methods=("GET", "POST"))
def track(request: HttpRequest, text: str) -> HttpResponse:
    """Everything about the own dossier, and what the applicant can do now."""
    at = clock.now()
    dossier = selectors.by_tracking(text, at=at)
    if dossier is None:
        return kept_private(render(request, "cases/track_closed.html", status=404))
    permissions.remember(request, permissions.OPEN_DOSSIERS, dossier.code)
    shown = _forms(dossier)
    if request.method == "POST" and _do(request, dossier, shown, at):
        return kept_private(redirect("cases:track", text=text))
    context = showing.tracked(dossier, at=at) | _more(request, dossier, text, at) | shown
    context |= {"text": text}
    wrong = any(form.errors for form in shown.values() if form is not None)
    return kept_private(render(request, "cases/track.html", context, status=422 if wrong else 200))


def _more(request: HttpRequest, dossier: Dossier, text: str, at: datetime) -> dict[str, Any]:
    user = request.user if isinstance(request.user, User) else None
    own = user is not None and selectors.is_of_account(dossier, user)
    return {
        "supplement": selectors.open_supplement(dossier),
        "proposal": selectors.open_proposal(dossier),
        "fee_part": fees_part(dossier, text, at=at),
        "ask_why": rules.is_low(dossier.rating)
        and ports.complaints() is not None
        and not selectors.complaints_about(dossier),
        "looks": list(selectors.looks_at([dossier])[:20]),
        "objected": rights.objected(user) if user and own else set(),
        "mine": own,
        "may_claim": user is not None and not own,
    }


def _forms(dossier: Dossier, data: Any = None, files: Any = None) -> dict[str, Any]:
    """A form for each thing that can be done now; None where it cannot."""
    now, before = Status(dossier.status), None
    if dossier.status_before:
        before = Status(dossier.status_before)
    may = {act: rules.may(act, now=now, before=before) for act in (Act.SUPPLY, Act.WITHDRAW)}
    asked = [*services.asked_again(dossier), (OTHER, _("Another paper"))]
    returned = dossier.returned_at is not None and dossier.rating is None
    return {
        "supply_form": forms.SupplyForm(data, files, papers=asked) if may[Act.SUPPLY] else None,
        "reason_form": forms.ReasonForm(data) if may[Act.WITHDRAW] else None,
        "object_form": forms.ObjectForm(data) if selectors.open_proposal(dossier) else None,
        "rate_form": forms.RateForm(data) if returned else None,
    }


def _do(request: HttpRequest, dossier: Dossier, shown: dict[str, Any], at: datetime) -> bool:
    """One of the things an applicant does. False: the page says what was wrong."""
    deed = DEEDS.get(request.POST.get("act", ""))
    if deed is None:
        return True
    name, act = deed
    form = None
    if name:
        form = _forms(dossier, request.POST, request.FILES)[name]
        if form is None:
            raise PermissionDenied
        shown[name] = form
        if not form.is_valid():
            return False
    try:
        return act(request, dossier, form, at)
    except Refused as error:
        if form is None:
            messages.error(request, error.message)
            return True
        form.add_error(None, error.message)
        return False


Form = django_forms.Form | None


def _supply(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    assert form is not None
    papers, wrong = [], False
    for code, name in [*services.asked_again(dossier), (OTHER, _("Another paper"))]:
        taken = []
        for file in form.cleaned_data[f"paper-{code}"]:
            try:
                taken.append(
                    attachments.take(file=file, name=file.name, by="public", at=at).attachment.code
                )
            except FileRefused as error:
                form.add_error(f"paper-{code}", f"{file.name}: {error.message}")
                wrong = True
        if taken:
            key = services.next_other(dossier) if code == OTHER else code
            papers.append(Given(code=key, name=name, files=taken))
    if wrong:
        return False
    if not papers and not form.cleaned_data["said"]:
        form.add_error(None, _("Please add the papers, or write why you cannot."))
        return False
    services.supply(
        dossier=dossier, by="public", at=at, said=form.cleaned_data["said"], papers=papers
    )
    messages.success(request, _("It is with the office now. The clock goes on."))
    return True


def _withdraw(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    assert form is not None
    services.withdraw(dossier=dossier, reason=form.cleaned_data["reason"], by="public", at=at)
    messages.success(request, _("The dossier was withdrawn."))
    return True


def _agree(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    services.agree(dossier=dossier, by="public", at=at)
    messages.success(request, _("Thank you. The office goes on with this draft."))
    return True


def _object(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    assert form is not None
    services.objects(dossier=dossier, said=form.cleaned_data["said"], by="public", at=at)
    messages.success(request, _("Thank you. The office makes the draft anew."))
    return True


def _rate(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    assert form is not None
    services.rate(dossier=dossier, at=at, **form.cleaned_data)
    messages.success(request, _("Thank you for your rating."))
    return True


def _claim(request: HttpRequest, dossier: Dossier, form: Form, at: datetime) -> bool:
    if not isinstance(request.user, User):
        raise PermissionDenied
    services.claim(dossier=dossier, account=request.user, at=at)
    messages.success(request, _("The dossier is on your page now."))
    return True


Deed = Callable[[HttpRequest, Dossier, Form, datetime], bool]
DEEDS: dict[str, tuple[str, Deed]] = {
    "supply": ("supply_form", _supply),
    "withdraw": ("reason_form", _withdraw),
    "agree": ("", _agree),
    "object": ("object_form", _object),
    "rate": ("rate_form", _rate),
    "claim": ("", _claim),
}
