"""Remind who brings a dataset in: before a delivery is due, and while one is overdue."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.core.clock import local
from dothi.core.inbox import services as inbox
from dothi.core.notices import services as notices
from dothi.core.notices.choices import Channel
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.ingestion.choices import Power
from dothi.datastore.quality import selectors
from dothi.datastore.quality.registry import CONTACT, DELIVERY
from dothi.datastore.quality.rules.expected import State
from dothi.datastore.quality.selectors import Delivery
from dothi.datastore.sources import selectors as sources

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

DUTY = "quality.delivery"
BACK, AHEAD = timedelta(days=60), timedelta(days=14)


@transaction.atomic
def mind(dataset: "Dataset", *, at: datetime) -> bool:
    """One duty for the oldest delivery that is near or overdue; none where nothing is. Return
    whether there is one. Who brings the data in is written to once for each day of delivery."""
    asked = [
        one
        for one in selectors.calendar_of(
            [dataset], first=at.date() - BACK, last=at.date() + AHEAD, today=at.date()
        )
        if one.state in {State.SOON, State.OVERDUE}
    ]
    if not asked:
        inbox.close(kind=DUTY, code=str(dataset.pk))
        return False
    _lay(dataset, asked[0], at)
    _write(dataset, asked, at)
    return True


def _lay(dataset: "Dataset", first: Delivery, at: datetime) -> None:
    day = first.expected.period.due_on
    with translation.override("vi"):
        url = reverse("quality:calendar")
    inbox.put(
        kind=DUTY,
        code=str(dataset.pk),
        title=f"Đến hạn nộp dữ liệu: {dataset.title_vi}",
        unit_code=dataset.unit.code,
        role=dataset.steward_role,
        due_at=datetime.combine(day, official_calendar().closes(day), local(at).tzinfo),
        group=first.state,
        url=f"{url}?month={day:%Y-%m}",
        at=at,
    )


def _write(dataset: "Dataset", asked: Sequence[Delivery], at: datetime) -> None:
    """Once before the day and once after it; of many days that were missed, of the last one."""
    for state in (State.SOON, State.OVERDUE):
        days = [one.expected.period.due_on for one in asked if one.state == state]
        if not days:
            continue
        day = max(days) if state == State.OVERDUE else min(days)
        for user in accounts.who_may(Power.BRING_IN, dataset.unit, on=at.date()):
            if user.email:
                notices.send(
                    template=DELIVERY.code,
                    to=notices.Recipient(channel=Channel.EMAIL, address=user.email),
                    context={
                        "title": dataset.title_vi, "title_en": dataset.title_en or dataset.title_vi,
                        "day": day, "late": state == State.OVERDUE,
                        "link": f"{settings.PUBLIC_URL}/desk/data/in/",
                    },
                    at=at,
                    dedupe=f"{DELIVERY.code}:{dataset.pk}:{day:%Y%m%d}:{state}:{user.pk}",
                )  # fmt: skip
        _write_outside(dataset, day, state, at)


def _write_outside(dataset: "Dataset", day: date, state: State, at: datetime) -> None:
    """Whom the steward named at the sources of the dataset."""
    for one in sources.contacts_of(dataset.code):
        with translation.override(one.language):
            title, office = dataset.title, dataset.unit.name
        notices.send(
            template=CONTACT.code,
            to=notices.Recipient(
                channel=Channel.EMAIL, address=one.address, language=one.language
            ),
            context={
                "title": title, "office": office, "day": day, "late": state == State.OVERDUE
            },
            at=at,
            dedupe=f"{CONTACT.code}:{one.source}:{day:%Y%m%d}:{state}",
        )  # fmt: skip
