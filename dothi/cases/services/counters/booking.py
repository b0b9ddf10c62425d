"""Appointments: made, moved, kept, cancelled, reminded of, and their people erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import events, registry, rules, selectors
from dothi.cases.choices import Parameter, VisitState
from dothi.cases.models import Appointment, ServiceGroup, Slot
from dothi.cases.selectors import counters
from dothi.cases.services.counters.refusals import NoSlot
from dothi.cases.services.counters.taking import Taken, take_turn
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import BadApplicant
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.events.services import publish
from dothi.core.notices.choices import Channel
from dothi.core.notices.registry import Template
from dothi.core.notices.services import Recipient, send
from dothi.lib import codes, text_vi

_TABLE = Slot._meta.db_table
# One statement counts somebody in where there is room, whoever else does so at this moment.
SEAT = f"""
    insert into {_TABLE} (group_id, starts_at, capacity, booked) values (%s, %s, %s, 1)
    on conflict (group_id, starts_at)
    do update set booked = {_TABLE}.booked + 1, capacity = excluded.capacity
    where {_TABLE}.booked < excluded.capacity
    returning id
"""
UNSEAT = f"update {_TABLE} set booked = booked - 1 where id = %s"
AT_ONCE = 500
ACTS = {VisitState.MISSED: "miss", VisitState.ARRIVED: "arrive"}


@dataclass(frozen=True, kw_only=True)
class Booked:
    """An appointment, and the secret that opens it: shown once."""

    visit: Appointment
    secret: str


@transaction.atomic
def book_visit(
    *, group: ServiceGroup, starts_at: datetime, name: str, phone: str, by: Actor, at: datetime,
    email: str = "", procedure: str = "", language: str = "vi",
) -> Booked:  # fmt: skip
    """Give somebody an appointment.

    Raises:
        BadApplicant: name, telephone or e-mail are not such, or the telephone has enough of them.
        NoSlot: the moment is full or not offered.
    """
    called, number, mail = _person(name, phone, email)
    open_ones = Appointment.objects.filter(
        phone=number, state=VisitState.BOOKED, starts_at__gt=at
    ).count()  # fmt: skip
    if open_ones >= rules.OPEN_EACH:
        raise BadApplicant(
            "phone",
            _("This telephone number has %(count)d appointments already. Please cancel one first.")
            % {"count": open_ones},
        )
    secret = codes.secret()
    visit = Appointment.objects.create(
        code=codes.public_code("LH", local(at)), secret_hash=codes.hash_secret(secret),
        unit=group.unit, group=group, slot_id=_seat(group, starts_at, at=at), starts_at=starts_at,
        procedure=procedure[:20], name=called, phone=number, email=mail, language=language,
        made_at=at,
    )  # fmt: skip
    _tell(visit, "book", by=by, at=at)
    _write(registry.VISIT_BOOKED, visit, secret=secret, at=at)
    return Booked(visit=visit, secret=secret)


@transaction.atomic
def move_visit(*, visit: Appointment, starts_at: datetime, secret: str, at: datetime) -> None:
    """Come at another moment: the old one is free again.

    Raises:
        NoSlot: that moment is full or not offered, or the appointment is over.
    """
    row = _held(visit, at=at)
    if starts_at == row.starts_at:
        return
    old = row.slot_id
    # Two people who change places at once would wait for one another.
    both = Slot.objects.filter(group=row.group, starts_at__in=[row.starts_at, starts_at])
    list(both.select_for_update().order_by("pk"))
    row.slot_id = _seat(row.group, starts_at, at=at)
    row.starts_at, row.reminded_at = starts_at, None
    row.save(update_fields=["slot", "starts_at", "reminded_at"])
    _unseat(old)
    _tell(row, "move", by="public", at=at)
    _write(registry.VISIT_BOOKED, row, secret=secret, at=at)
    visit.refresh_from_db()


@transaction.atomic
def cancel_visit(*, visit: Appointment, by: Actor, at: datetime) -> None:
    """Do not come: the moment is free for others. Raises NoSlot: the appointment is over."""
    row = _held(visit, at=at)
    row.state = VisitState.CANCELLED
    row.save(update_fields=["state"])
    _unseat(row.slot_id)
    _tell(row, "cancel", by=by, at=at)
    visit.state = row.state


@transaction.atomic
def arrive(*, visit: Appointment, by: User, at: datetime, priority: bool = False) -> Taken:
    """Somebody with an appointment is here and gets a number; in time, they keep their moment.

    Raises:
        NoSlot: the appointment is not for today, was kept, or is cancelled.
        NotOpen: the counters are closed.
    """
    row = Appointment.objects.select_for_update(of=("self",)).select_related("group__unit").get(
        pk=visit.pk
    )  # fmt: skip
    if row.state != VisitState.BOOKED or local(row.starts_at).date() != local(at).date():
        raise NoSlot(_("This appointment is not for today, or was marked already."))
    kept = rules.keeps_slot(row.starts_at, arrived_at=at, grace=counters.grace(at))
    taken = take_turn(
        group=row.group, by=by, at=at, priority=priority, slot_at=row.starts_at if kept else None
    )
    row.state, row.turn = VisitState.ARRIVED, taken.turn
    row.save(update_fields=["state", "turn"])
    _tell(row, "arrive", by=by, at=at)
    return taken


@transaction.atomic
def open_visitor(*, visit: Appointment, by: User, purpose: str, at: datetime) -> Appointment:
    """Who has an appointment, in full; noted before it is read.

    Raises:
        ValueError: no purpose is given.
    """
    opened(
        record=visit.subject, by=by.actor, at=at, purpose=purpose, fields=["name", "phone", "email"]
    )
    return Appointment.objects.get(pk=visit.pk)


def remind_visitors(*, at: datetime) -> int:
    """Write to those who come tomorrow and left an address. Return to how many."""
    day = local(at).date() + timedelta(days=1)
    due = Appointment.objects.filter(
        state=VisitState.BOOKED, starts_at__date=day, reminded_at=None
    ).exclude(email="")  # fmt: skip
    for pk in list(due.values_list("pk", flat=True)):
        _remind(pk, at=at)
    return Appointment.objects.filter(reminded_at=at).count()


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> None:
    rows = Appointment.objects.select_for_update(of=("self",), skip_locked=True)
    visit = rows.filter(pk=pk, reminded_at=None, state=VisitState.BOOKED).first()
    if visit is None:
        return
    _write(registry.VISIT_REMINDER, visit, at=at)
    visit.reminded_at = at
    visit.save(update_fields=["reminded_at"])


@transaction.atomic
def erase_visitors(*, at: datetime) -> int:
    """Forget who had appointments that are long over. Return how many."""
    kept = timedelta(days=selectors.setting(Parameter.VISIT_KEPT, on=local(at).date()))
    old = Appointment.objects.filter(starts_at__lt=at - kept, erased_at=None)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Appointment.objects.filter(pk__in=keys).update(name="", phone="", email="", erased_at=at)
    if keys:
        record(
            "cases.erase_visitors", subject="cases.appointments", by="system", at=at,
            count=len(keys),
        )  # fmt: skip
    return len(keys)


@transaction.atomic
def miss_visits(*, at: datetime) -> int:
    """Whoever did not come on the day of an appointment missed it. Return how many."""
    begin = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Appointment.objects.select_for_update(of=("self",), skip_locked=True)
    old = rows.filter(state=VisitState.BOOKED, starts_at__lt=begin).select_related("unit", "group")
    visits = list(old.order_by("pk")[:AT_ONCE])
    for visit in visits:
        stand(visit, VisitState.MISSED, by="system", at=at)
    return len(visits)


def _person(name: str, phone: str, email: str) -> tuple[str, str, str]:
    called, number, mail = text_vi.tidy(name), text_vi.phone(phone), text_vi.tidy(email)
    if not called or len(called) > rules.NAME_LENGTH:
        raise BadApplicant("name", _("Please give your name."))
    if number is None:
        raise BadApplicant("phone", _("Please give a telephone number, such as 0901 234 567."))
    found = text_vi.email(mail) if mail else ""
    if found is None:
        raise BadApplicant("email", _("This is no e-mail address."))
    return called, number, found


def _held(visit: Appointment, *, at: datetime) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",))
    row = rows.select_related("group__unit", "unit", "slot").get(pk=visit.pk)
    if row.state != VisitState.BOOKED or row.starts_at <= at:
        raise NoSlot(_("This appointment is over, or was cancelled."))
    return row


def _seat(group: ServiceGroup, starts_at: datetime, *, at: datetime) -> int:
    offered = counters.slots_on(group, local(starts_at).date(), at=at)
    slot = next((one for one in offered if one.starts_at == starts_at), None)
    if slot is None:
        raise NoSlot
    with connection.cursor() as cursor:
        cursor.execute(SEAT, [group.pk, starts_at, slot.capacity])
        found = cursor.fetchone()
    if found is None:
        raise NoSlot
    return int(found[0])


def _unseat(slot: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(UNSEAT, [slot])


def _tell(visit: Appointment, act: str, *, by: Actor, at: datetime) -> None:
    record(
        f"cases.visit_{act}", subject=visit.subject, by=actor_of(by), at=at, unit=visit.unit.code
    )
    publish(
        events.AppointmentMoved(
            code=visit.code, unit_code=visit.unit.code, group=visit.group.letter,
            state=visit.state, starts_at=visit.starts_at,
        ),
        at=at,
    )  # fmt: skip


def stand(visit: Appointment, state: VisitState, *, by: Actor, at: datetime) -> None:
    """Inside a verb: an appointment stands so now."""
    visit.state = state
    visit.save(update_fields=["state"])
    _tell(visit, ACTS[state], by=by, at=at)


def visit_url(secret: str, language: str) -> str:
    """The address at which an appointment is looked at, moved and cancelled."""
    return f"{settings.PUBLIC_URL}/{'en/' if language == 'en' else ''}visit/a/{secret}"


def _write(template: Template, visit: Appointment, *, at: datetime, secret: str = "") -> None:
    """A letter without a name, to who left an address."""
    if not visit.email:
        return
    with translation.override(visit.language):
        context = {
            "code": visit.code,
            "unit": visit.unit.name,
            "group": visit.group.name,
            "when": formats.date_format(local(visit.starts_at), "DATETIME_FORMAT"),
            "link": visit_url(secret, visit.language) if secret else "",
        }
    send(
        template=template.code,
        to=Recipient(channel=Channel.EMAIL, address=visit.email, language=visit.language),
        context=context, at=at,
        dedupe=f"{template.code}:{visit.pk}:{int(visit.starts_at.timestamp())}",
    )  # fmt: skip
