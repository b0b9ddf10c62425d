"""The protected channel: two holders together, nobody alone, and no trace of who wrote."""

import base64
from datetime import datetime, timedelta

import pytest
from django.db import connection

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.core.crypto import sealed as boxes
from dothi.core.events.models import Record
from dothi.core.inbox.models import Duty
from dothi.feedback import selectors, services
from dothi.feedback.choices import Conduct, Seat
from dothi.feedback.models import Holder, SealedMessage, SealedReport
from dothi.feedback.services import Enrolled
from dothi.feedback.tests.factories import MONDAY, MONDAY_9AM, City, make_officer
from dothi.lib import codes

FIRST, SECOND, THIRD = "mua xuan tren song", "con duong co la me", "ngoi nha mau vang"
WORDS = "Ông A đòi tiền khi tôi nộp hồ sơ."
LATER = MONDAY_9AM + timedelta(days=3, hours=5, minutes=17)


@pytest.fixture(autouse=True)
def light_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as in the house, but with the smallest cost: these tests are not about its price."""
    monkeypatch.setattr("nacl.pwhash.argon2id.OPSLIMIT_MODERATE", 1)
    monkeypatch.setattr("nacl.pwhash.argon2id.MEMLIMIT_MODERATE", 8192)


class Seats:
    def __init__(self, city: City) -> None:
        self.oanh = make_officer("oanh", unit=city.root, role=Role.HOLDER)
        self.son = make_officer("son", unit=city.root, role=Role.HOLDER)
        self.first = enrol(self.oanh, Seat.FIRST, FIRST)
        self.second = enrol(self.son, Seat.SECOND, SECOND)

    def open(self, **changes: object) -> list[str]:
        wanted = {
            "report": SealedReport.objects.select_related("first", "second").get(),
            "first_passphrase": FIRST,
            "second_passphrase": SECOND,
            "by": self.oanh,
            "purpose": "Xem xét",
            "at": LATER,
            **changes,
        }
        return [message.text for message in services.open_sealed(**wanted)]  # type: ignore[arg-type]

    def reply(self, text: str, *, by: User | None = None, passphrase: str = SECOND) -> None:
        services.reply_sealed(
            report=SealedReport.objects.get(),
            text=text,
            passphrase=passphrase,
            by=by or self.son,
            at=LATER,
        )


def enrol(user: User, seat: Seat, passphrase: str) -> Enrolled:
    return services.enrol_holder(
        user=user, seat=seat, passphrase=passphrase, by=user, at=MONDAY_9AM
    )


@pytest.fixture
def seats(city: City) -> Seats:
    return Seats(city)


def report(at: datetime = MONDAY_9AM) -> str:
    return services.submit_sealed(text=WORDS, conduct=Conduct.CORRUPTION, at=at)


def test_both_holders_together_read_it(seats: Seats) -> None:
    report()
    assert seats.open() == [WORDS]


@pytest.mark.parametrize(
    "wrong", [{"first_passphrase": "khong phai cau nay"}, {"second_passphrase": FIRST}]
)
def test_one_passphrase_is_not_enough(seats: Seats, wrong: dict[str, str]) -> None:
    report()
    with pytest.raises(services.WrongPassphrase):
        seats.open(**wrong)


def test_the_try_is_logged_before_anything_opens(seats: Seats) -> None:
    report()
    with pytest.raises(services.WrongPassphrase):
        seats.open(first_passphrase="khong phai cau nay")
    [look] = Look.objects.all()
    assert (look.actor, look.purpose, look.fields) == (seats.oanh.actor, "Xem xét", ["first key"])


def test_each_step_of_an_opening_is_logged(seats: Seats) -> None:
    report()
    seats.open()
    assert [look.fields for look in Look.objects.order_by("id")] == [["first key"], ["text"]]


def test_the_administrator_cannot_even_try(seats: Seats, city: City) -> None:
    report()
    admin = make_officer("an", unit=city.root, role=Role.ADMINISTRATOR)
    with pytest.raises(services.NotYours):
        seats.open(by=admin)
    assert not selectors.sealed.sealed_seen_by(admin)
    assert selectors.sealed.sealed_seen_by(seats.son).count() == 1


def test_all_that_the_house_stores_opens_nothing(seats: Seats) -> None:
    """Whoever has the whole database and every key file has ciphertext and public keys."""
    report()
    message = SealedMessage.objects.get()
    stored = [
        *(bytes(holder.public) for holder in Holder.objects.all()),
        *(bytes(holder.locked or b"")[-32:] for holder in Holder.objects.all()),
        bytes(message.report.citizen_key),
        bytes.fromhex(message.report.code_hash),
    ]
    for key in stored:
        for box in (bytes(message.for_holders), bytes(message.for_citizen)):
            with pytest.raises(boxes.CannotOpen):
                boxes.open_one(box, private=key)
    assert WORDS.encode() not in bytes(message.for_holders) + bytes(message.for_citizen)


def test_nothing_tells_who_where_or_when_to_the_minute(seats: Seats) -> None:
    before = (Record.objects.count(), Entry.objects.count(), Duty.objects.count())
    report(at=LATER)
    assert (Record.objects.count(), Entry.objects.count(), Duty.objects.count()) == before
    row = {**SealedReport.objects.values().get(), **SealedMessage.objects.values().get()}
    assert not [value for value in row.values() if isinstance(value, datetime)]
    assert row["received_on"] == LATER.date()
    assert not {"address", "device", "account", "user_id"} & set(row)


@pytest.mark.django_db(transaction=True)
def test_every_hour_the_time_and_the_order_of_the_rows_are_blurred(city: City) -> None:
    """Transaction numbers, places in the table, and the same of long values kept apart."""
    Seats(city)
    for _ in range(8):
        report()

    def asked(query: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return [str(row[0]) for row in cursor.fetchall()]

    [toast] = asked(
        "select reltoastrelid::regclass from pg_class where relname = 'feedback_sealedmessage'"
    )
    tables = ("feedback_sealedreport", "feedback_sealedmessage", toast)

    def written() -> list[set[str]]:
        return [set(asked(f"select distinct xmin from {table}")) for table in tables]

    in_order = "select report_id from feedback_sealedmessage order by ctid"
    before, order_before = written(), asked(in_order)
    assert [len(numbers) for numbers in before] == [8, 8, 8]
    assert services.blur_sealed() == 16
    assert [len(numbers) for numbers in written()] == [1, 1, 1]
    assert asked(in_order) != order_before
    assert sorted(asked(in_order)) == sorted(order_before)


def test_the_holders_learn_by_night_that_something_waits(seats: Seats) -> None:
    report()
    services.tend_sealed(at=LATER)
    duties = Duty.objects.filter(kind="feedback.sealed")
    assert {duty.person_id for duty in duties} == {seats.oanh.pk, seats.son.pk}
    seats.reply("Đã nhận.")
    services.tend_sealed(at=LATER)
    assert not Duty.objects.filter(kind="feedback.sealed")


# --- Two ways ------------------------------------------------------------------------------------


def test_the_code_alone_opens_the_whole_exchange(seats: Seats) -> None:
    code = report()
    seats.reply("Việc xảy ra ngày nào?")
    services.citizen_adds_sealed(code=code.lower(), text="Thứ Hai tuần trước.", at=LATER)
    thread = services.citizen_sealed_thread(code=code.replace("-", " "))
    told = [WORDS, "Việc xảy ra ngày nào?", "Thứ Hai tuần trước."]
    assert [message.text for message in thread] == told
    assert [message.from_citizen for message in thread] == [True, False, True]
    assert seats.open() == told


def test_another_code_opens_nothing(seats: Seats) -> None:
    report()
    with pytest.raises(services.LinkDoesNotOpen):
        services.citizen_sealed_thread(code=codes.secret())


def test_a_settled_report_opens_again_when_its_writer_adds_to_it(seats: Seats) -> None:
    code = report()
    services.close_sealed(report=SealedReport.objects.get(), by=seats.son, at=LATER)
    assert SealedReport.objects.get().closed_on == LATER.date()
    services.citizen_adds_sealed(code=code, text="Lại xảy ra.", at=LATER)
    assert SealedReport.objects.get().closed_on is None


def test_only_a_holder_replies(seats: Seats, city: City) -> None:
    report()
    for officer in (city.lan, city.operator):
        with pytest.raises(services.NotYours):
            seats.reply("?", by=officer)


def test_who_took_over_a_holders_account_cannot_write_to_anybody(seats: Seats) -> None:
    report()
    with pytest.raises(services.WrongPassphrase):
        seats.reply("Anh tên gì?", passphrase="mat khau dang nhap")
    assert SealedMessage.objects.count() == 1


def test_no_subject_asks_for_opinions_or_beliefs() -> None:
    assert set(Conduct) == {"corruption", "abuse", "neglect", "bad_service"}


# --- Two steps -----------------------------------------------------------------------------------


def first_step(seats: Seats, at: datetime = LATER) -> str:
    return services.half_open_sealed(
        report=SealedReport.objects.get(), passphrase=FIRST, by=seats.oanh, purpose="Xem", at=at
    )


def second_step(seats: Seats, half: str, at: datetime = LATER, passphrase: str = SECOND) -> str:
    [message, *_rest] = services.open_half_sealed(
        report=SealedReport.objects.get(), half=half, passphrase=passphrase, by=seats.son, at=at
    )
    return message.text


def test_the_first_hands_the_second_no_passphrase_and_no_key(seats: Seats) -> None:
    report()
    half = first_step(seats)
    assert FIRST not in half
    assert WORDS not in half
    private = boxes.unlock(bytes(seats.first.holder.locked or b""), FIRST)
    assert private not in base64.urlsafe_b64decode(half.partition(".")[0] + "==")
    assert second_step(seats, half) == WORDS


def test_between_the_two_steps_is_one_sitting(seats: Seats) -> None:
    report()
    half = first_step(seats)
    with pytest.raises(services.LinkDoesNotOpen):
        second_step(seats, half, at=LATER + timedelta(minutes=11))
    with pytest.raises(services.LinkDoesNotOpen):
        second_step(seats, half[:-2] + "AA")


def test_the_second_step_needs_the_second_passphrase(seats: Seats) -> None:
    report()
    with pytest.raises(services.WrongPassphrase):
        second_step(seats, first_step(seats), passphrase=FIRST)


# --- Who changes what is stored ------------------------------------------------------------------


def test_a_message_that_was_put_elsewhere_does_not_open(seats: Seats) -> None:
    code = report()
    SealedMessage.objects.update(number=2)
    with pytest.raises(services.SealedChanged):
        seats.open()
    with pytest.raises(services.SealedChanged):
        services.citizen_sealed_thread(code=code)


def test_an_exchanged_key_of_a_writer_is_noticed_by_all(seats: Seats) -> None:
    """Who writes into the database could have answers sealed to themselves; nobody goes on then."""
    code = report()
    SealedReport.objects.update(citizen_key=boxes.key_from_code("0" * 26)[1])
    with pytest.raises(services.SealedChanged):
        services.citizen_adds_sealed(code=code, text="Thêm", at=LATER)
    with pytest.raises(services.SealedChanged):
        seats.open()


def test_an_exchanged_key_of_a_holder_is_noticed_at_the_next_opening(seats: Seats) -> None:
    report()
    other, _private = boxes.new_holder_key("khoa cua ke khac day")
    Holder.objects.filter(user=seats.son).update(public=other.public)
    with pytest.raises(services.KeysChanged):
        seats.open()


# --- Seats ---------------------------------------------------------------------------------------


def test_with_one_holder_the_channel_is_closed(city: City) -> None:
    oanh = make_officer("oanh", unit=city.root, role=Role.HOLDER)
    enrol(oanh, Seat.FIRST, FIRST)
    assert not selectors.sealed.channel_is_open(on=MONDAY)
    with pytest.raises(services.ChannelClosed):
        report()


def test_a_holder_enrols_in_person_and_has_the_post(city: City) -> None:
    oanh = make_officer("oanh", unit=city.root, role=Role.HOLDER)
    with pytest.raises(services.NotYours):
        services.enrol_holder(
            user=oanh, seat=Seat.FIRST, passphrase=FIRST, by=city.operator, at=MONDAY_9AM
        )
    with pytest.raises(services.NotYours):
        enrol(city.lan, Seat.FIRST, FIRST)


def test_nobody_sits_on_both_seats(seats: Seats) -> None:
    with pytest.raises(services.SeatTaken):
        enrol(seats.oanh, Seat.SECOND, THIRD)


@pytest.mark.parametrize("weak", ["ngan", "kkkkkkkkkkkkkkkk", "mat-khau-dang-nhap"])
def test_a_weak_passphrase_is_refused(city: City, weak: str) -> None:
    """Too short, too plain, or the password whose hash the house keeps."""
    oanh = make_officer("oanh", unit=city.root, role=Role.HOLDER)
    oanh.set_password("mat-khau-dang-nhap")
    with pytest.raises(services.WeakPassphrase):
        enrol(oanh, Seat.FIRST, weak)


def successor(city: City) -> User:
    nga = make_officer("nga", unit=city.root, role=Role.HOLDER)
    enrol(nga, Seat.FIRST, THIRD)
    return nga


def test_a_leaving_holder_hands_all_reports_over(seats: Seats, city: City) -> None:
    code = report()
    nga = successor(city)
    sealed_anew = services.hand_over_seat(
        seat=Seat.FIRST, leaving_secret=FIRST, staying_secret=SECOND, by=seats.son, at=LATER
    )
    assert sealed_anew == 1
    assert seats.open(first_passphrase=THIRD, by=nga) == [WORDS]
    with pytest.raises(services.WrongPassphrase):
        seats.open(first_passphrase=FIRST, by=nga)
    with pytest.raises(services.NotYours):
        seats.open(by=seats.oanh)
    gone = Holder.objects.get(user=seats.oanh)
    assert (gone.locked, gone.escrow) == (None, None)
    assert [message.text for message in services.citizen_sealed_thread(code=code)] == [WORDS]


def test_the_successor_reads_nothing_before_the_hand_over(seats: Seats, city: City) -> None:
    report()
    nga = successor(city)
    with pytest.raises(services.NotYours):
        seats.open(first_passphrase=THIRD, by=nga)


def test_who_left_without_a_word_is_replaced_with_the_code_on_paper(
    seats: Seats, city: City
) -> None:
    report()
    people.leave(user=seats.oanh, successor=None, on=MONDAY_9AM.date(), at=MONDAY_9AM, by="system")
    services.holder_left(user_id=seats.oanh.pk, at=MONDAY_9AM)
    with pytest.raises(services.ChannelClosed):
        report()
    nga = successor(city)
    services.hand_over_seat(
        seat=Seat.FIRST,
        leaving_secret=seats.first.recovery_code,
        staying_secret=SECOND,
        by=nga,
        at=LATER,
    )
    assert seats.open(first_passphrase=THIRD, by=nga) == [WORDS]
    report()


def test_the_code_on_paper_of_one_seat_opens_nothing_alone(seats: Seats, city: City) -> None:
    report()
    successor(city)
    with pytest.raises(services.WrongPassphrase):
        services.hand_over_seat(
            seat=Seat.FIRST,
            leaving_secret=seats.first.recovery_code,
            staying_secret=seats.first.recovery_code,
            by=seats.son,
            at=LATER,
        )


def test_a_hand_over_needs_a_successor_and_one_of_the_three(seats: Seats, city: City) -> None:
    with pytest.raises(services.SeatTaken):
        services.hand_over_seat(
            seat=Seat.FIRST, leaving_secret=FIRST, staying_secret=SECOND, by=seats.son, at=LATER
        )
    successor(city)
    with pytest.raises(services.NotYours):
        services.hand_over_seat(
            seat=Seat.FIRST, leaving_secret=FIRST, staying_secret=SECOND, by=city.lan, at=LATER
        )


def test_a_failed_hand_over_changes_nothing(seats: Seats, city: City) -> None:
    report()
    successor(city)
    with pytest.raises(services.WrongPassphrase):
        services.hand_over_seat(
            seat=Seat.FIRST, leaving_secret=FIRST, staying_secret="sai roi nhe ban oi",
            by=seats.son, at=LATER,
        )  # fmt: skip
    assert seats.open() == [WORDS]


def test_who_waits_by_mistake_waits_no_longer(seats: Seats, city: City) -> None:
    nga = successor(city)
    with pytest.raises(services.NotYours):
        services.withdraw_successor(seat=Seat.FIRST, by=city.leader, at=LATER)
    services.withdraw_successor(seat=Seat.FIRST, by=seats.son, at=LATER)
    gone = Holder.objects.get(user=nga)
    assert (gone.locked, gone.seated_at) == (None, None)
    with pytest.raises(services.SeatTaken):
        services.withdraw_successor(seat=Seat.FIRST, by=seats.son, at=LATER)


def test_a_holder_whose_post_is_over_takes_no_new_report(seats: Seats) -> None:
    for post in seats.oanh.posts.all():
        people.end_post(post=post, on=MONDAY, at=MONDAY_9AM, by="system")
    first, second = selectors.sealed.seats(on=MONDAY)
    assert (first.gone, second.gone) == (True, False)
    with pytest.raises(services.ChannelClosed):
        report(at=LATER)
