"""Events, outbox, audit trail and looks: what the house wrote down about itself."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.core.audit import services as audit
from dothi.core.audit.models import DailyHead, Entry, Seal
from dothi.core.events import selectors as events
from dothi.core.events import services as event_services
from dothi.core.events.choices import Fate
from dothi.core.events.models import DeadLetter, Subscription
from dothi.core.notices import registry as notice_registry
from dothi.core.notices import selectors as notice_selectors
from dothi.core.notices import services as notice_services
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice
from dothi.lib import text_vi
from dothi.web.house import forms
from dothi.web.house.doors import actor_of, house_required, names_of, newest_first, page
from dothi.web.permissions import MANAGE

HEADS = 14
SAMPLES = 20
# A longer chain is checked on the command line, which takes its time.
CHECKED_HERE = 200_000


# --- Events --------------------------------------------------------------------------------------


@house_required()
def event_log(request: SignedInRequest) -> HttpResponse:
    """Who listens and how far behind; what could not be taken, and why."""
    places = {row.name: row for row in Subscription.objects.all()}
    subscriptions = [
        {"name": lag.subscription, "waiting": lag.waiting, "row": places.get(lag.subscription)}
        for lag in events.lag()
    ]
    fate = request.GET.get("fate", Fate.OPEN)
    rows = DeadLetter.objects.filter(fate=fate if fate in Fate.values else Fate.OPEN)
    letters, following = newest_first(request, rows.select_related("record"))
    context = {
        "subscriptions": subscriptions,
        "letters": letters,
        "next_url": following,
        "fates": Fate.choices,
        "fate": fate,
        "form": forms.ReasonForm(),
    }
    return page(request, "events", context)


@require_POST
@house_required(MANAGE)
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand an event to its handler once more."""
    letter = get_object_or_404(DeadLetter, pk=pk, fate=Fate.OPEN)
    at = clock.now()
    with transaction.atomic():
        taken = event_services.retry(letter, at=at)
        subject = f"events.dead_letter:{letter.pk}"
        audit.record("events.retry", subject=subject, by=request.user.actor, at=at, taken=taken)
    if taken:
        messages.success(request, _("The event was taken."))
    else:
        messages.error(request, _("The event still cannot be taken. It stays here."))
    return redirect("web:house_events")


@require_POST
@house_required(MANAGE)
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put an event away for good, with a reason."""
    letter = get_object_or_404(DeadLetter, pk=pk, fate=Fate.OPEN)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say why. Nothing was changed."))
        return redirect("web:house_events")
    at = clock.now()
    with transaction.atomic():
        if not event_services.give_up(letter, at=at):
            raise Http404  # Somebody else was quicker, and the trail holds his name.
        audit.record(
            "events.give_up",
            subject=f"events.dead_letter:{letter.pk}",
            by=request.user.actor,
            at=at,
            reason=form.cleaned_data["reason"],
        )
    messages.success(request, _("The event was put away. It can still be read here."))
    return redirect("web:house_events")


# --- The outbox ----------------------------------------------------------------------------------


@house_required()
def notices(request: SignedInRequest) -> HttpResponse:
    """What the house wrote to people and how far it came; addresses are masked."""
    form = forms.bound(forms.NoticesForm, request)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    rows = Notice.objects.filter(state=state) if state else Notice.objects.all()
    found, following = newest_first(request, rows.defer("subject", "text", "html"))
    lines = [{"notice": row, "to": masked(row), "title": _title(row.template)} for row in found]
    stuck = Notice.objects.filter(state__in=[State.FAILED, State.UNKNOWN]).count()
    at = clock.now()
    month = clock.local(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    spent = notice_selectors.spent(Channel.SMS, since=month, until=at)
    context = {
        "form": form,
        "lines": lines,
        "next_url": following,
        "stuck": stuck,
        "spent": spent,
        "money": text_vi.money(spent.cost),
        "samples": notice_selectors.handed_to_samples(most=SAMPLES) if settings.DEMO else [],
    }
    return page(request, "notices", context)


@require_POST
@house_required(MANAGE)
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a failed notice back into the queue."""
    notice = get_object_or_404(Notice.objects.defer("subject", "text", "html"), pk=pk)
    at = clock.now()
    with transaction.atomic():
        queued = notice_services.send_again(notice, at=at)
        if queued:
            subject = f"notices.notice:{notice.pk}"
            audit.record("notices.send_again", subject=subject, by=request.user.actor, at=at)
    if queued:
        messages.success(request, _("The message waits to be sent again."))
    else:
        messages.warning(request, _("The message is not one that failed. Nothing was changed."))
    return redirect("web:house_notices")


def masked(notice: Notice) -> str:
    """Enough of an address to tell two apart, not enough to write to it."""
    local, at, domain = notice.address.partition("@")
    return f"{local[:1]}•••@{domain}" if at else "•••"


def _title(code: str) -> str:
    known = notice_registry.templates.get(code)
    return str(known.title) if known else code


# --- The audit trail -----------------------------------------------------------------------------


@house_required()
def trail(request: SignedInRequest) -> HttpResponse:
    """Who did what to what, when and why; and how far the chain of seals has come."""
    return page(request, "trail", _trail(request))


@require_POST
@house_required()
def verify(request: SignedInRequest) -> HttpResponse:
    """Walk the chain of seals now and say what is wrong with it. Changes nothing."""
    last = Seal.objects.order_by("-place").values_list("place", flat=True).first() or 0
    if last > CHECKED_HERE:
        messages.warning(
            request, _("The chain is long: please have `bin/dothi audit verify` check it.")
        )
        return redirect("web:house_trail")
    report = audit.verify(at=clock.now())
    return page(request, "trail", {**_trail(request), "report": report})


def _trail(request: SignedInRequest) -> dict[str, Any]:
    form = forms.bound(forms.TrailForm, request)
    rows = Entry.objects.all()
    if form.is_valid():
        wanted = form.cleaned_data
        if wanted["act"]:
            rows = rows.filter(act__startswith=wanted["act"])
        if wanted["who"]:
            rows = rows.filter(actor=actor_of(wanted["who"]))
        if wanted["subject"]:
            rows = rows.filter(subject__startswith=wanted["subject"])
        rows = _on_day(rows, wanted["day"])
    entries, following = newest_first(request, rows)
    return {
        "form": form,
        "entries": [(entry, _details(entry)) for entry in entries],
        "names": names_of(entry.actor for entry in entries),
        "next_url": following,
        "sealed": Seal.objects.order_by("-place").first(),
        "heads": [
            (head.on, head.place, bytes(head.chain).hex())
            for head in DailyHead.objects.order_by("-on")[:HEADS]
        ],
    }


def _details(entry: Entry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.details.items())


def _on_day(rows: Any, day: Any) -> Any:
    """The rows of one day of the city."""
    if day is None:
        return rows
    begin = datetime.combine(day, time(), tzinfo=clock.now().tzinfo)
    return rows.filter(at__gte=begin, at__lt=begin + timedelta(days=1))


# --- Looks ---------------------------------------------------------------------------------------


@house_required()
def looks(request: SignedInRequest) -> HttpResponse:
    """Every opening of personal data: who, in what capacity, what, and for which purpose."""
    form = forms.bound(forms.LooksForm, request)
    rows = Look.objects.all()
    if form.is_valid():
        wanted = form.cleaned_data
        if wanted["record"]:
            rows = rows.filter(record__startswith=wanted["record"])
        if wanted["who"]:
            rows = rows.filter(actor=actor_of(wanted["who"]))
        rows = _on_day(rows, wanted["day"])
    found, following = newest_first(request, rows)
    names = names_of(look.actor for look in found)
    return page(
        request, "looks", {"form": form, "looks": found, "names": names, "next_url": following}
    )
