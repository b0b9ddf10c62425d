"""Who is told what: the reporter, a partner, those who follow; each thing once."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.core.clocks import services as clocks
from dothi.core.events import services as events
from dothi.core.events.models import Record
from dothi.core.notices.models import Notice
from dothi.core.workdays import services as workdays
from dothi.core.workdays.choices import DayKind
from dothi.feedback import selectors, services
from dothi.feedback.choices import State
from dothi.feedback.models import Follow, Ticket
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import (
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    make_officer,
    make_partner,
    submit,
)

DAN = Contact(name="Dân", email="dan@example.com")
TUESDAY = MONDAY_9AM + timedelta(days=1)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def deliver() -> None:
    """Hand on what was published. A test is one transaction, so that the log is asked for all."""
    from dothi.core.events import registry

    for name in (
        "feedback.follow_the_calendar", "feedback.tell_people", "feedback.mind_the_clock",
        "feedback.hand_on",
    ):  # fmt: skip
        subscription = registry.subscriptions[name]
        for record in Record.objects.filter(name__in=subscription.names).order_by("id"):
            events._call(subscription, record)


def mails(template: str = "feedback_news") -> list[Notice]:
    return list(Notice.objects.filter(template=template).order_by("id"))


def link_in(notice: Notice) -> str:
    found = re.search(r"https?://\S+", notice.text)
    assert found
    return found[0].rpartition("/")[2]


def test_the_reporter_is_told_that_the_report_is_here(city: City) -> None:
    ticket = city.submit(contact=DAN)
    deliver()
    [mail] = mails("feedback_received")
    assert mail.address == "dan@example.com"
    assert ticket.code in mail.subject
    assert selectors.ticket_by_tracking(link_in(mail), at=MONDAY_9AM) == ticket


def test_a_mail_is_in_the_language_of_the_report(city: City) -> None:
    city.submit(contact=DAN, language="en")
    deliver()
    [mail] = mails("feedback_received")
    assert mail.subject.startswith("We have your report")
    assert "/en/feedback/t/" in mail.text


def test_words_of_people_arrive_as_they_were_written(city: City) -> None:
    city.submit(contact=DAN, text='Bảng "cấm đậu" <gãy> & rơi')
    deliver()
    assert '"cấm đậu" <gãy> & rơi' in mails("feedback_received")[0].text


def test_who_left_no_address_or_wants_no_news_gets_none(city: City) -> None:
    city.submit()
    city.submit(contact=Contact(phone="0903123456"))
    city.submit(contact=Contact(email="dan@example.com", wants_news=False))
    deliver()
    assert not Notice.objects.exists()


def test_the_reporter_hears_of_the_result_once(city: City) -> None:
    ticket = city.assigned(contact=DAN)
    services.resolve(ticket=ticket, text="Đã dọn cây.", by=city.lan, at=MONDAY_9AM)
    deliver()
    deliver()
    [mail] = mails()
    assert "Đã dọn cây." in mail.text


def test_the_second_result_of_a_reopened_report_is_told_too(city: City) -> None:
    ticket = city.resolved(contact=DAN)
    deliver()
    services.reopen(ticket=ticket, reason="Còn cành", at=TUESDAY)
    services.resolve(ticket=ticket, text="Dọn nốt cành.", by=city.lan, at=TUESDAY)
    deliver()
    assert [mail for mail in mails() if "Dọn nốt cành." in mail.text]


def test_a_question_is_sent_with_its_words(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    services.ask_reporter(ticket=ticket, question="Số nhà mấy?", by=city.lan, at=MONDAY_9AM)
    deliver()
    [mail] = mails()
    assert "Số nhà mấy?" in mail.text


def test_inner_steps_are_not_mailed(city: City) -> None:
    city.assigned(contact=DAN)
    deliver()
    assert not mails()


def test_whose_report_was_merged_hears_of_the_result_of_the_other(city: City) -> None:
    one, double = city.assigned(), city.submit(contact=DAN)
    services.merge(ticket=double, into=one, by=city.operator, at=MONDAY_9AM)
    services.resolve(ticket=one, text="Đã dọn.", by=city.lan, at=MONDAY_9AM)
    deliver()
    merged, result = mails()
    assert one.code in merged.text
    assert "Đã dọn." in result.text
    assert selectors.ticket_by_tracking(link_in(result), at=MONDAY_9AM) == double


def test_a_message_of_the_office_is_mailed(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    services.say(ticket=ticket, text="Mai chúng tôi đến.", by=city.lan, at=MONDAY_9AM)
    services.citizen_says(ticket=ticket, text="Cảm ơn.", at=MONDAY_9AM)
    deliver()
    [mail] = mails()
    assert "Mai chúng tôi đến." in mail.text


def test_a_partner_gets_its_link_and_nothing_about_the_reporter(city: City) -> None:
    ticket = city.submit(contact=DAN)
    services.forward(
        ticket=ticket,
        unit=city.root,
        role=Role.DISPATCHER,
        partner=make_partner(),
        by=city.operator,
        at=MONDAY_9AM,
    )
    deliver()
    [mail] = mails("feedback_partner")
    assert mail.address == "nuoc@partner.example"
    assert "Dân" not in mail.text
    assert "dan@" not in mail.text
    services.partner_answer(token=link_in(mail), text="Xong", at=MONDAY_9AM)


# --- Overdue -------------------------------------------------------------------------------------


def overdue() -> list[str]:
    told = Record.objects.filter(name="feedback.overdue").order_by("id")
    return [record.payload["code"] for record in told]


def test_a_late_answer_is_told_once(city: City) -> None:
    ticket = city.forwarded()
    clocks.sweep(at=MONDAY_9AM + timedelta(days=30))
    deliver()
    deliver()
    assert overdue() == [ticket.code]


def test_a_new_date_that_passes_is_told_again(city: City) -> None:
    ticket = city.resolved()
    services.reopen(ticket=ticket, reason="Còn", at=TUESDAY)
    clocks.sweep(at=MONDAY_9AM + timedelta(days=30))
    deliver()
    services.resolve(ticket=ticket, text="Xong", by=city.lan, at=MONDAY_9AM + timedelta(days=31))
    services.reopen(ticket=fresh(ticket), reason="Còn", at=MONDAY_9AM + timedelta(days=32))
    clocks.sweep(at=MONDAY_9AM + timedelta(days=60))
    deliver()
    assert overdue() == [ticket.code, ticket.code]


def test_what_was_settled_meanwhile_is_not_told_as_late(city: City) -> None:
    ticket = city.assigned()
    clocks.sweep(at=MONDAY_9AM + timedelta(days=30))
    services.resolve(ticket=ticket, text="Xong", by=city.lan, at=MONDAY_9AM)
    deliver()
    assert overdue() == []


def test_the_last_part_of_the_time_is_told(city: City) -> None:
    ticket = city.forwarded()
    assert ticket.clock is not None
    clocks.sweep(at=ticket.clock.near_due_at)
    deliver()
    assert Record.objects.get(name="feedback.near_due").payload["code"] == ticket.code


# --- Who leaves ----------------------------------------------------------------------------------


def test_the_reports_of_an_officer_who_leaves_go_to_the_successor(city: City) -> None:
    ticket, nga = city.assigned(), make_officer("nga", unit=city.river)
    people.leave(user=city.lan, successor=nga, on=MONDAY_9AM.date(), at=MONDAY_9AM, by="system")
    deliver()
    assert fresh(ticket).handling_person == nga


def test_without_a_successor_they_go_back_to_the_post(city: City) -> None:
    ticket, asked = city.assigned(), city.assigned()
    services.ask_reporter(ticket=asked, question="?", by=city.lan, at=MONDAY_9AM)
    people.leave(user=city.lan, successor=None, on=MONDAY_9AM.date(), at=MONDAY_9AM, by="system")
    deliver()
    assert (fresh(ticket).state, fresh(ticket).handling_person) == (State.FORWARDED, None)
    asked = fresh(asked)
    services.answer_from_reporter(ticket=asked, text="Đây", at=TUESDAY)
    assert asked.state == State.FORWARDED


# --- Following and recovering --------------------------------------------------------------------


def confirmed(**wanted: object) -> Follow:
    row = services.follow(email="be@example.com", at=MONDAY_9AM, **wanted)  # type: ignore[arg-type]
    services.confirm_follow(token=link_in(mails("feedback_confirm")[-1]), at=MONDAY_9AM)
    return row


def test_nothing_is_sent_to_an_address_that_was_not_confirmed(city: City) -> None:
    services.follow(email="be@example.com", at=MONDAY_9AM, unit=city.river)
    city.submit()
    assert services.tell_followers(at=MONDAY_9AM) == 0


def test_a_follower_hears_of_the_own_area_each_morning_once(city: City) -> None:
    confirmed(unit=city.river)
    here, there = city.submit(), city.submit(place=UPHILL)
    assert services.tell_followers(at=TUESDAY) == 1
    assert services.tell_followers(at=TUESDAY) == 0
    [mail] = mails("feedback_digest")
    assert here.code in mail.text
    assert there.code not in mail.text
    assert here.title not in mail.text  # Nobody has released the words.


def test_a_follower_of_a_subject_hears_of_it_everywhere(city: City) -> None:
    confirmed(category="waste")
    city.submit()
    waste = city.submit(category="waste", place=UPHILL)
    services.tell_followers(at=TUESDAY)
    [mail] = mails("feedback_digest")
    assert waste.code in mail.text


def test_what_is_held_back_reaches_no_follower(city: City) -> None:
    confirmed()
    city.submit(category="conduct")
    assert services.tell_followers(at=TUESDAY) == 0


def test_stopping_forgets_the_address(city: City) -> None:
    row = confirmed()
    token = services.people.stop_url(row, at=MONDAY_9AM).rpartition("/")[2]
    services.unfollow(token=token, at=MONDAY_9AM)
    assert not Follow.objects.exists()
    with pytest.raises(services.LinkDoesNotOpen):
        services.unfollow(token=token, at=MONDAY_9AM)


def test_lost_links_are_sent_only_to_the_address_itself(city: City) -> None:
    made = submit(contact=DAN)
    assert services.recover(contact="dan@example.com", at=MONDAY_9AM) == 1
    assert services.recover(contact="else@example.com", at=MONDAY_9AM) == 0
    [mail] = mails("feedback_recover")
    assert mail.address == "dan@example.com"
    assert selectors.ticket_by_tracking(link_in(mail), at=MONDAY_9AM) == made.ticket
    # The code on paper opens as before.
    assert selectors.ticket_by_tracking(made.secret, at=MONDAY_9AM) == made.ticket


def test_who_wants_no_more_news_of_a_report_gets_none(city: City) -> None:
    ticket = city.assigned(contact=DAN)
    services.stop_news(ticket=ticket, at=MONDAY_9AM)
    services.resolve(ticket=ticket, text="Xong", by=city.lan, at=MONDAY_9AM)
    deliver()
    assert not mails()
    assert Ticket.objects.get(pk=ticket.pk).state == State.RESOLVED


def test_a_new_holiday_moves_the_day_of_an_answer_on_order_and_the_reporter_reads_it(
    city: City,
) -> None:
    ticket = city.assigned(contact=DAN)
    promised = ticket.due_at
    assert promised is not None
    workdays.set_day(
        day=TUESDAY.date(), kind=DayKind.OFF, label_vi="Nghỉ", label_en="Off",
        legal_basis="Thông báo 1", by="user:1", at=MONDAY_9AM,
    )  # fmt: skip
    deliver()
    assert fresh(ticket).due_at == promised
    clocks.recompute_open(at=MONDAY_9AM, by="user:1", reason="Thông báo 1")
    deliver()
    moved = fresh(ticket)
    assert moved.clock is not None
    assert moved.due_at == moved.clock.due_at
    assert moved.due_at is not None
    assert moved.due_at > promised
    assert "Lịch làm việc thay đổi" in mails()[-1].text


def test_news_by_sms_name_neither_the_reporter_nor_what_it_is_about(city: City) -> None:
    contact = Contact(name="Trần Thị Mẫu", phone="0901234567", by_sms=True)
    ticket = city.submit(text="Cống trước nhà tôi bị nghẹt", contact=contact)
    assert ticket.reachable
    services.tell_received(code=ticket.code, at=MONDAY_9AM)
    [notice] = mails("feedback_received")
    assert (notice.channel, notice.address) == ("sms", "0901234567")
    assert ticket.code in notice.text
    assert "Cống" not in notice.text
    assert "Mẫu" not in notice.text
    assert notice.text.endswith("/feedback/track")


def test_whoever_chose_sms_and_left_no_number_is_not_written_to(city: City) -> None:
    ticket = city.submit(contact=Contact(name="Mẫu", email="a@example.com", by_sms=True))
    assert not ticket.reachable
    assert not services.tell_received(code=ticket.code, at=MONDAY_9AM)
