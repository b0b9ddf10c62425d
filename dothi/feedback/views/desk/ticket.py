"""One report: what must be done now, what it says, what happened, and every act."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view
from dothi.core.papers import selectors as papers
from dothi.core.papers.http import issued
from dothi.feedback import permissions, rules, selectors, services
from dothi.feedback.choices import Act, Parameter, State
from dothi.feedback.models import Move, Ticket
from dothi.feedback.services import Refused
from dothi.feedback.views.desk import deeds, showing
from dothi.feedback.views.desk.forms import FORMS, ActChoices, Say, WithTemplate, Words
from dothi.feedback.views.shared import take_photos
from dothi.units import selectors as units

DONE = "done"  # In the address after an act: say what was done, and offer to undo it.
OFFERED_FOR = timedelta(minutes=10)
# How an act is undone, and whether a reason must be given for it.
UNDO: dict[Act, Act] = {
    Act.ASSIGN: Act.RELEASE,
    Act.MERGE: Act.UNMERGE,
    Act.PUBLISH: Act.HOLD_BACK,
    Act.HOLD_BACK: Act.PUBLISH,
    Act.REJECT: Act.REOPEN,
    Act.RESOLVE: Act.REOPEN,
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One act as the page offers it."""

    act: Act
    title: str
    form: Words
    open: bool
    photos: str = ""  # Codes of photos that came in with a form that was refused.


@staff_required
def ticket(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a report; do something with it."""
    at = clock.now()
    found = seen(request, code, at)
    if request.method == "POST":
        return _post(request, found, at)
    return _page(request, found, at)


def seen(request: SignedInRequest, code: str, at: datetime) -> Ticket:
    try:
        return selectors.ticket_seen_by(request.user, code, on=at.date())
    except Ticket.DoesNotExist as error:
        raise Http404 from error


def _spoken_for(request: SignedInRequest, code: str, at: datetime) -> Ticket:
    """The report, for somebody who may write to its reporter."""
    found = seen(request, code, at)
    if not permissions.may_say(request.user, found, on=at.date()):
        raise PermissionDenied
    return found


# --- What is done --------------------------------------------------------------------------------


def _post(request: SignedInRequest, found: Ticket, at: datetime) -> HttpResponse:
    """Do one thing, or give the form back with the reason and everything that was typed."""
    act = _act_of(request)
    if not permissions.may(request.user, act, found, on=at.date()):
        found.refresh_from_db()
        if act in rules.acts_from(State(found.state), visibility=found.visibility):  # type: ignore[arg-type]
            raise PermissionDenied
        refused = services.NotAllowedNow(found.code, State(found.state))
        messages.error(request, refused.message)
        return redirect("feedback:ticket", code=found.code)
    choices = choices_for(request.user, found, at, acts=(act,))
    kept = [code for code in request.POST.get("kept", "").split() if code]
    form = _bound(request, act, found, choices, kept)
    if "fill" in request.POST and "template" in form.fields:
        return _page(request, found, at, filled=_filled(request, act, found, choices))
    codes, _place, refusals = take_photos(
        request.FILES.getlist("photos")[:4], by=request.user.actor, at=at
    )
    codes = kept + codes
    if form.is_valid() and not refusals:
        try:
            deeds.do(act, user=request.user, ticket=found, data=form.cleaned_data,
                     photos=codes, at=at)  # fmt: skip
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return redirect(f"{reverse('feedback:ticket', args=(found.code,))}?{DONE}=1")
    for sentence in refusals:
        form.add_error(None, sentence)
    found.refresh_from_db()
    return _page(request, found, at, filled=form, kept=codes, status=422)


def _act_of(request: SignedInRequest) -> Act:
    try:
        act = Act(request.POST.get("act", ""))
        return act if act in FORMS else Act("")
    except ValueError as error:
        raise PermissionDenied from error


def _bound(
    request: SignedInRequest, act: Act, found: Ticket, choices: ActChoices, kept: Sequence[str]
) -> Words:
    form = FORMS[act](
        request.POST, request.FILES, ticket=found, choices=choices, auto_id=f"{act}_%s"
    )
    if kept and "photos" in form.fields:
        form.fields["photos"].required = False
    return form


def _filled(request: SignedInRequest, act: Act, found: Ticket, choices: ActChoices) -> Words:
    """The words that were chosen, put into the text, by a button that needs no script."""
    data = request.POST.dict()
    code = str(data.get("template", ""))
    initial: dict[str, Any] = {**data, "text": choices.body_of(code) or data.get("text", "")}
    form = FORMS[act](ticket=found, choices=choices, auto_id=f"{act}_%s", initial=initial)
    form.act_filled = act  # type: ignore[attr-defined]
    return form


@staff_required
@require_POST
def say(request: SignedInRequest, code: str) -> HttpResponse:
    """Write to the reporter."""
    at = clock.now()
    found = _spoken_for(request, code, at)
    choices = choices_for(request.user, found, at, acts=())
    form = Say(request.POST, ticket=found, choices=choices, auto_id="say_%s")
    if form.is_valid():
        try:
            services.say(ticket=found, by=request.user, at=at, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            if found.reachable:
                messages.success(request, _("The message is on its way."))
            else:
                messages.success(
                    request, _("Written down. The reporter reads it with the secret code.")
                )
            return redirect("feedback:ticket", code=code)
    return _page(request, found, at, said=form, status=422)


@staff_required
@require_POST
def mark_read(request: SignedInRequest, code: str) -> HttpResponse:
    at = clock.now()
    found = _spoken_for(request, code, at)
    services.mark_read(ticket=found, by=request.user, at=at)
    return redirect("feedback:ticket", code=code)


@staff_required
@require_POST
def partner_link(request: SignedInRequest, code: str) -> HttpResponse:
    """Send the partner a new link."""
    at = clock.now()
    found = _spoken_for(request, code, at)
    try:
        services.send_partner_link(ticket=found, by=request.user, at=at)
    except Refused:
        messages.error(request, _("The partner has no address, or nothing to answer."))
    else:
        messages.success(request, _("A new link is on its way to the partner."))
    return redirect("feedback:ticket", code=code)


@staff_required
def paper(request: SignedInRequest, code: str, number: str) -> FileResponse:
    """A paper that was issued about a report, for those who see the report."""
    found = seen(request, code, clock.now())
    return issued(found.subject, number)


# --- What is shown -------------------------------------------------------------------------------


def choices_for(user: User, found: Ticket, at: datetime, *, acts: Collection[Act]) -> ActChoices:
    """What the forms of these acts offer; what none of them offers is not asked for."""
    on = at.date()
    colleagues = selectors.colleagues_of(found, on=on) if Act.ASSIGN in acts else []
    worded = any(issubclass(FORMS.get(act, Words), WithTemplate) for act in acts)
    return ActChoices(
        user=user,
        on=on,
        desks=selectors.desks(on=on) if Act.FORWARD in acts else [],
        colleagues=[
            one for one in colleagues if permissions.may_assign_to(user, one.user, found, on=on)
        ],
        doubles=selectors.doubles_of(found, at=at) if Act.MERGE in acts else [],
        templates=selectors.templates_of(found.category_id) if worded else [],
        may_publish=permissions.may_publish(user, found, on=on),
        language=found.language,
    )


def _page(
    request: SignedInRequest,
    found: Ticket,
    at: datetime,
    *,
    filled: Words | None = None,
    kept: Sequence[str] = (),
    said: Words | None = None,
    status: int = 200,
) -> HttpResponse:
    on = at.date()
    user = request.user
    acts = permissions.acts_for(user, found, on=on)
    choices = choices_for(user, found, at, acts=acts)
    offers = {act: _offer(act, found, choices, filled, kept) for act in acts if act in FORMS}
    self_takes = Act.ASSIGN in offers and any(
        one.user.pk == user.pk for one in choices.colleagues
    ) and found.handling_person_id != user.pk  # fmt: skip
    first, more = showing.ordered(found, list(offers))
    if Act.ASSIGN in offers and not choices.colleagues:
        more = [act for act in more if act != Act.ASSIGN]
        first = [act for act in first if act != Act.ASSIGN]
    may_say = permissions.may_say(user, found, on=on)
    moves = selectors.timeline(found)
    words = selectors.messages_of(found)
    names = accounts.names_of([*(m.actor for m in moves), *(w.actor for w in words)])
    context = {
        "ticket": found,
        "clock": clock_view(found.clock, at=at) if found.clock else None,
        "forward_clock": clock_view(found.forward_clock, at=at) if found.forward_clock else None,
        "now": showing.what_now(found, at),
        "waits_until": _waits_until(found, at),
        "steps": [showing.step(move, names) for move in reversed(moves)],
        "words": [(word, names.get(word.actor, "")) for word in words],
        "answers": selectors.answers_of(found),
        "parts": showing.photos(found),
        "picture": showing.place(found, units.ward_areas(on), at),
        "pairs": showing.pairs(choices.doubles, at),
        "first": [offers[act] for act in first],
        "more": [offers[act] for act in more],
        "self_takes": self_takes,
        "bodies": {row.code: row.body(found.language) for row in choices.templates},
        "undo": _undo(request, found, acts, moves),
        "may_say": may_say,
        "say": said or Say(ticket=found, choices=choices, auto_id="say_%s"),
        "may_open_reporter": permissions.may_open_reporter(user, found, on=on),
        "task": showing.task(found, at),
        "merged": showing.merged_into_this(found),
        "papers": list(papers.of(found.subject)),
        "may_merge": Act.MERGE in acts,
    }
    response = render(request, "feedback/desk/ticket.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _offer(
    act: Act, found: Ticket, choices: ActChoices, filled: Words | None, kept: Sequence[str]
) -> Offer:
    mine = filled is not None and isinstance(filled, FORMS[act]) and _is_for(filled, act)
    form = filled if mine and filled is not None else FORMS[act](
        ticket=found, choices=choices, auto_id=f"{act}_%s"
    )  # fmt: skip
    return Offer(
        act=act,
        title=showing.title(act, found),
        form=form,
        open=mine,
        photos=" ".join(kept) if mine else "",
    )


def _is_for(form: Words, act: Act) -> bool:
    return bool(form.auto_id == f"{act}_%s")


def _waits_until(found: Ticket, at: datetime) -> datetime | None:
    """When the report is closed for want of the reporter's answer."""
    if found.asked_at is None:
        return None
    days = selectors.catalogue.current().parameter(Parameter.WAIT_DAYS, on=at.date())
    return found.asked_at + timedelta(days=days)


def _undo(
    request: SignedInRequest, found: Ticket, acts: Sequence[Act], moves: Sequence[Move]
) -> dict[str, Any] | None:
    """What the officer did just now, and the way back where there is one."""
    last = moves[-1] if moves else None
    if DONE not in request.GET or last is None or last.actor != request.user.actor:
        return None
    if clock.now() - last.at > OFFERED_FOR:
        return None
    act = Act(last.act)
    back = UNDO.get(act)
    reversible = back in acts if back else False
    if act == Act.ASSIGN and last.was == State.IN_PROGRESS:
        reversible = False  # It was with somebody else before: to whom, is for people to say.
    return {
        "text": showing.said_after(act, found),
        "act": back.value if back and reversible else "",
        "reason": _("Undone at once"),
    }


@staff_required
def reporter(request: SignedInRequest, code: str) -> HttpResponse:
    """Who reported it: opened for a purpose, and the reporter will see that it was opened."""
    at = clock.now()
    found = seen(request, code, at)
    if not permissions.may_open_reporter(request.user, found, on=at.date()):
        raise PermissionDenied
    context: dict[str, Any] = {"ticket": found}
    if request.method == "POST":
        try:
            context["contact"] = services.open_reporter(
                ticket=found, by=request.user, purpose=request.POST.get("purpose", ""), at=at
            )
        except Refused as error:
            context["error"] = error.message
    response = render(
        request, "feedback/desk/reporter.html", context, status=422 if "error" in context else 200
    )
    response["Cache-Control"] = "private, no-store"
    return response
