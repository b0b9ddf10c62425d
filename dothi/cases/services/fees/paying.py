"""Pay online: begin at a payment service, hear from it, ask it when it does not call.

No service is called inside a transaction. What comes in is written down whatever it is: money for
which nothing is open, or another amount than was asked, waits for a person.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from dothi.accounts.models import User
from dothi.cases import ports
from dothi.cases.choices import Paid, PaymentState
from dothi.cases.models import Dossier, Payment, Receipt
from dothi.cases.ports import Ask, Standing, Told
from dothi.cases.services.fees import taking
from dothi.cases.services.refusals import NothingToPay, PaidBefore, ProviderSilent
from dothi.core.audit.services import record
from dothi.lib import codes

logger = logging.getLogger(__name__)
MACHINE = "machine:payments"
# How long the same try is offered again, after which pause a service is asked, and until when.
SAME = timedelta(minutes=30)
PATIENCE, PAUSE, SLOW_PAUSE = timedelta(minutes=2), timedelta(minutes=2), timedelta(hours=1)
BRISK, GIVEN_UP = timedelta(minutes=30), timedelta(days=2)
AT_ONCE = 50


def begin_payment(
    *, dossier: Dossier, provider: str, at: datetime, language: str, back: str, callback: str
) -> Payment:
    """Begin to pay everything that is open. `back` and `callback` are addresses of ours; the mark
    `{reference}` in `back` is filled in.

    Raises:
        NothingToPay: nothing is open.
        ProviderSilent: the service does not answer.
    """
    service = ports.providers[provider]
    payment = _begun(dossier, provider, at=at)
    if payment.url:
        return payment
    ask = Ask(
        reference=payment.reference, amount=payment.amount, text=dossier.code,
        return_url=back.format(reference=payment.reference), callback_url=callback,
        language=language, at=at,
    )  # fmt: skip
    try:
        url = service.begin(ask)
    except ports.NotReached as error:
        # It may have heard of it all the same, so the job asks; the payer begins anew.
        raise ProviderSilent from error
    Payment.objects.filter(pk=payment.pk).update(url=url[:500])
    payment.url = url
    return payment


@transaction.atomic
def _begun(dossier: Dossier, provider: str, *, at: datetime) -> Payment:
    locked = taking.lock(dossier)
    lines = {str(row.pk): row.open for row in taking.open_of(locked)}
    if not lines:
        raise NothingToPay
    same = Payment.objects.filter(
        dossier=locked, provider=provider, state=PaymentState.BEGUN, lines=lines,
        begun_at__gt=at - SAME,
    ).exclude(url="").last()  # fmt: skip
    if same is not None:
        return same
    payment = Payment.objects.create(
        dossier=locked, reference=codes.public_code("TT", at) + codes.secret().replace("-", "")[:8],
        provider=provider, amount=sum(lines.values()), lines=lines, state=PaymentState.BEGUN,
        begun_at=at,
    )  # fmt: skip
    record(
        "cases.pay_begin", subject=locked.subject, by="public", at=at,
        unit=locked.receiving_unit.code, amount=payment.amount, provider=provider,
    )  # fmt: skip
    return payment


def heard(*, provider: str, body: bytes, headers: Mapping[str, str], at: datetime) -> bool:
    """A service called. Whether it is about a payment of ours.

    Raises:
        ports.NotGenuine: it is not believed.
    """
    told = ports.providers[provider].heard(body, headers, at=at)
    return confirm(provider=provider, told=told, at=at)


@transaction.atomic
def confirm(*, provider: str, told: Told, at: datetime) -> bool:
    """Write down what a service says; the same again changes nothing."""
    found = Payment.objects.filter(provider=provider, reference=told.reference)
    first = found.exclude(state=PaymentState.SURPLUS).select_related("dossier").first()
    first = first or found.select_related("dossier").first()
    if first is None:
        return False
    # The dossier before the payment, as everywhere: two that wait for each other never meet.
    dossier = taking.lock(first.dossier)
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=first.pk)
    if told.standing == Standing.PAID and told.amount > 0:
        _paid(dossier, payment, told, at=at)
    elif told.standing == Standing.FAILED and payment.state == PaymentState.BEGUN:
        _end(payment, PaymentState.FAILED, at=at)
    return True


def _paid(dossier: Dossier, payment: Payment, told: Told, *, at: datetime) -> None:
    if Payment.objects.filter(provider=payment.provider, provider_ref=told.provider_ref).exists():
        return
    if payment.received:
        # Paid twice under one reference: the second time stands for itself.
        payment = Payment.objects.create(
            dossier=dossier, reference=payment.reference, provider=payment.provider,
            amount=payment.amount, state=PaymentState.SURPLUS, begun_at=payment.begun_at,
        )  # fmt: skip
        _keep(payment, told)
        _end(payment, PaymentState.SURPLUS, at=at)
        return
    _keep(payment, told)
    if told.amount != payment.amount:
        _end(payment, PaymentState.DOUBTFUL, at=at)
        return
    wanted = {int(key): amount for key, amount in payment.lines.items()}
    try:
        taking.take(dossier, wanted, how=Paid.ONLINE, by=MACHINE, at=at, payment=payment)
    except PaidBefore:
        _end(payment, PaymentState.SURPLUS, at=at)
    else:
        _end(payment, PaymentState.PAID, at=at)


def _keep(payment: Payment, told: Told) -> None:
    payment.received, payment.provider_ref = told.amount, told.provider_ref
    payment.save(update_fields=["received", "provider_ref"])


def _end(payment: Payment, state: PaymentState, *, at: datetime) -> None:
    payment.state, payment.ended_at = state.value, at
    payment.save(update_fields=["state", "ended_at"])
    dossier = payment.dossier
    record(
        f"cases.pay_{state.value}", subject=dossier.subject, by=MACHINE, at=at,
        unit=dossier.receiving_unit.code, amount=payment.received, provider=payment.provider,
    )  # fmt: skip


def ask_after(*, payment: Payment, at: datetime) -> None:
    """Ask the service how a payment stands, and write it down; a silent one is asked again."""
    service = ports.providers.get(payment.provider)
    if service is None or not service.ready():
        return
    Payment.objects.filter(pk=payment.pk).update(asked_at=at)
    try:
        told = service.asked(payment.reference, at=at)
    except ports.NotReached:
        logger.warning("%s does not say how %s stands", payment.provider, payment.reference)
        return
    if told.standing == Standing.OPEN and at - payment.begun_at > GIVEN_UP:
        # What is paid later is written down all the same, when the service says so.
        told = Told(reference=told.reference, standing=Standing.FAILED, amount=0, provider_ref="")
    confirm(provider=payment.provider, told=told, at=at)


def ask_after_payments(*, at: datetime) -> int:
    """Ask after payments of which nothing was heard. Return how many were asked after."""
    recent, old = at - BRISK, Q(begun_at__lte=at - BRISK)
    due = Q(asked_at=None) | (Q(begun_at__gt=recent) & Q(asked_at__lte=at - PAUSE))
    rows = Payment.objects.filter(
        due | (old & Q(asked_at__lte=at - SLOW_PAUSE)),
        state=PaymentState.BEGUN, begun_at__lte=at - PATIENCE,
    )  # fmt: skip
    found = list(rows.order_by(F("asked_at").asc(nulls_first=True))[:AT_ONCE])
    for payment in found:
        ask_after(payment=payment, at=at)
    return len(found)


@transaction.atomic
def use_payment(*, payment: Payment, by: User, at: datetime) -> list[Receipt]:
    """A person puts money that waits to what is open now; what is left over can be given back.

    Raises:
        NothingToPay: nothing is open, or nothing of it is left.
    """
    dossier = taking.lock(payment.dossier)
    row = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    made = taking.take(
        dossier, taking.spread(dossier, taking.refundable(row)), how=Paid.ONLINE, by=by.actor,
        at=at, payment=row,
    )  # fmt: skip
    row.state = PaymentState.PAID if not taking.refundable(row) else row.state
    row.save(update_fields=["state"])
    return made
