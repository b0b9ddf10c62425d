"""The morning brief: to whom, when, once, and what stands in it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.accounts import services as people
from dothi.core.audit.models import Entry
from dothi.core.notices import services as notices
from dothi.core.notices.models import Notice
from dothi.core.workdays import services as workdays
from dothi.core.workdays.choices import DayKind
from dothi.feedback import services as feedback
from dothi.feedback.choices import Danger
from dothi.feedback.tests.factories import MONDAY_9AM, UPHILL, City
from dothi.operations.wall import rules, selectors, services

pytestmark = pytest.mark.django_db
SEVEN = MONDAY_9AM.replace(hour=7)
FRIDAY_SEVEN = SEVEN - timedelta(days=3)


def works(day: date) -> bool:
    return day.weekday() < 5


def brief_of(city: City, at: datetime = MONDAY_9AM) -> selectors.Brief:
    return selectors.brief(city.leader, at=at, units=(city.river.name,))


@pytest.fixture
def outbox(settings: Any) -> Callable[[datetime], list[Any]]:
    """What has gone out by mail at a moment."""

    def sent(at: datetime) -> list[Any]:
        notices.send_due(at=at)
        return list(mail.outbox)

    return sent


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (SEVEN, True),
        (SEVEN - timedelta(minutes=1), False),
        (SEVEN.replace(hour=11, minute=59), True),
        (SEVEN.replace(hour=12), False),
        (SEVEN - timedelta(days=1), False),  # Sunday.
    ],
)
def test_a_brief_is_due_on_working_mornings(at: datetime, due: bool) -> None:
    assert rules.is_brief_time(at, works) is due


def test_on_monday_it_covers_the_weekend() -> None:
    assert rules.since_last_brief(MONDAY_9AM, works) == FRIDAY_SEVEN
    assert rules.since_last_brief(MONDAY_9AM + timedelta(days=1), works) == SEVEN


def test_after_a_holiday_it_covers_the_holiday(city: City) -> None:
    workdays.set_day(
        day=date(2026, 3, 2), kind=DayKind.OFF, label_vi="Nghỉ", label_en="Off",
        legal_basis="Thông báo 1", by="system", at=FRIDAY_SEVEN,
    )  # fmt: skip
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    assert services.send_briefs(at=SEVEN) == 0
    tuesday = SEVEN + timedelta(days=1)
    assert selectors.since_last_brief(tuesday) == FRIDAY_SEVEN
    assert services.send_briefs(at=tuesday) == 1


def test_everybody_gets_it_once_a_day_however_often_it_is_tried(
    city: City, outbox: Callable[[datetime], list[Any]]
) -> None:
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    assert services.send_briefs(at=SEVEN) == 1
    for minutes in (0, 10, 200):
        assert services.send_briefs(at=SEVEN + timedelta(minutes=minutes)) == 0
    assert len(outbox(SEVEN)) == 1
    assert services.send_briefs(at=SEVEN + timedelta(days=1)) == 1


def test_nobody_gets_it_who_did_not_ask_or_may_not_any_more(city: City) -> None:
    assert services.send_briefs(at=SEVEN) == 0
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    people.end_post(post=city.leader.posts.get(), on=SEVEN.date(), at=FRIDAY_SEVEN, by="system")
    assert services.send_briefs(at=SEVEN) == 0


def test_the_link_in_the_mail_stops_it_and_the_page_begins_it_again(
    city: City, outbox: Callable[[datetime], list[Any]]
) -> None:
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    services.send_briefs(at=SEVEN)
    (message,) = outbox(SEVEN)
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in message.body
    assert link in message.alternatives[0][0], "the page has the way out, too"
    notices.unsubscribe(token=link.rpartition("/")[2], at=SEVEN)
    assert not selectors.wants_brief(city.leader)
    assert services.send_briefs(at=SEVEN + timedelta(days=1)) == 0
    services.want_brief(user=city.leader, at=SEVEN)
    assert selectors.wants_brief(city.leader)
    assert services.send_briefs(at=SEVEN + timedelta(days=2)) == 1


def test_without_an_address_nothing_is_promised(city: City) -> None:
    city.leader.email = ""
    city.leader.save()
    with pytest.raises(services.NoAddress):
        services.want_brief(user=city.leader, at=SEVEN)


def test_wishes_are_in_the_audit_trail(city: City) -> None:
    services.want_brief(user=city.leader, at=SEVEN)
    services.stop_brief(user=city.leader, at=SEVEN)
    services.stop_brief(user=city.leader, at=SEVEN)
    acts = Entry.objects.filter(act__startswith="operations.").values_list("act", flat=True)
    assert sorted(acts) == ["operations.stop_brief", "operations.want_brief"]


def test_it_is_written_in_the_language_of_the_reader(
    city: City, outbox: Callable[[datetime], list[Any]]
) -> None:
    city.forwarded(at=MONDAY_9AM - timedelta(days=20))
    city.leader.language = "en"
    city.leader.save()
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    services.want_brief(user=city.operator, at=FRIDAY_SEVEN)
    assert services.send_briefs(at=SEVEN) == 2
    by_address = {message.to[0]: message for message in outbox(SEVEN)}
    english, vietnamese = by_address["huong@staff.example"], by_address["dung@staff.example"]
    assert english.subject == "Morning brief 02/03/2026: 1 overdue, 0 near due"
    assert "/en/desk/feedback/PA-" in english.body
    assert vietnamese.subject == "Bản tin sáng 02/03/2026: 1 quá hạn, 0 sắp đến hạn"
    assert "QUÁ HẠN: 1" in vietnamese.body
    for message in by_address.values():
        assert "Cây đổ" not in message.body + message.alternatives[0][0]
        assert message.alternatives[0][1] == "text/html"


def test_what_lies_in_the_outbox_is_encrypted(city: City) -> None:
    services.want_brief(user=city.leader, at=FRIDAY_SEVEN)
    services.send_briefs(at=SEVEN)
    with connection.cursor() as cursor:
        cursor.execute("select html, text, address from core_notices_notice")
        row = cursor.fetchone()
    assert row is not None
    assert not [column for column in row if "Bản tin" in column or "staff.example" in column]
    assert "Bản tin sáng" in Notice.objects.get().html


def test_each_group_holds_what_it_says(city: City) -> None:
    late = city.assigned(at=MONDAY_9AM - timedelta(days=20))
    untaken = city.forwarded(at=MONDAY_9AM - timedelta(hours=1), text="Cây nghiêng ra đường.")
    settled = city.resolved(at=MONDAY_9AM - timedelta(hours=2), text="Cành gãy chắn lối đi.")
    brief = brief_of(city)
    assert [line.code for line in brief.late.lines] == [late.code]
    assert [line.code for line in brief.unanswered.lines] == [untaken.code]
    assert [line.code for line in brief.unpublished.lines] == [settled.code]
    assert (brief.changes.received, brief.changes.resolved) == (2, 1)
    assert not brief.is_quiet


def test_near_due_comes_before_late(city: City) -> None:
    ticket = city.assigned()
    assert ticket.clock is not None
    assert ticket.clock.near_due_at is not None
    near = brief_of(city, ticket.clock.near_due_at + timedelta(minutes=1))
    assert [line.code for line in near.near_due.lines] == [ticket.code]
    assert ticket.due_at is not None
    late = brief_of(city, ticket.due_at + timedelta(minutes=1))
    assert [line.code for line in late.late.lines] == [ticket.code]
    assert not late.near_due.total


def test_what_waits_for_its_reporter_is_not_late(city: City) -> None:
    ticket = city.assigned()
    feedback.ask_reporter(ticket=ticket, question="Ở số nhà nào?", by=city.lan, at=MONDAY_9AM)
    assert not brief_of(city, MONDAY_9AM + timedelta(days=30)).late.total


def test_a_leader_reads_of_the_own_ward_only(city: City) -> None:
    elsewhere = city.submit(place=UPHILL)
    feedback.forward(ticket=elsewhere, unit=city.hill, by=city.operator, at=MONDAY_9AM)
    assert brief_of(city).is_quiet
    assert brief_of(city).changes.received == 0
    above = selectors.brief(city.operator, at=MONDAY_9AM, units=("x",))
    assert [line.code for line in above.unanswered.lines] == [elsewhere.code]


def test_a_report_about_an_officer_is_no_line_for_colleagues(city: City) -> None:
    feedback.forward(
        ticket=city.submit(category="conduct"), unit=city.river, by=city.operator, at=MONDAY_9AM
    )
    brief = selectors.brief(city.minh, at=MONDAY_9AM, units=())
    assert brief.is_quiet


def test_long_groups_are_cut_and_say_how_much_is_left(city: City) -> None:
    for number in range(15):
        city.forwarded(text=f"Cây số {number} đổ trên đường.")
    brief = brief_of(city)
    assert (len(brief.unanswered.lines), brief.unanswered.total, brief.unanswered.more) == (
        12, 15, 3,
    )  # fmt: skip


def test_it_asks_the_same_however_much_is_in_it(city: City) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            brief_of(city)
        return len(queries)

    urgent = city.forwarded()
    feedback.mark_danger(ticket=urgent, number=Danger.FIRE, by=city.lan, at=urgent.received_at)
    brief_of(city)
    few = asked()
    for number in range(6):
        city.forwarded(text=f"Cây số {number} đổ trên đường.")
    assert asked() == few <= 20
