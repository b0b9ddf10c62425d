"""The house-keeping pages: who passes, what stands there, what is masked, what is logged."""

import re
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root, make_ward
from dothi.core.access import services as access
from dothi.core.audit import services as audit
from dothi.core.audit.models import Entry
from dothi.core.events import registry as events
from dothi.core.events import services as event_services
from dothi.core.events.choices import Fate
from dothi.core.events.models import DeadLetter, Record
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice
from dothi.core.workdays import services as workdays
from dothi.core.workdays.models import CalendarDay
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGES = ("", "events", "notices", "trail", "looks", "calendar", "units")
SEERS = {Role.ADMINISTRATOR, Role.AUDITOR}
DEEDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("events/1/retry", {}),
    ("events/1/drop", {"reason": "Đã làm bằng tay."}),
    ("notices/1/again", {}),
    ("calendar/set", {}),
    ("calendar/clear", {"day": "2026-01-01", "reason": "x"}),
    ("calendar/recompute", {"reason": "x"}),
)


class DoorSlammed(events.Event):
    """A door slammed, in a test."""

    name: ClassVar[str] = "test.door_slammed"
    number: int


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def admin(client: Client, root: Unit) -> User:
    user = make_officer("an", unit=root, role=Role.ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def letter() -> Generator[DeadLetter, None, None]:
    """An event that its handler could not take; now it could."""
    events.subscriptions["test.doors"] = events.Subscription(
        name="test.doors", handler=lambda event: None, names=frozenset({DoorSlammed.name}),
        from_start=True,
    )  # fmt: skip
    record = Record.objects.create(name=DoorSlammed.name, payload={"number": 7}, published_at=NOON)
    yield DeadLetter.objects.create(
        subscription="test.doors", record=record, error="builtins.ValueError",
        first_at=NOON, last_at=NOON,
    )  # fmt: skip
    del events.subscriptions["test.doors"]


def notice(state: State = State.FAILED, address: str = "lan@example.org") -> Notice:
    return Notice.objects.create(
        template="backup_failed", channel=Channel.EMAIL, address=address, address_hash="x",
        subject="Bí mật", text="Lời riêng", language="vi", dedupe=f"{state}{address}", state=state,
        error="SMTPConnectError", created_at=NOON, next_try_at=NOON,
    )  # fmt: skip


def text(client: Client, path: str) -> str:
    answer = client.get(f"/desk/house/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", Role)
def test_only_who_looks_after_the_house_sees_its_pages(
    client: Client, root: Unit, role: Role, path: str
) -> None:
    client.force_login(make_officer("x", unit=root, role=role))
    status = client.get(f"/desk/house/{path}").status_code
    assert status == (200 if role in SEERS else 403)


@pytest.mark.parametrize("path", PAGES)
def test_visitors_sign_in_and_citizens_stay_outside(client: Client, root: Unit, path: str) -> None:
    assert client.get(f"/desk/house/{path}").status_code == 302
    client.force_login(make_citizen())
    assert client.get(f"/desk/house/{path}").status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_of_a_ward_is_not_one_of_the_house(
    client: Client, root: Unit, path: str
) -> None:
    client.force_login(make_officer("x", unit=make_ward(under=root), role=Role.ADMINISTRATOR))
    assert client.get(f"/desk/house/{path}").status_code == 403


@pytest.mark.parametrize(("path", "values"), DEEDS, ids=[path for path, _ in DEEDS])
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_an_auditor_and_all_others_change_nothing(
    client: Client, root: Unit, role: Role, path: str, values: dict[str, str]
) -> None:
    client.force_login(make_officer("x", unit=root, role=role))
    before = Entry.objects.count()
    assert client.post(f"/desk/house/{path}", values).status_code == 403
    assert Entry.objects.count() == before


def test_an_auditor_is_told_so_and_sees_no_button(client: Client, root: Unit) -> None:
    client.force_login(make_officer("x", unit=root, role=Role.AUDITOR))
    notice()
    page = text(client, "notices")
    assert "không thay đổi gì" in page
    assert "Gửi lại" not in page


@pytest.mark.parametrize(("path", "values"), DEEDS, ids=[path for path, _ in DEEDS])
def test_deeds_are_not_done_by_a_link(
    client: Client, admin: User, path: str, values: dict[str, str]
) -> None:
    assert client.get(f"/desk/house/{path}").status_code == 405


# --- Events --------------------------------------------------------------------------------------


def test_a_dead_letter_is_shown_with_its_reason(
    client: Client, admin: User, letter: DeadLetter
) -> None:
    page = text(client, "events")
    for words in ("test.door_slammed", "test.doors", "builtins.ValueError", "number: 7"):
        assert words in page


def test_a_retry_hands_it_over_and_is_in_the_audit_trail(
    client: Client, admin: User, letter: DeadLetter
) -> None:
    client.post(f"/desk/house/events/{letter.pk}/retry")
    letter.refresh_from_db()
    assert letter.fate == Fate.TAKEN
    entry = Entry.objects.get(act="events.retry")
    assert (entry.actor, entry.details) == (admin.actor, {"taken": True})
    assert "test.door_slammed" in text(client, "events?fate=taken")


def test_a_retry_that_fails_keeps_it(client: Client, admin: User, letter: DeadLetter) -> None:
    def stubborn(event: object) -> None:
        raise KeyError("no")

    known = events.subscriptions["test.doors"]
    events.subscriptions["test.doors"] = events.Subscription(
        name=known.name, handler=stubborn, names=known.names, from_start=True
    )
    page = client.post(f"/desk/house/events/{letter.pk}/retry", follow=True).content.decode()
    letter.refresh_from_db()
    assert (letter.fate, letter.attempts, letter.error) == (Fate.OPEN, 2, "builtins.KeyError")
    assert "Vẫn chưa xử lý được" in page


def test_dropping_needs_a_reason(client: Client, admin: User, letter: DeadLetter) -> None:
    client.post(f"/desk/house/events/{letter.pk}/drop", {"reason": " "})
    letter.refresh_from_db()
    assert letter.fate == Fate.OPEN
    client.post(f"/desk/house/events/{letter.pk}/drop", {"reason": "Đã làm bằng tay."})
    letter.refresh_from_db()
    assert letter.fate == Fate.GIVEN_UP
    assert Entry.objects.get(act="events.give_up").reason == "Đã làm bằng tay."
    again = client.post(f"/desk/house/events/{letter.pk}/drop", {"reason": "x"})
    assert again.status_code == 404


# --- The outbox ----------------------------------------------------------------------------------


def test_addresses_are_masked_and_words_stay_closed(client: Client, admin: User) -> None:
    notice()
    page = text(client, "notices")
    assert "l•••@example.org" in page
    assert "SMTPConnectError" in page
    for words in ("lan@example.org", "Bí mật", "Lời riêng"):
        assert words not in page


def test_a_failed_message_is_sent_again_and_a_sent_one_is_not(client: Client, admin: User) -> None:
    failed, sent = notice(), notice(State.SENT)
    client.post(f"/desk/house/notices/{failed.pk}/again")
    client.post(f"/desk/house/notices/{sent.pk}/again")
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.state, sent.state) == (State.QUEUED, State.SENT)
    assert Entry.objects.get(act="notices.send_again").subject == f"notices.notice:{failed.pk}"


def test_the_outbox_is_narrowed_by_state(client: Client, admin: User) -> None:
    notice(address="bad@example.org")
    notice(State.SENT, "good@example.org")
    page = text(client, "notices?state=failed")
    assert "b•••@" in page
    assert "g•••@" not in page


# --- Audit and looks -----------------------------------------------------------------------------


def act(name: str, by: str, at: datetime = NOON, subject: str = "test.thing:1") -> None:
    audit.record(name, subject=subject, by=by, at=at, reason="Vì vậy")


def test_the_trail_is_searched_by_act_person_subject_and_day(client: Client, admin: User) -> None:
    act("test.open", admin.actor, NOON, "test.door:7")
    act("test.close", "user:999999", NOON + timedelta(days=3), "test.door:8")

    def found(query: str) -> tuple[bool, bool]:
        table = text(client, f"trail?{query}")
        return "test.open" in re.sub(r'value="[^"]*"', "", table), "test.close" in re.sub(
            r'value="[^"]*"', "", table
        )

    assert found("act=test.") == (True, True)
    assert found("act=test.open") == (True, False)
    assert found("act=test.&who=an") == (True, False)
    assert found("act=test.&who=user:999999") == (False, True)
    assert found("subject=test.door:8") == (False, True)
    assert found("act=test.&day=2026-03-02") == (True, False)


@pytest.mark.parametrize("query", ["day=yesterday", "below=-1", "below=abc", "who='--", "act=%00"])
def test_bad_filters_break_nothing(client: Client, admin: User, query: str) -> None:
    for page in ("trail", "looks", "notices", "events"):
        assert client.get(f"/desk/house/{page}?{query}").status_code == 200


def test_a_long_trail_is_read_page_by_page_and_loses_none(client: Client, admin: User) -> None:
    for number in range(60):
        act(f"test.many_{number:02}", "system")
    seen, url = set(), "/desk/house/trail?act=test."
    for _ in range(3):
        answer = client.get(url).content.decode()
        seen |= set(re.findall(r"test\.many_\d\d", answer))
        following = re.search(r'href="(\?[^"]*below=[^"]*)"', answer)
        if following is None:
            break
        url = "/desk/house/trail" + following[1].replace("&amp;", "&")
    assert len(seen) == 60


@pytest.mark.django_db(transaction=True)
def test_the_chain_is_checked_on_the_page(client: Client, admin: User, settings: Any) -> None:
    act("test.open", admin.actor)
    audit.seal()
    page = client.post("/desk/house/trail/verify").content.decode()
    assert "Chuỗi nguyên vẹn" in page
    audit.publish_head(at=NOON)
    assert "Đầu chuỗi theo ngày" in text(client, "trail")


def test_looks_say_who_what_and_what_for(client: Client, admin: User) -> None:
    access.opened(
        record="feedback.ticket:PA-1", by=admin.actor, at=NOON, purpose="Gọi lại cho dân",
        fields=["phone"], post="Chuyên viên, Phường 1",
    )  # fmt: skip
    page = text(client, "looks?record=feedback.ticket:PA-1&who=an")
    for words in ("an", "Gọi lại cho dân", "phone", "Chuyên viên, Phường 1"):
        assert words in page
    assert "Chưa ai mở" in text(client, "looks?who=nobody")


@pytest.mark.parametrize("path", ["trail", "looks", "notices", "events"])
def test_lists_ask_the_same_however_long_they_are(client: Client, admin: User, path: str) -> None:
    def fill(number: int) -> None:
        act(f"test.x{number}", admin.actor)
        notice(address=f"a{number}@example.org")
        access.opened(record=f"r:{number}", by=admin.actor, at=NOON, purpose="x", fields=["name"])
        row = Record.objects.create(name="test.x", payload={"n": number}, published_at=NOON)
        DeadLetter.objects.create(
            subscription="x", record=row, error="x", first_at=NOON, last_at=NOON
        )

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client, path)
        return len(queries)

    fill(0)
    text(client, path)
    few = asked()
    for number in range(1, 9):
        fill(number)
    assert asked() == few


# --- The calendar --------------------------------------------------------------------------------

DAY = {
    "day": "2026-01-10", "kind": "makeup", "label_vi": "Làm bù", "label_en": "Make-up day",
    "legal_basis": "Thông báo 6150/TB-BNV",
}  # fmt: skip


def test_a_day_is_set_with_its_decision_and_logged(client: Client, admin: User) -> None:
    answer = client.post("/desk/house/calendar/set", DAY)
    assert answer.status_code == 302
    row = CalendarDay.objects.get(day=date(2026, 1, 10))
    assert (row.kind, row.legal_basis) == ("makeup", "Thông báo 6150/TB-BNV")
    assert Entry.objects.get(act="workdays.set_day").actor == admin.actor
    assert "Thông báo 6150/TB-BNV" in text(client, "calendar?year=2026")


def test_a_day_without_a_decision_is_refused_and_nothing_typed_is_lost(
    client: Client, admin: User
) -> None:
    answer = client.post("/desk/house/calendar/set", {**DAY, "legal_basis": ""})
    assert answer.status_code == 422
    assert 'value="Làm bù"' in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_a_day_becomes_ordinary_again_with_a_reason(client: Client, admin: User) -> None:
    client.post("/desk/house/calendar/set", DAY)
    client.post("/desk/house/calendar/clear", {"day": "2026-01-10", "reason": ""})
    assert CalendarDay.objects.exists()
    client.post("/desk/house/calendar/clear", {"day": "2026-01-10", "reason": "Nhầm ngày"})
    assert not CalendarDay.objects.exists()
    assert Entry.objects.get(act="workdays.clear_day").reason == "Nhầm ngày"


def test_open_limits_move_only_by_an_explicit_act_with_a_reason(
    client: Client, admin: User
) -> None:
    client.post("/desk/house/calendar/recompute", {"reason": ""})
    assert not Entry.objects.filter(act="clocks.recompute").exists()
    client.post("/desk/house/calendar/recompute", {"reason": "Thông báo 6150"})
    assert Entry.objects.get(act="clocks.recompute").reason == "Thông báo 6150"


@pytest.mark.parametrize("year", ["1", "9999", "x", "-5", "99999999999999999999"])
def test_strange_years_lead_to_this_one(client: Client, admin: User, year: str) -> None:
    assert client.get(f"/desk/house/calendar?year={year}").status_code == 200


def test_the_law_gives_a_new_year_its_days(client: Client, admin: User) -> None:
    workdays.seed(years=[2026], at=NOON)
    page = text(client, "calendar?year=2026")
    assert "01/01/2026" in page
    assert "02/09/2026" in page


# --- Units and health ----------------------------------------------------------------------------


def test_units_are_shown_as_they_were_on_a_day(client: Client, admin: User, root: Unit) -> None:
    make_ward(under=root)  # In force since July 2025.
    assert "Phường 27238" in text(client, "units?on=2026-01-01")
    assert "Phường 27238" not in text(client, "units?on=2025-06-30")
    assert "Phường 27238" in text(client, "units?on=2026-02-30"), "no such day: today"


def test_the_health_page_names_what_is_missing_and_shows_no_key(
    client: Client, admin: User, settings: Any, tmp_path: Any
) -> None:
    settings.KEYS = tmp_path
    (tmp_path / "field-0001.key").write_text("deadbeef" * 8)
    page = text(client, "")
    assert "worker" in page, "no worker runs in a test"
    assert "field-0001.key" in page
    assert "deadbeef" not in page


def test_a_failed_backup_is_named(
    client: Client, admin: User, settings: Any, tmp_path: Any
) -> None:
    settings.VAR = tmp_path
    (tmp_path / "backup.json").write_text(
        '{"failed_at": "2026-03-02T02:00:00+07:00", "why": "the disk is full"}'
    )
    assert "the disk is full" in text(client, "")
    (tmp_path / "backup.json").write_text("half a fi")
    assert client.get("/desk/house/").status_code == 200


def test_what_was_given_up_is_not_tried_again(letter: DeadLetter) -> None:
    assert event_services.give_up(letter, at=NOON)
    assert not event_services.give_up(letter, at=NOON)
    assert not event_services.retry(letter, at=NOON)
