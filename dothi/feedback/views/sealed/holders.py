"""The holders' door of the protected channel.

Lists say subject, day and state, and nothing more. A report opens in two steps in one sitting;
its words are in that one answer, and nowhere else.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.feedback import selectors, services
from dothi.feedback.choices import Power, Seat
from dothi.feedback.models import SealedReport
from dothi.feedback.services import Refused
from dothi.feedback.views.sealed import forms

HOUR = timedelta(hours=1)
SHOWN = 200


def _person(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


def _kept_back(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@power_required(Power.SEALED.value)
def sealed(request: SignedInRequest) -> HttpResponse:
    """The sealed reports of one's seat: subject, day, state; and how the seats stand."""
    at = clock.now()
    reports = list(selectors.sealed.sealed_seen_by(request.user)[: SHOWN + 1])
    return _kept_back(
        render(
            request,
            "feedback/sealed/list.html",
            {
                "reports": reports[:SHOWN],
                "more": len(reports) > SHOWN,
                **_seats(request, at),
            },
        )
    )


def _seats(request: SignedInRequest, at: Any) -> dict[str, Any]:
    places = selectors.sealed.seats(on=at.date())
    mine = [
        one
        for place in places
        for one in (place.holder, place.successor)
        if one is not None and one.user_id == request.user.pk
    ]
    return {
        "places": places,
        "mine": mine[0] if mine else None,
        "free": [place for place in places if place.successor is None],
        "is_open": all(place.is_open for place in places),
    }


@power_required(Power.SEALED.value)
@sensitive_post_parameters()
@sensitive_variables()
@limited("feedback.sealed.open", limit=30, per=HOUR, key=_person)
def sealed_report(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Open one report in two steps; then reply or close."""
    report = _report(request, key)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "close":
        services.close_sealed(report=report, by=request.user, at=clock.now())
        messages.success(request, _("Closed. Its writer may still add to it; then it opens again."))
        return redirect("feedback:sealed")
    steps = {"first": _first_step, "second": _second_step, "reply": _reply}
    if act in steps:
        return _kept_back(steps[act](request, report))
    return _kept_back(_page(request, report, first_form=forms.FirstStepForm()))


def _report(request: SignedInRequest, key: UUID) -> SealedReport:
    report = selectors.sealed.sealed_seen_by(request.user).filter(pk=key).first()
    if report is None:
        raise Http404
    return report


def _page(
    request: SignedInRequest, report: SealedReport, *, status: int = 200, **more: Any
) -> HttpResponse:
    return render(request, "feedback/sealed/report.html", {"report": report, **more}, status=status)


def _first_step(request: SignedInRequest, report: SealedReport) -> HttpResponse:
    form = forms.FirstStepForm(request.POST)
    if form.is_valid():
        try:
            half = services.half_open_sealed(
                report=report,
                passphrase=form.cleaned_data["passphrase"],
                purpose=form.cleaned_data["purpose"],
                by=request.user,
                at=clock.now(),
            )
        except Refused as error:
            form.add_error("passphrase", error.message)
        else:
            again = forms.SecondStepForm(initial={"half": half})
            return _page(request, report, second_form=again)
    return _page(request, report, first_form=form, status=422)


def _second_step(request: SignedInRequest, report: SealedReport) -> HttpResponse:
    form = forms.SecondStepForm(request.POST)
    if form.is_valid():
        try:
            thread = services.open_half_sealed(
                report=report,
                half=form.cleaned_data["half"],
                passphrase=form.cleaned_data["passphrase"],
                by=request.user,
                at=clock.now(),
            )
        except services.LinkDoesNotOpen:
            first = forms.FirstStepForm()
            late = _("The first step was too long ago. Please begin again.")
            return _page(request, report, first_form=first, said=late, status=422)
        except Refused as error:
            form.add_error("passphrase", error.message)
        else:
            return _page(request, report, thread=thread, reply_form=forms.SealedReplyForm())
    return _page(request, report, second_form=form, status=422)


def _reply(request: SignedInRequest, report: SealedReport) -> HttpResponse:
    form = forms.SealedReplyForm(request.POST)
    if form.is_valid():
        try:
            services.reply_sealed(
                report=report,
                text=form.cleaned_data["text"],
                passphrase=form.cleaned_data["passphrase"],
                by=request.user,
                at=clock.now(),
            )
        except services.WrongPassphrase as error:
            form.add_error("passphrase", error.message)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Sent. Whoever has the code can read it."))
            return redirect("feedback:sealed")
    return _page(request, report, reply_form=form, status=422)


@power_required(Power.SEALED.value)
@sensitive_post_parameters()
@sensitive_variables()
@limited("feedback.sealed.seat", limit=20, per=HOUR, key=_person)
def sealed_seats(request: SignedInRequest) -> HttpResponse:
    """Take a seat with a passphrase of one's own; hand a seat over."""
    at = clock.now()
    enrol, hand_over = forms.EnrolForm(), forms.HandOverForm()
    if request.method == "POST" and request.POST.get("act") == "enrol":
        enrol = forms.EnrolForm(request.POST)
        if enrol.is_valid() and (answer := _enrol(request, enrol)) is not None:
            return _kept_back(answer)
    elif request.method == "POST":
        hand_over = forms.HandOverForm(request.POST)
        if hand_over.is_valid() and (answer := _hand_over(request, hand_over)) is not None:
            return answer
    wrong = bool(enrol.errors or hand_over.errors)
    context = {"enrol_form": enrol, "hand_over_form": hand_over, **_seats(request, at)}
    return _kept_back(
        render(request, "feedback/sealed/seats.html", context, status=422 if wrong else 200)
    )


def _enrol(request: SignedInRequest, form: forms.EnrolForm) -> HttpResponse | None:
    try:
        enrolled = services.enrol_holder(
            user=request.user,
            seat=Seat(form.cleaned_data["seat"]),
            passphrase=form.cleaned_data["passphrase"],
            by=request.user,
            at=clock.now(),
        )
    except services.WeakPassphrase as error:
        form.add_error("passphrase", error.message)
    except Refused as error:
        form.add_error(None, error.message)
    else:
        return render(request, "feedback/sealed/recovery.html", {"enrolled": enrolled})
    return None


def _hand_over(request: SignedInRequest, form: forms.HandOverForm) -> HttpResponse | None:
    try:
        count = services.hand_over_seat(
            seat=Seat(form.cleaned_data["seat"]),
            leaving_secret=form.cleaned_data["leaving"],
            staying_secret=form.cleaned_data["staying"],
            by=request.user,
            at=clock.now(),
        )
    except Refused as error:
        form.add_error(None, error.message)
        return None
    said = _("The seat was handed over; %(count)d messages were sealed anew.") % {"count": count}
    messages.success(request, said)
    return redirect("feedback:sealed_seats")


@require_POST
@power_required(Power.SEALED.value)
def sealed_withdraw(request: SignedInRequest) -> HttpResponse:
    """Who waits for a seat waits no longer."""
    seat = request.POST.get("seat", "")
    if seat not in Seat.values:
        raise Http404
    try:
        services.withdraw_successor(seat=Seat(seat), by=request.user, at=clock.now())
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The seat has no successor waiting now."))
    return redirect("feedback:sealed_seats")
