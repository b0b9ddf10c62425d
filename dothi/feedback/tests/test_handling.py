"""What officers do with a report, and what each step leaves behind."""

from datetime import timedelta
from typing import Any

import pytest

from dothi.accounts.choices import Role
from dothi.core.clock import local
from dothi.core.clocks.choices import State as ClockState
from dothi.core.clocks.services import ExtensionRefused
from dothi.core.events.models import Record
from dothi.core.inbox import selectors as inbox
from dothi.core.inbox.models import Duty
from dothi.core.papers.models import Paper
from dothi.core.workdays.selectors import official_calendar
from dothi.core.worklists.services import batch
from dothi.feedback import selectors, services
from dothi.feedback.choices import Act, Danger, Law, Sender, State, Urgency, Visibility
from dothi.feedback.models import Move, Ticket
from dothi.feedback.tests.factories import (
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    make_partner,
    photo,
)
from dothi.lib import worktime
from dothi.lib.geo import Point

LATER = MONDAY_9AM + timedelta(hours=2)
TUESDAY = MONDAY_9AM + timedelta(days=1)


def told(name: str) -> list[dict[str, Any]]:
    return [row.payload for row in Record.objects.filter(name=f"feedback.{name}").order_by("id")]


def five_days_after(moment: Any) -> Any:
    return worktime.add_working_days(moment, 5, official_calendar())


# --- Accept, refuse, send on ---------------------------------------------------------------------


def test_accepting_may_show_the_words_to_everybody(city: City) -> None:
    ticket = city.submit(photos=[photo()])
    services.accept(ticket=ticket, by=city.operator, at=LATER, publish=True)
    face = selectors.public_ticket(ticket.code, at=LATER)
    assert face is not None
    assert face.title == "Cây đổ chắn đường"
    assert len(face.photos) == 1
    assert told("shown")[-1]["now"] == "public"


def test_sending_it_on_keeps_the_five_minutes(city: City) -> None:
    ticket = city.submit()
    clock = ticket.forward_clock
    assert clock is not None
    services.forward(ticket=ticket, unit=city.river, by=city.operator, at=MONDAY_9AM)
    clock.refresh_from_db()
    assert clock.state == ClockState.MET
    assert (ticket.handling_unit, ticket.state) == (city.river, State.FORWARDED)
    [duty] = inbox.open_for(pairs=[(city.river.code, Role.SPECIALIST)], person_id=None)
    assert duty.code == ticket.code


def test_the_first_unit_needs_no_reason_the_second_does(city: City) -> None:
    ticket = city.forwarded()
    with pytest.raises(services.ReasonNeeded):
        services.forward(ticket=ticket, unit=city.hill, by=city.lan, at=LATER)
    services.forward(
        ticket=ticket, unit=city.hill, by=city.lan, at=LATER, reason="Thuộc phường bên"
    )
    step = Move.objects.filter(ticket=ticket).last()
    assert step is not None
    assert (step.from_unit, step.to_unit) == (city.river.code, city.hill.code)
    assert step.reason == "Thuộc phường bên"


def test_handing_it_over_stops_no_clock_and_moves_no_place(city: City) -> None:
    ticket = city.assigned()
    due = ticket.due_at
    services.hand_over(ticket=ticket, unit=city.hill, by=city.lan, at=LATER, reason="Ranh giới")
    assert ticket.due_at == due
    assert ticket.handling_person is None
    assert ticket.unit == city.river


def test_assigning_puts_it_on_the_officers_own_table(city: City) -> None:
    ticket = city.forwarded()
    services.assign(ticket=ticket, to=city.lan, by=city.leader, at=LATER)
    assert ticket.state == State.IN_PROGRESS
    [duty] = inbox.open_for(pairs=[], person_id=city.lan.pk)
    assert duty.code == ticket.code
    assert not inbox.open_for(pairs=[(city.river.code, Role.SPECIALIST)], person_id=None)


def test_refusing_needs_a_reason_that_everybody_may_read(city: City) -> None:
    ticket = city.submit()
    with pytest.raises(services.ReasonNeeded):
        services.reject(ticket=ticket, reason="  ", by=city.operator, at=LATER)
    services.reject(ticket=ticket, reason="Ngoài địa bàn", by=city.operator, at=LATER)
    assert ticket.state == State.REJECTED
    assert ticket.closed_at == LATER
    assert not Duty.objects.exists()
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    steps = {step.act: step.words for step in selectors.public_timeline(ticket)}
    assert steps[Act.REJECT] == "Ngoài địa bàn"


def test_the_second_of_two_officers_is_told_what_is_so_now(city: City) -> None:
    ticket = city.assigned()
    seen_earlier = fresh(ticket)
    services.resolve(ticket=ticket, text="Xong", by=city.lan, at=LATER)
    with pytest.raises(services.TooLate) as lost:
        services.resolve(ticket=seen_earlier, text="Xong rồi", by=city.lan, at=LATER)
    assert lost.value.now == State.RESOLVED
    assert ticket.code in lost.value.message
    assert fresh(ticket).answer == "Xong"


def test_two_who_take_it_on_at_once_do_not_both_get_it(city: City) -> None:
    ticket = city.forwarded()
    seen_earlier = fresh(ticket)
    services.assign(ticket=ticket, to=city.lan, by=city.lan, at=LATER)
    with pytest.raises(services.TooLate):
        services.assign(ticket=seen_earlier, to=city.leader, by=city.leader, at=LATER)
    assert fresh(ticket).handling_person == city.lan


@pytest.mark.parametrize("act", ["assign", "accept", "forward"])
def test_what_is_settled_cannot_be_handled(city: City, act: str) -> None:
    ticket = city.resolved()
    arguments: dict[str, Any] = {"to": city.lan} if act == "assign" else {}
    with pytest.raises(services.NotAllowedNow):
        getattr(services, act)(ticket=ticket, by=city.lan, at=LATER, **arguments)


# --- Asking the reporter -------------------------------------------------------------------------


def test_the_clock_stands_still_while_the_reporter_is_asked(city: City) -> None:
    ticket = city.assigned()
    due = ticket.due_at
    services.ask_reporter(ticket=ticket, question="Số nhà mấy?", by=city.lan, at=MONDAY_9AM)
    assert ticket.state == State.NEEDS_INFO
    assert ticket.paused
    assert Duty.objects.get().paused
    services.answer_from_reporter(ticket=ticket, text="Số 12", at=TUESDAY)
    assert ticket.state == State.IN_PROGRESS
    assert not ticket.paused
    assert due is not None
    assert ticket.due_at is not None
    assert ticket.due_at > due
    assert fresh(ticket).due_at == ticket.due_at


def test_what_the_holder_of_the_secret_writes_answers_the_question(city: City) -> None:
    ticket = city.forwarded()
    services.ask_reporter(ticket=ticket, question="Ở đâu?", by=city.lan, at=MONDAY_9AM)
    services.citizen_says(ticket=ticket, text="Đầu hẻm 5", at=LATER)
    assert ticket.state == State.FORWARDED
    senders = [message.sender for message in selectors.messages_of(ticket)]
    assert senders == [Sender.STAFF, Sender.CITIZEN]


def test_a_word_that_nobody_asked_for_is_a_message(city: City) -> None:
    ticket = city.forwarded()
    services.citizen_says(ticket=ticket, text="Cảm ơn", at=LATER)
    assert ticket.state == State.FORWARDED
    assert told("spoken")[-1]["sender"] == "citizen"
    assert "Cảm ơn" not in str(told("spoken"))


def test_who_never_answers_has_the_report_closed(city: City) -> None:
    ticket = city.forwarded()
    services.ask_reporter(ticket=ticket, question="Ở đâu?", by=city.lan, at=MONDAY_9AM)
    assert services.sweep_unanswered(at=MONDAY_9AM + timedelta(days=9)) == 0
    assert services.sweep_unanswered(at=MONDAY_9AM + timedelta(days=11)) == 1
    assert fresh(ticket).state == State.LAPSED
    assert not Duty.objects.exists()


def test_words_with_the_reporter_are_for_nobody_else(city: City) -> None:
    ticket = city.forwarded()
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    services.say(ticket=ticket, text="Chúng tôi sẽ gọi.", by=city.lan, at=LATER)
    services.say(ticket=ticket, text="Đang cưa cây.", by=city.lan, at=LATER, public=True)
    assert [message.text for message in selectors.public_messages(ticket)] == ["Đang cưa cây."]


# --- Time ----------------------------------------------------------------------------------------


def test_who_is_not_done_shows_how_far_and_promises_a_day(city: City) -> None:
    ticket = city.assigned()
    assert ticket.due_at is not None
    until = local(ticket.due_at).date() + timedelta(days=3)
    services.progress_report(
        ticket=ticket, text="Chờ xe cẩu.", photos=[photo()], until=until, by=city.lan, at=LATER
    )
    assert ticket.due_at is not None
    assert local(ticket.due_at).date() >= until
    assert ticket.state == State.IN_PROGRESS
    assert Duty.objects.get().due_at == ticket.due_at


def test_a_promise_without_a_photo_is_not_taken(city: City) -> None:
    ticket = city.assigned()
    assert ticket.due_at is not None
    until = local(ticket.due_at).date() + timedelta(days=3)
    with pytest.raises(services.PhotoNeeded):
        services.progress_report(
            ticket=ticket, text="Chờ xe.", photos=[], until=until, by=city.lan, at=LATER
        )


def test_the_new_day_comes_after_the_old_one(city: City) -> None:
    ticket = city.assigned()
    with pytest.raises(services.NoSuchDay):
        services.progress_report(
            ticket=ticket,
            text="Chờ xe.",
            photos=[photo()],
            until=MONDAY_9AM.date(),
            by=city.lan,
            at=LATER,
        )


def test_a_promise_is_not_put_off_for_ever(city: City) -> None:
    ticket = city.assigned()

    def put_off(seed: int) -> None:
        assert ticket.due_at is not None
        until = local(ticket.due_at).date() + timedelta(days=1)
        services.progress_report(
            ticket=ticket, text="Chờ.", photos=[photo(seed)], until=until, by=city.lan, at=LATER
        )

    put_off(1)
    put_off(2)
    with pytest.raises(ExtensionRefused):
        put_off(3)


def test_danger_makes_it_urgent_from_now_on(city: City) -> None:
    ticket = city.assigned()
    services.mark_danger(ticket=ticket, number=Danger.FIRE, by=city.lan, at=LATER)
    assert (ticket.urgency, ticket.danger) == (Urgency.URGENT, "114")
    assert ticket.due_at == worktime.add_working_time(
        LATER, timedelta(hours=8), official_calendar()
    )
    assert ticket.state == State.IN_PROGRESS


def test_danger_never_gives_more_time(city: City) -> None:
    ticket = city.assigned()
    due = ticket.due_at
    late = MONDAY_9AM + timedelta(days=20)
    services.mark_danger(ticket=ticket, number=Danger.POLICE, by=city.lan, at=late)
    assert ticket.due_at == due


# --- Results -------------------------------------------------------------------------------------


def test_the_result_meets_the_clock_and_clears_the_table(city: City) -> None:
    ticket = city.assigned()
    services.resolve(ticket=ticket, text="Đã dọn cây.", by=city.lan, at=LATER, photos=[photo(2)])
    clock = fresh(ticket).clock
    assert clock is not None
    assert clock.state == ClockState.MET
    assert not Duty.objects.exists()
    assert told("answered")[-1]["on_time"] is True
    assert len(selectors.photos_of(ticket, part=selectors.RESULT)) == 1


def test_a_late_result_says_so(city: City) -> None:
    ticket = city.assigned()
    services.resolve(ticket=ticket, text="Xong.", by=city.lan, at=MONDAY_9AM + timedelta(days=30))
    assert told("answered")[-1]["on_time"] is False


def test_the_result_is_read_by_all_only_when_it_is_published(city: City) -> None:
    ticket = city.assigned()
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    services.resolve(ticket=ticket, text="Đã dọn.", by=city.lan, at=LATER, photos=[photo(3)])
    face = selectors.public_ticket(ticket.code, at=LATER)
    assert face is not None
    assert (face.text != "", face.answer, face.result_photos) == (True, "", ())
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    face = selectors.public_ticket(ticket.code, at=LATER)
    assert face is not None
    assert (face.answer, face.state) == ("Đã dọn.", State.PUBLISHED)
    assert len(face.result_photos) == 1


def test_what_is_held_back_is_gone_from_the_public_with_its_photos(city: City) -> None:
    ticket = city.submit(photos=[photo(4)])
    services.accept(ticket=ticket, by=city.operator, at=LATER, publish=True)
    services.hold_back(ticket=ticket, reason="Có tên người", by=city.operator, at=LATER)
    assert selectors.public_ticket(ticket.code, at=LATER) is None
    assert [file.public for file in selectors.photos_of(ticket)] == [False]
    assert ticket.state == State.ACCEPTED


def test_anybody_may_reopen_with_a_reason(city: City) -> None:
    ticket = city.resolved()
    with pytest.raises(services.ReasonNeeded):
        services.reopen(ticket=ticket, reason="", at=TUESDAY)
    services.reopen(ticket=ticket, reason="Cây vẫn còn", at=TUESDAY)
    assert ticket.state == State.REOPENED
    assert ticket.closed_at is None
    assert ticket.due_at == five_days_after(TUESDAY)
    assert Duty.objects.get().code == ticket.code
    services.assign(ticket=ticket, to=city.lan, by=city.lan, at=TUESDAY)
    services.resolve(ticket=ticket, text="Dọn lần hai.", by=city.lan, at=TUESDAY)
    assert ticket.reopened == 1


def test_the_days_for_reopening_end(city: City) -> None:
    ticket = city.resolved()
    with pytest.raises(services.WindowOver):
        services.reopen(ticket=ticket, reason="Còn", at=MONDAY_9AM + timedelta(days=31))


def test_the_public_does_not_reopen_for_ever(city: City) -> None:
    ticket = city.resolved()
    for _ in range(3):
        services.reopen(ticket=ticket, reason="Còn", at=TUESDAY)
        services.resolve(ticket=ticket, text="Dọn.", by=city.lan, at=TUESDAY)
    with pytest.raises(services.WindowOver):
        services.reopen(ticket=ticket, reason="Còn", at=TUESDAY)
    services.reopen(ticket=ticket, reason="Kiểm tra lại", at=TUESDAY, by=city.operator)


def test_the_reporter_rates_and_may_think_again(city: City) -> None:
    ticket = city.resolved()
    services.rate(ticket=ticket, stars=2, at=TUESDAY)
    services.rate(ticket=ticket, stars=4, at=TUESDAY, note="Nhanh hơn tôi nghĩ")
    assert fresh(ticket).rating == 4
    assert [row["stars"] for row in told("rated")] == [2, 4]


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_are_one_to_five(city: City, stars: int) -> None:
    with pytest.raises(services.BadText):
        services.rate(ticket=city.resolved(), stars=stars, at=TUESDAY)


def test_nothing_to_rate_before_the_result(city: City) -> None:
    with pytest.raises(services.NotAllowedNow):
        services.rate(ticket=city.assigned(), stars=5, at=TUESDAY)


def test_the_days_for_rating_end(city: City) -> None:
    with pytest.raises(services.WindowOver):
        services.rate(ticket=city.resolved(), stars=5, at=MONDAY_9AM + timedelta(days=31))


# --- Doubles -------------------------------------------------------------------------------------


def test_a_double_follows_the_other_report(city: City) -> None:
    one, other = city.assigned(), city.submit()
    services.me_too(ticket=other, person="x", at=MONDAY_9AM)
    services.merge(ticket=other, into=one, by=city.operator, at=LATER)
    assert other.state == State.DUPLICATE
    assert fresh(one).me_too == 2
    assert [duty.code for duty in Duty.objects.all()] == [one.code]
    assert told("merged")[-1] == {
        "code": other.code,
        "into": one.code,
        "unit_code": city.river.code,
        "category": "trees",
    }


def test_doubles_of_a_double_follow_along(city: City) -> None:
    one, two, three = city.submit(), city.submit(), city.submit()
    services.merge(ticket=three, into=two, by=city.operator, at=LATER)
    services.merge(ticket=fresh(two), into=one, by=city.operator, at=LATER)
    assert fresh(three).merged_into == one
    assert fresh(one).me_too == 2


def test_nothing_is_merged_into_itself_or_into_a_double(city: City) -> None:
    one, two, three = city.submit(), city.submit(), city.submit()
    with pytest.raises(services.NotTheSameThing):
        services.merge(ticket=one, into=fresh(one), by=city.operator, at=LATER)
    services.merge(ticket=two, into=one, by=city.operator, at=LATER)
    with pytest.raises(services.NotTheSameThing):
        services.merge(ticket=three, into=two, by=city.operator, at=LATER)


def test_reports_more_than_a_kilometre_apart_are_not_one_thing(city: City) -> None:
    with pytest.raises(services.NotTheSameThing):
        services.merge(
            ticket=city.submit(), into=city.submit(place=UPHILL), by=city.operator, at=LATER
        )


def test_what_was_something_else_after_all_goes_on_with_its_own_time(city: City) -> None:
    one, other = city.submit(), city.assigned()
    due = other.due_at
    services.merge(ticket=other, into=one, by=city.operator, at=LATER)
    services.unmerge(ticket=other, reason="Cây khác", by=city.operator, at=TUESDAY)
    assert other.state == State.IN_PROGRESS
    assert other.due_at == due
    assert fresh(one).me_too == 0
    assert Duty.objects.filter(code=other.code).exists()


# --- What is no feedback -------------------------------------------------------------------------


def test_a_denunciation_leaves_by_its_own_paper(city: City) -> None:
    ticket = city.forwarded()
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    paper = services.transfer_as_complaint(
        ticket=ticket,
        law=Law.DENUNCIATION,
        receiver="Thanh tra thành phố",
        reason="Tố cáo hành vi của cán bộ",
        by=city.operator,
        at=LATER,
    )
    assert Paper.objects.get().subject == ticket.subject
    assert paper.number.endswith("PC-UBND")
    assert (ticket.state, ticket.visibility) == (State.TRANSFERRED, Visibility.HELD)
    assert selectors.public_ticket(ticket.code, at=LATER) is None
    assert not Duty.objects.exists()
    for verb in (services.accept, services.publish):
        with pytest.raises(services.NotAllowedNow):
            verb(ticket=ticket, by=city.operator, at=LATER)


# --- Many at once --------------------------------------------------------------------------------


def test_one_refusal_stops_no_other_report_of_a_batch(city: City) -> None:
    good, settled = city.submit(), city.resolved()
    report = batch(
        lambda ticket: services.reject(
            ticket=ticket, reason="Trùng đợt kiểm tra", by=city.operator, at=LATER
        ),
        [good, settled],
    )
    assert report.done == [good.code]
    [(code, why)] = report.failed
    assert code == settled.code
    assert why


# --- Partners ------------------------------------------------------------------------------------


def at_partner(city: City) -> Ticket:
    ticket = city.submit()
    services.forward(
        ticket=ticket,
        unit=city.root,
        role=Role.DISPATCHER,
        partner=make_partner(),
        by=city.operator,
        at=MONDAY_9AM,
    )
    return ticket


def token_for(ticket: Ticket) -> str:
    task = services.current_task(ticket)
    assert task is not None
    return services.partner_link(task=task, at=MONDAY_9AM).rpartition("/")[2]


def test_a_partner_answers_by_link_without_an_account(city: City) -> None:
    ticket = at_partner(city)
    token = token_for(ticket)
    services.partner_answer(token=token, text="Đã thay ống.", at=TUESDAY, photos=[photo(5)])
    [task] = selectors.partner_tasks(ticket)
    assert (task.answer, task.done, task.ended_at) == ("Đã thay ống.", True, TUESDAY)
    assert task.clock is not None
    assert task.clock.state == ClockState.MET
    assert fresh(ticket).state == State.FORWARDED
    with pytest.raises(services.LinkDoesNotOpen):
        services.partner_answer(token=token, text="Nữa", at=TUESDAY)


def test_a_word_on_how_far_it_is_leaves_the_link_open(city: City) -> None:
    ticket = at_partner(city)
    token = token_for(ticket)
    services.partner_answer(token=token, text="Mai làm.", at=TUESDAY, done=False)
    services.partner_answer(token=token, text="Xong.", at=TUESDAY)
    texts = [message.text for message in selectors.messages_of(ticket)]
    assert texts == ["Mai làm.", "Xong."]


def test_the_link_expires(city: City) -> None:
    token = token_for(at_partner(city))
    with pytest.raises(services.LinkDoesNotOpen):
        services.read_partner_link(token=token, at=MONDAY_9AM + timedelta(days=8))


def test_a_link_that_was_changed_opens_nothing(city: City) -> None:
    token = token_for(at_partner(city))
    with pytest.raises(services.LinkDoesNotOpen):
        services.read_partner_link(token=token[:-2] + "xx", at=MONDAY_9AM)


def test_what_the_city_takes_back_is_no_longer_the_partners(city: City) -> None:
    ticket = at_partner(city)
    token = token_for(ticket)
    services.forward(
        ticket=ticket, unit=city.river, by=city.operator, at=TUESDAY, reason="Phường tự làm"
    )
    with pytest.raises(services.LinkDoesNotOpen):
        services.read_partner_link(token=token, at=TUESDAY)
    [task] = selectors.partner_tasks(ticket)
    assert task.clock is not None
    assert task.clock.state == ClockState.STOPPED


def test_the_partners_time_is_public(city: City) -> None:
    ticket = at_partner(city)
    face = selectors.public_ticket(ticket.code, at=MONDAY_9AM)
    assert face is not None
    assert face.partner_name == "Công ty nước"


def test_points_are_told_to_the_metre_only(city: City) -> None:
    ticket = city.submit(place=Point(106.650123456, 10.760123456))
    face = selectors.public_ticket(ticket.code, at=MONDAY_9AM)
    assert face is not None
    assert (face.lon, face.lat) == (106.65012, 10.76012)
