"""The office says which counters there are, what each serves, and when appointments are given."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.cases.choices import TurnState, VisitState
from dothi.cases.models import Appointment, Counter, ServiceGroup, SlotPlan, Turn
from dothi.cases.services.counters.refusals import CounterTaken, StillServed
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import BadText
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.lib import text_vi
from dothi.units.models import Unit


@transaction.atomic
def set_group(
    *, unit: Unit, letter: str, name_vi: str, name_en: str, areas: Sequence[str] = (), by: Actor,
    at: datetime,
) -> ServiceGroup:  # fmt: skip
    """Have a group of matters under a letter, or name the one that there is anew.

    Raises:
        BadText: the letter is none from A to Z, or a name is missing.
    """
    sign, names = letter.strip().upper(), (text_vi.tidy(name_vi), text_vi.tidy(name_en))
    if not ("A" <= sign <= "Z" and len(sign) == 1):
        raise BadText(_("A group has one letter from A to Z."))
    if not all(names) or max(map(len, names)) > 100:
        raise BadText(_("Please name the group in both languages, with at most 100 letters."))
    row, _made = ServiceGroup.objects.update_or_create(
        unit=unit, letter=sign, valid_to=None,
        defaults={"name_vi": names[0], "name_en": names[1], "areas": list(areas)},
        create_defaults={
            "name_vi": names[0], "name_en": names[1], "areas": list(areas),
            "valid_from": local(at).date(),
        },
    )  # fmt: skip
    _note("cases.set_group", f"cases.group:{row.pk}", unit, by=by, at=at, letter=sign)
    return row


@transaction.atomic
def close_group(*, group: ServiceGroup, by: Actor, at: datetime) -> None:
    """Give a group of matters up for good, with its plans of appointments.

    Raises:
        StillServed: a counter serves it, somebody waits in it, or has an appointment.
    """
    today = local(at).date()
    row = ServiceGroup.objects.select_for_update(of=("self",)).select_related("unit").get(
        pk=group.pk
    )  # fmt: skip
    if Counter.objects.filter(groups=row, valid_to=None).exists():
        raise StillServed(_("A counter serves this group. Change the counter first."))
    if Turn.objects.filter(queue=row, day=today, state=TurnState.WAITING).exists():
        raise StillServed(_("Somebody waits in this group. Close it in the evening."))
    if Appointment.objects.filter(group=row, state=VisitState.BOOKED, starts_at__gt=at).exists():
        raise StillServed(_("Somebody has an appointment in this group. Cancel or wait for it."))
    for plan in SlotPlan.objects.filter(group=row, valid_to=None).select_related("group__unit"):
        stop_slots(plan=plan, by=by, at=at)
    row.valid_to = max(today, row.valid_from + timedelta(days=1))
    row.save(update_fields=["valid_to"])
    _note("cases.close_group", f"cases.group:{row.pk}", row.unit, by=by, at=at, letter=row.letter)


@transaction.atomic
def set_counter(
    *, unit: Unit, number: int, groups: Iterable[ServiceGroup], by: Actor, at: datetime
) -> Counter:
    """Have a counter with this number that serves these groups.

    Raises:
        BadText: it would serve nothing.
    """
    served = [group for group in groups if group.unit_id == unit.pk]
    if not served or number < 1:
        raise BadText(_("A counter has a number and serves at least one group."))
    row, _made = Counter.objects.get_or_create(
        unit=unit, number=number, valid_to=None,
        defaults={"valid_from": local(at).date(), "changed_at": at},
    )  # fmt: skip
    row.groups.set(served)
    letters = "".join(sorted(group.letter for group in served))
    _note("cases.set_counter", f"cases.counter:{row.pk}", unit, by=by, at=at, groups=letters)
    return row


@transaction.atomic
def close_counter(*, counter: Counter, by: Actor, at: datetime) -> None:
    """Give a counter up for good.

    Raises:
        CounterTaken: somebody serves there.
    """
    row = Counter.objects.select_for_update().get(pk=counter.pk)
    if row.served_by_id is not None:
        raise CounterTaken(_("Somebody serves at this counter. Close it when it is free."))
    row.valid_to = max(local(at).date(), row.valid_from + timedelta(days=1))
    row.save(update_fields=["valid_to"])
    _note("cases.close_counter", f"cases.counter:{row.pk}", row.unit, by=by, at=at)


@transaction.atomic
def set_slots(
    *, group: ServiceGroup, weekday: int, opens: time, closes: time, minutes: int, capacity: int,
    valid_from: date, by: Actor, at: datetime,
) -> SlotPlan:  # fmt: skip
    """Give appointments on a weekday from a day on; the plan from the same hour ends there.

    Raises:
        BadText: it is not a stretch of a day, or nobody would fit in.
    """
    if not (0 <= weekday < 7 and opens < closes and 5 <= minutes <= 240 and 1 <= capacity <= 50):
        raise BadText(
            _("Please give hours in their order, at least 5 minutes each, and 1 to 50 people.")
        )
    before = SlotPlan.objects.filter(group=group, weekday=weekday, opens=opens, valid_to=None)
    before.filter(valid_from__lt=valid_from).update(valid_to=valid_from)
    row, _made = SlotPlan.objects.update_or_create(
        group=group, weekday=weekday, opens=opens, valid_to=None,
        defaults={
            "closes": closes, "minutes": minutes, "capacity": capacity, "valid_from": valid_from,
        },
    )  # fmt: skip
    _note("cases.set_slots", f"cases.slot_plan:{row.pk}", group.unit, by=by, at=at)
    return row


@transaction.atomic
def stop_slots(*, plan: SlotPlan, by: Actor, at: datetime) -> None:
    """Give no appointments by this plan any more; those that are made stay."""
    today = local(at).date()
    if plan.valid_from >= today:
        plan.delete()
    else:
        plan.valid_to = today
        plan.save(update_fields=["valid_to"])
    _note("cases.stop_slots", f"cases.group:{plan.group_id}", plan.group.unit, by=by, at=at)


def _note(act: str, subject: str, unit: Unit, *, by: Actor, at: datetime, **more: str) -> None:
    record(act, subject=subject, by=actor_of(by), at=at, unit=unit.code, **more)
