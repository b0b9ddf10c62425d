"""One dossier: what must be done now, what it says, what happened, and every act."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.models import User
from dothi.cases import permissions, rules, selectors, services
from dothi.cases.choices import Act, Status
from dothi.cases.models import Consultation, Dossier
from dothi.cases.selectors.pages import Inside
from dothi.cases.services import Refused, Unsealed
from dothi.cases.views.desk import deeds, showing
from dothi.cases.views.desk.fees import fee_block
from dothi.cases.views.desk.forms import FORMS, Answer, Deed, Offers
from dothi.core import clock
from dothi.core.access.services import opened as note_opening
from dothi.core.attachments.views import send
from dothi.core.notices.selectors import ways_about
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.rules import steps
from dothi.procedures.rules.definition import Definition

DONE = "done"  # In the address after an act: say what was done.


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One act as the page offers it."""

    act: Act
    title: str
    form: Deed
    open: bool
    harsh: bool


@staff_required
def dossier(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a dossier; do something with it."""
    at = clock.now()
    found = seen(request, code, at)
    if request.method == "POST":
        return _post(request, found, at)
    return _page(request, found, at)


def seen(request: SignedInRequest, code: str, at: datetime) -> Dossier:
    try:
        return selectors.dossier_seen_by(request.user, code, on=at.date())
    except Dossier.DoesNotExist as error:
        raise Http404 from error


# --- What is done --------------------------------------------------------------------------------


def _post(request: SignedInRequest, found: Dossier, at: datetime) -> HttpResponse:
    """Do one thing, or give the form back with the reason and everything that was typed."""
    act = act_of(request.POST.get("act", ""))
    if not permissions.may(request.user, act, found, on=at.date()):
        if _lawful(act, found):
            raise PermissionDenied
        messages.error(request, services.NotAllowedNow(found.code, Status(found.status)).message)
        return redirect("cases:dossier", code=found.code)
    hung = selectors.inside(found, user=request.user, on=at.date())
    offers = offers_for(request.user, found, hung, at, acts=(act,))
    form = FORMS[act](request.POST, offers=offers, auto_id=f"{act}_%s")
    if form.is_valid():
        try:
            deeds.do(act, user=request.user, dossier=found, data=form.cleaned_data, at=at)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return redirect(f"{reverse('cases:dossier', args=(found.code,))}?{DONE}=1")
    # What the page shows is as it is now: who was slower reads it in the sentence above, too.
    return _page(request, seen(request, found.code, at), at, filled=(act, form), status=422)


def act_of(text: str) -> Act:
    try:
        act = Act(text)
    except ValueError as error:
        raise PermissionDenied from error
    if act not in FORMS:
        raise PermissionDenied
    return act


def _lawful(act: Act, found: Dossier) -> bool:
    before = Status(found.status_before) if found.status_before else None
    return rules.may(act, now=Status(found.status), before=before)


@staff_required
@require_POST
def open_up(request: SignedInRequest, code: str) -> HttpResponse:
    """Show people and answers whole, for a purpose that the applicant can read."""
    at = clock.now()
    found = seen(request, code, at)
    if not permissions.may_open(request.user, found, on=at.date()):
        raise PermissionDenied
    try:
        whole = services.open_all(
            dossier=found, by=request.user, purpose=request.POST.get("purpose", ""), at=at
        )
    except Refused as error:
        messages.error(request, error.message)
        return redirect("cases:dossier", code=code)
    return _page(request, found, at, whole=whole)


@staff_required
@require_POST
def file(request: SignedInRequest, code: str, name: str) -> HttpResponseBase:
    """A file of the dossier; that it was opened is noted first."""
    at = clock.now()
    found = seen(request, code, at)
    if not permissions.may_open(request.user, found, on=at.date()):
        raise PermissionDenied
    wanted = selectors.files_of(found).get(name)
    if wanted is None:
        raise Http404
    note_opening(
        record=found.subject, by=request.user.actor, at=at, fields=["file"],
        purpose=_("To handle the dossier"),
    )  # fmt: skip
    return send(wanted)


# --- What is shown -------------------------------------------------------------------------------


def offers_for(
    user: User, found: Dossier, hung: Inside, at: datetime, *, acts: Collection[Act]
) -> Offers:
    """What the forms of these acts offer; what none of them offers is not asked for."""
    on = at.date()
    definition = procedures.content_of(found.version_id)
    step = showing.step_of(found, definition)
    former = services.former_steps(found) if {Act.SEND_BACK, Act.CORRECT} & set(acts) else []
    people = selectors.colleagues_of(found, on=on) if Act.ASSIGN in acts else []
    agencies = selectors.receiving(on=on) if Act.CONSULT in acts else []
    return Offers(
        on=on,
        outcomes=[(one.code, wording.said(one.name)) for one in step.outcomes] if step else [],
        former=[
            (one, wording.said(steps.step_of(definition.steps, one).name))
            for one in former
            if one != found.step
        ],
        papers=[(one.code, one.name) for one, _files in hung.papers],
        units=[(one.unit.code, one.unit.name) for one in agencies if one.unit_id != found.unit_id],
        consultations=[
            (str(one.pk), one.agency) for one in hung.consultations if one.answered_at is None
        ],
        delivery=found.delivery,
        colleagues=[
            one for one in people if permissions.may_assign_to(user, one.user, found, on=on)
        ],
    )


def _page(
    request: SignedInRequest,
    found: Dossier,
    at: datetime,
    *,
    filled: tuple[Act, Deed] | None = None,
    whole: Unsealed | None = None,
    status: int = 200,
) -> HttpResponse:
    user, on = request.user, at.date()
    hung = selectors.inside(found, user=user, on=on)
    definition = procedures.content_of(found.version_id)
    moves = selectors.history(found)
    former = list(dict.fromkeys(move.to_step for move in moves if move.to_step))
    acts = showing.offered(user, found, hung, former, at)
    offers = offers_for(user, found, hung, at, acts=acts)
    if not offers.colleagues:
        acts = [act for act in acts if act != Act.ASSIGN]
    made = {act: _offer(act, offers, filled) for act in acts}
    first, more = showing.ordered(found, acts)
    names = selectors.officers_in(found, moves)
    given = whole.answers if whole else found.answers
    form = definition.form
    context = {
        "dossier": found,
        "title": wording.said(definition.name),
        "tone": showing.TONES.get(Status(found.status), "neutral"),
        "late": showing.is_late(found, at),
        "chips": showing.chips(found, at),
        "now": showing.what_now(found, showing.step_of(found, definition), at),
        "done": _done(request, found, moves),
        "first": [made[act] for act in first],
        "more": [made[act] for act in more],
        "signs": _signs(user, found, at),
        "takes": user.pk if permissions.may_take(user, found, on=on) and Act.ASSIGN in acts else 0,
        "people": showing.people(
            whole.parties if whole else hung.parties, is_open=whole is not None
        ),
        "answers": showing.answers(form, given, is_open=whole is not None),
        "is_open": whole is not None,
        "may_open": permissions.may_open(user, found, on=on),
        "hung": hung,
        "post": showing.post(hung.posting, is_open=whole is not None),
        "signature": showing.signature(hung.signature, is_open=whole is not None),
        "steps": _way(definition, found, former),
        "history": showing.history(moves, definition, names, showing.unit_names(moves)),
        "fee_block": fee_block(user, found, at=at),
        "papers": selectors.papers_of_dossier(found),
        "notices": ways_about(found.subject),
        "at": at,
    }
    response = render(request, "cases/desk/dossier.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _signs(user: User, found: Dossier, at: datetime) -> str:
    """What the person may sign here: the result, since it is their turn, or only a refusal; or
    that they may ask for one."""
    on = at.date()
    if not _lawful(Act.SIGN, found) or services.is_refused(found):
        return ""
    turn = permissions.at_its_post(user, found, on=on)
    if permissions.may_sign(user, found, on=on):
        return "turn" if turn else "refusal"
    return "ask" if turn and services.ends_in_refusal(found) else ""


def _offer(act: Act, offers: Offers, filled: tuple[Act, Deed] | None) -> Offer:
    mine = filled is not None and filled[0] == act
    form = filled[1] if mine and filled else FORMS[act](offers=offers, auto_id=f"{act}_%s")
    return Offer(
        act=act, title=showing.title(act), form=form, open=mine, harsh=act in showing.HARSH
    )


def _done(request: SignedInRequest, found: Dossier, moves: Sequence[Any]) -> str:
    last = moves[-1] if moves else None
    if DONE not in request.GET or last is None or last.actor != request.user.actor:
        return ""
    return showing.said_after(Act(last.act), found)


def _way(definition: Definition, found: Dossier, former: Sequence[str]) -> list[dict[str, Any]]:
    """The internal steps, and where it is on the way."""
    return [
        {
            "name": wording.said(one.name),
            "current": one.code == found.step,
            "done": one.code in former and one.code != found.step,
        }
        for one in definition.steps
    ]


# --- The agency that was asked -------------------------------------------------------------------


@staff_required
def consultation(request: SignedInRequest, pk: int) -> HttpResponse:
    """A question to a unit of the house: read it, answer it."""
    at = clock.now()
    on = at.date()
    try:
        row = selectors.consultation_seen_by(request.user, pk, on=on)
    except Consultation.DoesNotExist as error:
        raise Http404 from error
    answers = permissions.may_answer(request.user, row, on=on)
    form = Answer(request.POST or None, offers=Offers(on=on))
    if request.method == "POST":
        if not answers:
            raise PermissionDenied
        if form.is_valid():
            try:
                services.consulted(
                    dossier=row.dossier, consultation=row, answer=form.cleaned_data["text"],
                    by=request.user, at=at,
                )  # fmt: skip
            except Refused as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Your answer is with who asked."))
                return redirect("cases:consultation", pk=pk)
    context = {
        "row": row,
        "title": wording.said(procedures.content_of(row.dossier.version_id).name),
        "form": form,
        "may_answer": answers and row.answered_at is None,
        "may_see": permissions.may_see(request.user, row.dossier, on=on),
        "late": row.answered_at is None and on > row.due_on,
    }
    response = render(
        request, "cases/desk/consultation.html", context, status=422 if form.errors else 200
    )
    response["Cache-Control"] = "private, no-store"
    return response
