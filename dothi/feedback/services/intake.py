"""Receive reports: from the public, at the counter, over the phone, from other systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.crypto.services import keyed_hash
from dothi.core.events.services import publish
from dothi.core.rows import append
from dothi.feedback import events, rules
from dothi.feedback.choices import (
    Act,
    AnswerFault,
    AnswerKind,
    Channel,
    Duty,
    State,
    Urgency,
    Visibility,
)
from dothi.feedback.models import (
    Category,
    MeToo,
    Move,
    PartnerTask,
    Question,
    Reporter,
    Ticket,
)
from dothi.feedback.selectors import catalogue
from dothi.feedback.services import files, moving
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import (
    BadAnswer,
    BadText,
    NoPlace,
    OutsideTheCity,
    UnknownCategory,
)
from dothi.lib import codes, text_vi
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

PREFIX = "PA"


class TakenOverBefore(Exception):
    """A report of that number of the other system is here already."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What somebody told of themselves; all of it may be empty."""

    name: str = ""
    phone: str = ""
    email: str = ""
    wants_news: bool = True
    by_sms: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.email)

    @property
    def news_to(self) -> str:
        """Where news go; empty: nowhere."""
        return (self.phone if self.by_sms else self.email) if self.wants_news else ""


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A report that was received, and the secret that opens it: shown once, stored as a hash."""

    ticket: Ticket
    secret: str


@dataclass(frozen=True, kw_only=True)
class _Handling:
    """Who gets a new report first."""

    unit: Unit
    role: str
    state: State
    partner_id: int | None = None


@transaction.atomic
def submit(
    *,
    text: str,
    category: str,
    place: Point | None,
    at: datetime,
    title: str = "",
    address: str = "",
    unit: Unit | None = None,
    channel: Channel = Channel.WEB,
    urgency: Urgency = Urgency.NORMAL,
    contact: Contact | None = None,
    account: User | None = None,
    language: str = "vi",
    photos: Sequence[str] = (),
    by: Actor = "public",
    source: str = "",
    source_ref: str = "",
    attributes: Mapping[str, Any] | None = None,
    received_at: datetime | None = None,
    answers: Mapping[str, Sequence[str]] | None = None,
) -> Submitted:
    """Receive a report: place it, route it, start its clocks, put it on a table, tell the house.

    `place` is in degrees; `unit` stands in for it where a caller knows no more than the ward.
    `photos` are codes of attachments that nobody owns yet. A route that fits sends the report on
    at once; otherwise it waits for the duty operator of the root, with five minutes to do so.
    `received_at`: another house received it before, and the public has waited for the answer since
    then; the minutes for sending it on begin when it is here (`at`).

    Raises:
        OutsideTheCity, NoPlace, UnknownCategory, BadText, TooManyPhotos: see there.
        TakenOverBefore: `source` and `source_ref` name a report that is here already.
    """
    on = local(at).date()
    known = catalogue.current()
    subject = known.category(category, on=on)
    if subject is None:
        raise UnknownCategory
    where = _unit_of(place, unit, on=on)
    told_more = _answered(known.questions(subject.pk, on=on), answers)
    handling = _first_handling(known, subject, where, channel, at=at, on=on)
    code = codes.public_code(PREFIX, local(at))
    name = f"feedback.ticket:{code}"
    waits = handling.state == State.RECEIVED
    clock, forward_clock = (
        moving.start_clock(
            subject=name,
            duty=duty,
            category_id=subject.pk,
            urgency=urgency,
            unit_code=handling.unit.code,
            at=begins,
            on=on,
        )
        if wanted
        else None
        for duty, wanted, begins in (
            (Duty.ANSWER, True, received_at or at),
            (Duty.FORWARD, waits, at),
        )
    )
    secret = codes.secret()
    body = moving.words(text, most=rules.TEXT_LENGTH)
    heading = _title(title, body)
    somewhere = text_vi.tidy(address.replace("\x00", ""))
    if len(somewhere) > rules.ADDRESS_LENGTH:
        raise BadText(_("Please use at most %(most)d characters.") % {"most": rules.ADDRESS_LENGTH})
    told = _checked(contact)
    ticket = Ticket(
        code=code,
        secret_hash=codes.hash_secret(secret),
        title=heading,
        text=body,
        folded=moving.folded((heading, body, somewhere)),
        language=language,
        category=subject,
        urgency=urgency,
        channel=channel,
        entered_by=actor_of(by),
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        address=somewhere,
        unit=where,
        state=handling.state,
        visibility=Visibility.HELD if subject.conduct else Visibility.FACTS,
        handling_unit=handling.unit,
        handling_role=handling.role,
        partner=known.partners[handling.partner_id] if handling.partner_id else None,
        received_at=received_at or at,
        forwarded_at=None if waits else at,
        changed_at=at,
        due_at=clock.due_at if clock else None,
        clock=clock,
        forward_clock=forward_clock,
        reachable=bool(told and told.news_to),
        source=source,
        source_ref=source_ref,
        attributes={**(attributes or {}), **told_more},
    )
    _insert(ticket)
    if told or account:
        _keep_reporter(ticket, told or Contact(), account)
    if photos:
        files.add(ticket, photos)
    if ticket.partner is not None:
        ask_partner(ticket, at=at)
    _note(ticket, by=by, at=at)
    moving.put_duty(ticket, at=at)
    return Submitted(ticket=ticket, secret=secret)


def _unit_of(place: Point | None, unit: Unit | None, *, on: date) -> Unit:
    if place is None:
        if unit is None:
            raise NoPlace
        return unit
    found = units.unit_at(place, on=on) if place.on_earth else None
    if found is None and place.on_earth and not units.ward_areas(on):
        # A new house whose boundaries nobody has drawn yet: all of it is the root's.
        found = units.root(on=on)
    if found is None:
        raise OutsideTheCity
    return found


def _answered(
    questions: Sequence[Question], answers: Mapping[str, Sequence[str]] | None
) -> dict[str, Any]:
    """The answers in the form in which they are kept.

    Raises:
        BadAnswer: one does not fit, is missing, or answers what was not asked.
    """
    if answers is None:
        return {}
    found: dict[str, Any] = {}
    for question in questions:
        try:
            said = rules.answer(
                AnswerKind(question.kind),
                answers.get(question.code, ()),
                required=question.required,
                keys=[option["key"] for option in question.options],
            )
        except rules.WrongAnswer as wrong:
            raise BadAnswer(question.code, question.label, str(wrong.fault.label)) from wrong
        if said is not None:
            found[question.code] = said
    for code in answers.keys() - {question.code for question in questions}:
        raise BadAnswer(code, code, str(AnswerFault.UNKNOWN.label))
    return found


def _first_handling(
    known: catalogue.Catalogue,
    subject: Category,
    where: Unit,
    channel: Channel,
    *,
    at: datetime,
    on: date,
) -> _Handling:
    """The first route that fits, else the duty operator of the root."""
    route = known.route(category_id=subject.pk, unit_id=where.pk, channel=channel, at=at)
    if route is not None:
        unit = known.units[route.to_unit_id] if route.to_unit_id else where
        return _Handling(
            unit=unit, role=route.to_role, state=State.FORWARDED, partner_id=route.partner_id
        )
    return _Handling(unit=known.root(on=on) or where, role=Role.DISPATCHER, state=State.RECEIVED)


def _title(title: str, body: str) -> str:
    tidy = text_vi.tidy(title.replace("\x00", ""))
    if len(tidy) > rules.TITLE_LENGTH:
        raise BadText(_("Please use at most %(most)d characters.") % {"most": rules.TITLE_LENGTH})
    return tidy or rules.title_of(body)


def _checked(contact: Contact | None) -> Contact | None:
    """The contact in its normal forms.

    Raises:
        BadText: a phone number or e-mail address that cannot be one.
    """
    if contact is None or contact.is_empty:
        return None
    phone = contact.phone.strip() and text_vi.phone(contact.phone)
    if phone is None:
        raise BadText(_("This is no phone number: please check it, or leave it out."))
    email = usable_email(contact.email)
    name = text_vi.tidy(contact.name.replace("\x00", ""))[: rules.NAME_LENGTH]
    return replace(contact, name=name, phone=phone, email=email)


def usable_email(text: str) -> str:
    """An address without spaces around it.

    Raises:
        BadText: it cannot be one.
    """
    email = text.strip() and text_vi.email(text)
    if email is None:
        raise BadText(_("This is no e-mail address: please check it, or leave it out."))
    return email


def _insert(ticket: Ticket) -> None:
    if not ticket.source_ref:
        append(ticket)
        return
    try:
        with transaction.atomic():
            append(ticket)
    except IntegrityError as error:
        if "ticket_taken_over_once" not in str(error):
            raise
        raise TakenOverBefore(f"{ticket.source} {ticket.source_ref}") from error


def _keep_reporter(ticket: Ticket, contact: Contact, account: User | None) -> None:
    append(
        Reporter(
            ticket=ticket,
            name=contact.name,
            phone=contact.phone,
            email=contact.email,
            phone_hash=contact_hash(contact.phone),
            email_hash=contact_hash(contact.email),
            account_hash=account_hash(account) if account else "",
            wants_news=contact.wants_news,
            by_sms=contact.by_sms,
        )
    )


def contact_hash(contact: str) -> str:
    """The keyed hash by which reports of one phone number or e-mail address are found."""
    normal = text_vi.phone(contact) or contact.strip().casefold()
    return keyed_hash(normal, purpose="feedback.contact") if normal else ""


def account_hash(account: User) -> str:
    """The keyed hash by which a person who signed in finds the own reports."""
    return keyed_hash(str(account.pk), purpose="feedback.account")


def ask_partner(ticket: Ticket, *, at: datetime) -> PartnerTask:
    """Open the partner's task with a clock of its own, which everybody may see."""
    assert ticket.partner is not None
    clock = moving.start_clock(
        subject=ticket.subject,
        duty=Duty.PARTNER,
        category_id=ticket.category_id,
        urgency=Urgency(ticket.urgency),
        unit_code=ticket.handling_unit.code,
        at=at,
        on=local(at).date(),
    )
    task = PartnerTask(
        ticket=ticket,
        partner=ticket.partner,
        clock=clock,
        asked_at=at,
        due_at=clock.due_at if clock else None,
    )
    append(task)
    return task


def _note(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    append(
        Move(
            ticket=ticket,
            act=Act.SUBMIT,
            now=ticket.state,
            at=at,
            actor=actor_of(by),
            to_unit=ticket.handling_unit.code,
            to_role=ticket.handling_role,
            partner=ticket.partner.code if ticket.partner else "",
        )
    )
    record(
        "feedback.submit",
        subject=ticket.subject,
        by=actor_of(by),
        at=at,
        unit=ticket.unit.code,
        now=ticket.state,
        channel=str(ticket.channel),
    )
    publish(
        events.FeedbackSubmitted(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            channel=ticket.channel,
            urgency=ticket.urgency,
            state=ticket.state,
            handling_unit=ticket.handling_unit.code,
            handling_role=ticket.handling_role,
            partner=ticket.partner.code if ticket.partner else "",
            received_at=ticket.received_at,
            due_at=ticket.due_at,
            visibility=ticket.visibility,
            reachable=ticket.reachable,
        ),
        at=at,
    )


@transaction.atomic
def me_too(*, ticket: Ticket, person: str, at: datetime) -> bool:
    """Somebody else saw the same thing. Return False when this person was counted before.

    `person` is anything that stands for one person at the door (an account, a browser's cookie).
    """
    token = keyed_hash(f"{ticket.code}\0{person}", purpose="feedback.me_too")
    try:
        with transaction.atomic():
            MeToo(ticket=ticket, person_hash=token, at=at).save(force_insert=True)
    except IntegrityError:
        return False
    Ticket.objects.filter(pk=ticket.pk).update(me_too=F("me_too") + 1)
    ticket.refresh_from_db(fields=["me_too"])
    record("feedback.me_too", subject=ticket.subject, by="public", at=at, unit=ticket.unit.code)
    publish(
        events.FeedbackSeconded(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            me_too=ticket.me_too,
        ),
        at=at,
    )
    return True
