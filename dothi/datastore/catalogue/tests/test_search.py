"""Datasets are found by words without marks, by what they hold, by place and by day."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.datastore.catalogue import selectors, services
from dothi.datastore.catalogue.choices import Licence, Share, Theme
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.selectors import Filters
from dothi.datastore.catalogue.tests.factories import (
    MONDAY_9AM,
    field,
    make_dataset,
    make_steward,
    trees,
)
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
TODAY = MONDAY_9AM.date()
NOBODY = AnonymousUser()


def found(words: str = "", user: Any = NOBODY, on: date = TODAY, **filters: Any) -> list[str]:
    page = selectors.search(words, Filters(**filters), user, on=on)
    assert page.total == len(page.datasets)
    return [one.code for one in page.datasets]


@pytest.fixture
def lamps(unit: Unit) -> Dataset:
    contract = trees(
        dataset="den-duong",
        fields=(field("lamp", title_vi="Số trụ đèn", required=True, help_vi="Ghi trên thân trụ"),),
        key=("lamp",),
    )
    return make_dataset(
        unit, "den-duong", contract=contract, title="Đèn chiếu sáng công cộng", title_en="Lamps",
        description_vi="Trụ đèn trên từng tuyến đường.", keywords=("điện",),
        themes=(Theme.INFRASTRUCTURE, Theme.ENERGY), covers_from=date(2024, 1, 1),
        covers_to=date(2025, 1, 1), place=unit,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", ["cây xanh", "cay xanh", "CAY", "duong pho", "street", "chieu cao", "cong vien", "xan"]
)
def test_words_are_found_with_and_without_marks_and_unfinished(
    dataset: Dataset, lamps: Dataset, words: str
) -> None:
    assert found(words)[0] == "cay-xanh"


@pytest.mark.parametrize("words", ["so tru den", "than tru", "ha tang", "energy", "lam"])
def test_columns_topics_and_english_are_searched_too(
    dataset: Dataset, lamps: Dataset, words: str
) -> None:
    assert found(words) == ["den-duong"]


def test_a_title_stands_before_a_description(unit: Unit, dataset: Dataset) -> None:
    make_dataset(
        unit, "khac", title="Công viên", description_vi="Có nhiều cây xanh.", keywords=(),
        title_en="", contract=trees(dataset="khac"),
    )  # fmt: skip
    assert found("cay xanh") == ["cay-xanh", "khac"]


def test_a_misspelt_word_is_taken_for_the_one_most_like_it(
    dataset: Dataset, lamps: Dataset
) -> None:
    page = selectors.search("chieeu sang congg", Filters(), NOBODY, on=TODAY)
    assert [one.code for one in page.datasets] == ["den-duong"]
    assert page.meant == "chieu sang cong"


def test_what_is_like_nothing_finds_nothing(dataset: Dataset) -> None:
    assert found("zzzzzz") == []
    assert found("'); drop table & | ! :*") == []


def test_words_that_only_others_may_see_are_not_offered(unit: Unit, dataset: Dataset) -> None:
    make_dataset(
        unit, "kin", title="Tối mật", share=Share.CLOSED, contract=trees(dataset="kin"),
        keywords=("khongphobien",), title_en="", licence=Licence.NOT_OPEN,
    )  # fmt: skip
    page = selectors.search("khongphobienn", Filters(), NOBODY, on=TODAY)
    assert (page.datasets, page.meant) == ((), "")


def test_filters_narrow(unit: Unit, dataset: Dataset, lamps: Dataset) -> None:
    assert found(theme="energy") == ["den-duong"]
    assert found(keyword="công viên") == ["cay-xanh"]
    assert found(column="tru den") == ["den-duong"]
    assert found(column="ru den") == []
    assert set(found(unit=unit.code)) == {"cay-xanh", "den-duong"}
    assert found(unit="nothing") == []
    assert found(on=date(2024, 6, 1)) == found() == ["cay-xanh", "den-duong"]


def test_a_day_finds_what_covers_it() -> None:
    unit = make_unit("27238", "Phường Minh Phụng")
    make_dataset(unit, covers_from=date(2024, 1, 1), covers_to=date(2025, 1, 1))
    for day, codes in (("2024-01-01", ["cay-xanh"]), ("2025-01-01", []), ("2023-12-31", [])):
        page = selectors.search("", Filters(on=date.fromisoformat(day)), NOBODY, on=TODAY)
        assert [one.code for one in page.datasets] == codes


def test_a_place_finds_what_is_about_it_above_it_and_below_it(lamps: Dataset) -> None:
    ward = lamps.unit
    root = Unit.objects.create(code="Q11", name_vi="Quận", kind="area", valid_from=date(1976, 7, 1))
    Unit.objects.filter(pk=ward.pk).update(parent=root)
    other = make_unit("27241", "Phường Khác")
    quarter = make_unit("KP1", "Khu phố 1", parent=ward)
    for code in (ward.code, root.code, quarter.code):
        assert found(place=code) == ["den-duong"]
    assert found(place=other.code) == []
    assert found(place="nothing") == []


def test_who_sees_what(unit: Unit) -> None:
    """Open to everybody; shared ones to staff; closed ones and drafts to those who keep them."""
    for share in Share:
        make_dataset(unit, share.value, share=share, contract=trees(dataset=share.value))
    make_dataset(unit, "draft", publish=False, contract=trees(dataset="draft"))
    gone = make_dataset(unit, "gone", contract=trees(dataset="gone"))
    services.retire(dataset=gone, by="system", at=MONDAY_9AM, reason="Thay bằng bộ mới")
    other = make_unit("27241", "Phường Khác")
    shared = {"open", "default", "request"}
    seen = {
        "nobody": set(found()),
        "citizen": set(found(user=make_citizen())),
        "counter": set(found(user=make_officer("quay", unit=other, role=Role.COUNTER))),
        "other": set(found(user=make_steward(other, "steward.khac"))),
        "steward": set(found(user=make_steward(unit))),
        "auditor": set(found(user=make_officer("kiem", unit=unit, role=Role.AUDITOR))),
    }
    everything = {*shared, "closed", "draft", "gone"}
    assert seen == {
        "nobody": {"open"}, "citizen": {"open"}, "counter": shared, "other": shared,
        "steward": everything, "auditor": everything,
    }  # fmt: skip
    assert [one.code for one in selectors.open_datasets()] == ["open"]


def test_a_page_of_results_costs_few_questions(
    unit: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        make_dataset(unit, f"bo-{number}", contract=trees(dataset=f"bo-{number}"))
    with django_assert_num_queries(3):
        page = selectors.search("cay xanh", Filters(), NOBODY, on=TODAY, limit=10)
        assert [(one.unit.name, one.contract.number) for one in page.datasets if one.contract]
    assert (page.total, page.more) == (25, True)
    last = selectors.search("cay xanh", Filters(), NOBODY, on=TODAY, start=20, limit=10)
    assert (len(last.datasets), last.more) == (5, False)


def test_one_dataset_is_seen_by_its_code_by_whoever_sees_it_in_the_list(
    unit: Unit, dataset: Dataset
) -> None:
    made = {share: make_dataset(unit, f"lop-{share}", share=share, licence=Licence.NOT_OPEN)
            for share in (Share.DEFAULT, Share.REQUEST, Share.CLOSED)}  # fmt: skip
    people: list[Any] = [
        NOBODY, make_citizen(), make_officer("an", unit=unit, role=Role.SPECIALIST),
        make_officer("binh", unit=unit, role=Role.STEWARD),
    ]  # fmt: skip
    seen_by = []
    for person in people:
        listed = selectors.datasets_seen_by(person, on=TODAY)
        for one in [dataset, *made.values()]:
            found_one = selectors.dataset_seen_by(one.code, person, on=TODAY)
            assert (found_one == one) == listed.filter(code=one.code).exists(), (person, one.code)
            if found_one is not None:
                assert found_one.agreed == one.agreed
        seen_by.append(listed.count())
    assert len(set(seen_by)) > 2, "the people are not alike"
    services.retire(dataset=dataset, by="system", at=MONDAY_9AM, reason="Gộp lại.")
    assert selectors.dataset_seen_by(dataset.code, NOBODY, on=TODAY) is None, "at once"
    assert selectors.dataset_seen_by("khong-co", NOBODY, on=TODAY) is None
