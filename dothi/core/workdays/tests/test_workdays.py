"""The calendar is rows: seeded from the law, corrected by the office, read from memory."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from dothi.core.audit.models import Entry
from dothi.core.workdays import rules, selectors, services
from dothi.core.workdays.choices import Certainty, DayKind, Source
from dothi.core.workdays.models import CalendarDay
from dothi.lib import worktime

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _reads_anew() -> Iterator[None]:
    selectors.forget()
    yield
    selectors.forget()


@pytest.fixture
def seeded() -> None:
    services.seed(years=range(2024, 2028), at=NOW)


def close_on(day: date, reason: str = "QĐ 1") -> CalendarDay:
    return services.set_day(
        day=day,
        kind=DayKind.OFF,
        label_vi="Nghỉ mất điện",
        label_en="Power cut",
        legal_basis=reason,
        by="user:1",
        at=NOW,
    )


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_the_rows_give_the_working_days_of_a_year(year: int, days: int) -> None:
    first, last = date(year - 1, 12, 31), date(year, 12, 31)
    assert worktime.working_days_between(first, last, selectors.official_calendar()) == days


@pytest.mark.usefixtures("seeded")
def test_the_swap_that_the_library_misses_has_its_source() -> None:
    off, makeup = CalendarDay.objects.filter(source=Source.CORRECTION)
    assert (off.day, makeup.day) == (date(2026, 1, 2), date(2026, 1, 10))
    assert off.legal_basis == makeup.legal_basis == "VB 12729/VPCP-KGVX ngày 25/12/2025"
    calendar = selectors.official_calendar()
    assert not calendar.is_working_day(off.day)
    assert calendar.sessions_of(makeup.day) == worktime.OFFICE_DAY


@pytest.mark.usefixtures("seeded")
def test_the_days_before_tet_are_not_called_by_a_lunar_date() -> None:
    names = {row.label_vi for row in selectors.days_in(2025) if row.day.month in {1, 2}}
    assert names == {"Tết Dương lịch", "Nghỉ Tết Nguyên đán"}


@pytest.mark.usefixtures("seeded")
def test_what_the_government_has_yet_to_decide_is_an_estimate() -> None:
    guessed = CalendarDay.objects.filter(certainty=Certainty.ESTIMATED)
    assert {row.day.year for row in guessed} == {2027}
    assert {row.label_vi for row in guessed} == {"Nghỉ Tết Nguyên đán", "Nghỉ Quốc khánh"}
    assert guessed.filter(day__month=2).count() == 7


def test_no_swap_is_known_of_the_years_that_we_call_estimates() -> None:
    """When this fails the library has learnt a new year: check its days, move `KNOWN_UNTIL`."""
    later = rules.days_of(range(rules.KNOWN_UNTIL + 1, rules.KNOWN_UNTIL + 4))
    assert not [day for day in later if day.kind == DayKind.MAKEUP]


@pytest.mark.usefixtures("seeded")
def test_a_swap_names_the_other_day() -> None:
    rows = selectors.labels([date(2026, 8, 31), date(2026, 8, 22)])
    assert rows[date(2026, 8, 31)].label_vi == "Nghỉ hoán đổi, làm bù ngày 22/08/2026"
    assert rows[date(2026, 8, 22)].label_vi == "Làm bù cho ngày 31/08/2026"
    with translation.override("en"):
        assert rows[date(2026, 8, 22)].label == "Make-up day for 31/08/2026"


@pytest.mark.usefixtures("seeded")
def test_a_second_seed_adds_nothing_and_keeps_what_the_office_said() -> None:
    before = CalendarDay.objects.count()
    close_on(date(2027, 2, 4), "Thông báo 5")
    services.seed(years=range(2024, 2028), at=NOW)
    assert CalendarDay.objects.count() == before
    assert CalendarDay.objects.get(day=date(2027, 2, 4)).legal_basis == "Thông báo 5"


@pytest.mark.usefixtures("seeded")
def test_what_the_office_says_of_a_day_holds_at_once_and_is_on_record() -> None:
    day = date(2026, 3, 5)
    assert selectors.official_calendar().is_working_day(day)
    assert close_on(day).source == Source.OFFICE
    assert not selectors.official_calendar().is_working_day(day)
    entry = Entry.objects.get(act="workdays.set_day")
    assert (entry.actor, entry.reason, entry.subject) == ("user:1", "QĐ 1", f"workdays.day:{day}")


@pytest.mark.usefixtures("seeded")
def test_the_record_says_what_a_day_was_before() -> None:
    close_on(date(2026, 3, 5))
    services.set_day(
        day=date(2026, 3, 5), kind=DayKind.MAKEUP, label_vi="Làm bù", label_en="",
        legal_basis="QĐ 3", by="user:1", at=NOW,
    )  # fmt: skip
    said = Entry.objects.filter(act="workdays.set_day").order_by("id")
    assert [(one.details["was"], one.details["kind"]) for one in said] == [
        ("", "off"),
        ("off", "makeup"),
    ]


@pytest.mark.usefixtures("seeded")
def test_no_day_is_changed_without_the_decision_behind_it() -> None:
    with pytest.raises(services.NoBasis):
        close_on(date(2026, 3, 5), " ")
    with pytest.raises(services.NoBasis):
        services.clear_day(day=date(2026, 9, 2), by="user:1", at=NOW, reason="")
    assert CalendarDay.objects.get(day=date(2026, 9, 2)).kind == DayKind.OFF


@pytest.mark.usefixtures("seeded")
def test_a_day_becomes_ordinary_again() -> None:
    day = date(2026, 11, 24)
    assert services.clear_day(day=day, by="user:1", at=NOW, reason="QĐ 2")
    assert selectors.official_calendar().is_working_day(day)
    assert not services.clear_day(day=day, by="user:1", at=NOW, reason="QĐ 2")
    assert Entry.objects.filter(act="workdays.clear_day").count() == 1


@pytest.mark.usefixtures("seeded")
def test_new_office_hours_hold_from_their_day_on() -> None:
    winter = dict.fromkeys(range(6), ((time(8), time(12)),))
    services.set_hours(week=winter, valid_from=date(2026, 12, 1), by="user:1", at=NOW, reason="QĐ")
    calendar = selectors.official_calendar()
    assert calendar.closes(date(2026, 11, 30)) == time(17)
    assert calendar.closes(date(2026, 12, 1)) == time(12)
    assert calendar.is_working_day(date(2026, 12, 5))
    assert not calendar.is_working_day(date(2026, 11, 28))
    assert len(selectors.sessions_on(date(2026, 12, 1))) == 6


@pytest.mark.usefixtures("seeded")
def test_a_later_plan_of_hours_replaces_the_one_before() -> None:
    for closes in (time(15), time(16)):
        services.set_hours(
            week=dict.fromkeys(range(5), ((time(8), closes),)),
            valid_from=date(2026, 12, 1), by="user:1", at=NOW, reason="QĐ",
        )  # fmt: skip
    calendar = selectors.official_calendar()
    assert calendar.sessions_of(date(2026, 12, 1)) == ((time(8), time(16)),)
    assert calendar.closes(date(2026, 11, 30)) == time(17)


@pytest.mark.parametrize(
    "sessions",
    [
        ((time(8), time(12)), (time(11), time(15))),
        ((time(12), time(8)),),
        ((time(8), time(8)),),
        (),
    ],
)
def test_hours_that_make_no_sense_are_refused(sessions: tuple[worktime.Session, ...]) -> None:
    with pytest.raises(services.BadHours):
        services.set_hours(
            week={0: sessions}, valid_from=date(2026, 12, 1), by="user:1", at=NOW, reason="QĐ"
        )


@pytest.mark.usefixtures("seeded")
def test_the_calendar_is_kept_in_memory(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CALENDAR_CHECKED_EVERY = 60.0
    selectors.official_calendar()
    with django_assert_num_queries(0):
        assert selectors.official_calendar() is selectors.official_calendar()
        assert date(2026, 9, 2) in selectors.labels([date(2026, 9, 2)])
    settings.CALENDAR_CHECKED_EVERY = 0.0
    with django_assert_num_queries(1):
        selectors.official_calendar()


@pytest.mark.usefixtures("seeded")
def test_a_change_that_was_taken_back_leaves_nothing_in_memory() -> None:
    first, second = date(2026, 3, 5), date(2026, 3, 6)
    with transaction.atomic():
        close_on(first)
        assert not selectors.official_calendar().is_working_day(first)
        transaction.set_rollback(True)
    close_on(second)
    calendar = selectors.official_calendar()
    assert calendar.is_working_day(first)
    assert not calendar.is_working_day(second)
