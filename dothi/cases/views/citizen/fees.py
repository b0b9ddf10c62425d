"""What the applicant pays: the part of the tracking page, the page to pay on, and the way back."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dothi.cases import ports, selectors, services
from dothi.cases.choices import PaymentState
from dothi.cases.models import Dossier, Payment, Receipt
from dothi.cases.services import Refused
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.core.papers.http import issued
from dothi.core.secret_pages import kept_private

HOUR = timedelta(hours=1)
SECRETS = "cases_pay"  # Kept for the way back: no service gets to know a tracking secret.
KEPT = 5


def fees_part(dossier: Dossier, text: str, *, at: datetime) -> dict[str, Any]:
    """What `cases/_fees.html` shows; `text` is the tracking secret that opened the page."""
    found = selectors.fees_of(dossier)
    going = [row for row in found.payments if row.state == PaymentState.BEGUN and row.url]
    return {
        "fees": found,
        "text": text,
        "account": selectors.account_for(dossier, found.open, on=at.date()),
        "services": ports.offered() if found.open else [],
        "going": going[-1] if going and found.open else None,
    }


@limited("cases.pay", limit=60, per=HOUR)
def pay(request: HttpRequest, text: str) -> HttpResponse:
    """What is to be paid, and how: by transfer with a QR code, online, or at the counter."""
    at = clock.now()
    dossier = _dossier(text)
    if request.method == "POST":
        _begin(request, dossier, text, at)
        return kept_private(redirect("cases:pay", text=text))
    part = fees_part(dossier, text, at=at)
    context = {"code": dossier.code, "fee_part": part, "counter": dossier.receiving_unit.name}
    return kept_private(render(request, "cases/pay.html", context))


def _begin(request: HttpRequest, dossier: Dossier, text: str, at: datetime) -> None:
    service = ports.providers.get(request.POST.get("service", ""))
    if service is None or not service.ready():
        raise Http404
    try:
        payment = services.begin_payment(
            dossier=dossier, provider=service.code, at=at, language=get_language() or "vi",
            back=_address("cases:pay_back", reference="{reference}"),
            callback=_address("cases:pay_heard", provider=service.code),
        )  # fmt: skip
    except Refused as refused:
        messages.error(request, refused.message)
        return
    kept = request.session.get(SECRETS, {}) | {payment.reference: text}
    request.session[SECRETS] = dict(list(kept.items())[-KEPT:])


def _address(name: str, **parts: str) -> str:
    path = reverse(name, kwargs=parts)
    return f"{settings.PUBLIC_URL}{path.replace('%7B', '{').replace('%7D', '}')}"


@limited("cases.pay_back", limit=60, per=HOUR, methods=("GET",))
def back(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a service sends the payer back to. What it says there is not believed: it is asked."""
    at = clock.now()
    payment = Payment.objects.filter(reference=reference).exclude(state=PaymentState.SURPLUS)
    found = payment.select_related("dossier__receiving_unit").first()
    if found is None:
        raise Http404
    if found.state == PaymentState.BEGUN:
        services.ask_after(payment=found, at=at)
        found.refresh_from_db()
    text = request.session.get(SECRETS, {}).get(reference, "")
    context = {
        "payment": found,
        "code": found.dossier.code,
        "link": reverse("cases:pay", kwargs={"text": text}) if text else "",
    }
    return kept_private(render(request, "cases/pay_back.html", context))


@csrf_exempt
@require_POST
@limited("cases.pay_heard", limit=6000, per=HOUR)
def heard(request: HttpRequest, provider: str) -> HttpResponse:
    """The door for payment services: only what they signed is believed."""
    service = ports.providers.get(provider)
    if service is None or not service.ready():
        raise Http404
    try:
        known = services.heard(
            provider=provider, body=request.body, headers=request.headers, at=clock.now()
        )
    except ports.NotGenuine:
        return HttpResponse(status=401)
    return HttpResponse(status=200 if known else 404)


@require_POST
def receipt(request: HttpRequest, text: str, pk: int) -> HttpResponse | FileResponse:
    """The applicant's own receipt as a file."""
    dossier = _dossier(text)
    try:
        row = selectors.receipt_of(dossier, pk)
        paper = services.receipt_paper(receipt=row, by="public", at=clock.now())
    except Receipt.DoesNotExist as missing:
        raise Http404 from missing
    except Refused as refused:
        messages.error(request, refused.message)
        return kept_private(redirect("cases:pay", text=text))
    return issued(row.subject, paper.code)


def _dossier(text: str) -> Dossier:
    dossier = selectors.by_tracking(text, at=clock.now())
    if dossier is None:
        raise Http404(_("This link does not open any more."))
    return dossier
