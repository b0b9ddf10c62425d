"""What officers set: taken over from files, in force for a time, and read anew when it changes."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from dothi.accounts.choices import Role
from dothi.core.clocks.choices import TimeUnit
from dothi.feedback import selectors, services
from dothi.feedback.choices import Act, Duty, Parameter, Urgency
from dothi.feedback.models import Category, Route, Setting
from dothi.feedback.tests.factories import MONDAY, MONDAY_9AM, SOURCE, City, make_category
from dothi.units.tests.factories import load_demo_units

SAMPLE = Path(settings.BASE_DIR) / "demo" / "feedback"


@pytest.fixture
def sample(db: None) -> None:
    load_demo_units()
    services.load_catalogue(SAMPLE, at=MONDAY_9AM)


def test_the_sample_has_the_subjects_of_the_hotline(sample: None) -> None:
    found = selectors.catalogue.current().categories(on=MONDAY)
    assert len(found) >= 14
    assert all(row.name_vi and row.name_en and row.hotline_code for row in found)
    assert [row.order for row in found] == sorted(row.order for row in found)


def test_no_subject_asks_for_opinions_or_beliefs(sample: None) -> None:
    words = ("tôn giáo", "chính kiến", "tư tưởng", "religion", "belief", "opinion", "politic")
    for row in Category.objects.all():
        text = f"{row.code} {row.name_vi} {row.name_en} {row.help_vi} {row.help_en}".lower()
        assert not [word for word in words if word in text]


def test_loading_twice_changes_nothing(sample: None) -> None:
    before = (
        list(Category.objects.order_by("pk").values()),
        list(Route.objects.order_by("pk").values()),
    )
    services.load_catalogue(SAMPLE, at=MONDAY_9AM)
    assert (
        list(Category.objects.order_by("pk").values()),
        list(Route.objects.order_by("pk").values()),
    ) == before


def test_the_limits_of_the_hotline_are_data(sample: None) -> None:
    known = selectors.catalogue.current()
    other = known.by_code["other"].pk
    forward = known.limit(Duty.FORWARD, category_id=other, urgency=Urgency.NORMAL, on=MONDAY)
    answer = known.limit(Duty.ANSWER, category_id=other, urgency=Urgency.NORMAL, on=MONDAY)
    assert forward is not None
    assert answer is not None
    assert (forward.spec.amount, forward.spec.unit) == (5, TimeUnit.MINUTES)
    assert (answer.spec.amount, answer.spec.unit) == (5, TimeUnit.WORK_DAYS)
    assert "1478" in answer.spec.basis


def test_a_subject_may_have_its_own_limit(sample: None) -> None:
    known = selectors.catalogue.current()
    limit = known.limit(
        Duty.ANSWER,
        category_id=known.by_code["procedures"].pk,
        urgency=Urgency.NORMAL,
        on=MONDAY,
    )
    assert limit is not None
    assert limit.spec.amount == 15


def test_an_urgent_report_falls_back_on_the_normal_limit(sample: None) -> None:
    known = selectors.catalogue.current()
    limit = known.limit(
        Duty.FORWARD,
        category_id=known.by_code["road"].pk,
        urgency=Urgency.URGENT,
        on=MONDAY,
    )
    assert limit is not None
    assert limit.spec.amount == 5


def test_every_place_of_the_sample_leads_somewhere(sample: None) -> None:
    from dothi.units import selectors as units

    known = selectors.catalogue.current()
    [ward, *_] = units.ward_areas(MONDAY)
    for row in known.categories(on=MONDAY):
        route = known.route(category_id=row.pk, unit_id=ward.unit_id, channel="web", at=MONDAY_9AM)
        assert route is not None or row.code in {"education", "tourism", "other"}
        assert route is None or route.to_role in set(Role)


def test_words_to_answer_with_come_in_both_languages(sample: None) -> None:
    known = selectors.catalogue.current()
    rows = selectors.templates_for(act=Act.RESOLVE, category_id=known.by_code["waste"].pk)
    assert rows[0].code == "waste-removed"  # The subject's own words come first.
    assert all(row.body("vi") and row.body("en") for row in rows)


def test_a_figure_that_is_set_holds_from_its_day(city: City) -> None:
    services.set_parameter(
        parameter=Parameter.REOPEN_DAYS, value=10, valid_from=date(2026, 1, 1), source=SOURCE,
        by="system", at=MONDAY_9AM,
    )  # fmt: skip
    services.set_parameter(
        parameter=Parameter.REOPEN_DAYS, value=60, valid_from=date(2026, 4, 1), source=SOURCE,
        by="system", at=MONDAY_9AM,
    )  # fmt: skip
    known = selectors.catalogue.current()
    days = [
        known.parameter(Parameter.REOPEN_DAYS, on=on)
        for on in (date(2025, 12, 31), MONDAY, date(2026, 4, 1))
    ]
    assert days == [30, 10, 60]
    assert Setting.objects.get(value=10).valid_to == date(2026, 4, 1)


def test_a_change_is_seen_at_once(city: City) -> None:
    selectors.catalogue.current()
    make_category("new", "Mới")
    assert selectors.catalogue.current().category("new", on=MONDAY)


def test_a_subject_that_ended_is_not_offered(city: City) -> None:
    Category.objects.filter(code="waste").update(valid_to=MONDAY)
    services.catalogue.changed()
    assert not selectors.catalogue.current().category("waste", on=MONDAY)
    assert selectors.catalogue.current().category("waste", on=MONDAY - timedelta(days=1))


def test_a_file_that_cannot_be_read_says_which_line_and_takes_over_nothing(
    db: None, tmp_path: Path
) -> None:
    lines = (SAMPLE / "categories.csv").read_text("utf-8").splitlines()
    lines[2] = lines[2].replace(",20,", ",twenty,")
    (tmp_path / "categories.csv").write_text("\n".join(lines), "utf-8")
    with pytest.raises(services.CatalogueError, match=r"categories\.csv, line 3"):
        services.load_catalogue(tmp_path, at=MONDAY_9AM)
    assert not Category.objects.exists()
