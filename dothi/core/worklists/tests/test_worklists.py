"""Filters that people keep, what stands in the address, and one verb for many."""

from dataclasses import dataclass

import pytest
from django.http import QueryDict

from dothi.core.verbs.refusals import BadText, Refused
from dothi.core.worklists import selectors, services
from dothi.core.worklists.http import Worklist, asked_for, tabs_of

LIST = Worklist(
    code="cases",
    title="Hồ sơ",
    many=str,
    columns={"state": "Trạng thái", "time": "Thời hạn", "with": "Người giữ"},
    narrowing=("q",),
)


def keep(name: str, *, worklist: str = "cases", person_id: int = 1, query: str = "q=a") -> None:
    services.save_filter(worklist=worklist, person_id=person_id, name=name, query=query)


def kept(worklist: str = "cases", person_id: int = 1) -> list[tuple[str, str]]:
    found = selectors.filters_of(worklist=worklist, person_id=person_id)
    return [(one.name, one.query) for one in found]


@pytest.mark.django_db
def test_a_name_may_stand_in_two_worklists_and_with_two_people() -> None:
    keep("Trễ")
    keep("Trễ", worklist="feedback", query="?q=b")
    keep("Trễ", person_id=2, query="q=c")
    keep(" Trễ ", query="q=d")
    assert kept() == [("Trễ", "q=d")]
    assert kept("feedback") == [("Trễ", "q=b")]
    assert kept(person_id=2) == [("Trễ", "q=c")]


@pytest.mark.django_db
def test_filters_of_others_and_of_other_lists_stay() -> None:
    keep("Trễ")
    pk = selectors.filters_of(worklist="cases", person_id=1)[0].pk
    services.forget_filter(worklist="cases", person_id=2, pk=pk)
    services.forget_filter(worklist="feedback", person_id=1, pk=pk)
    assert kept()
    services.forget_filter(worklist="cases", person_id=1, pk=pk)
    assert not kept()


@pytest.mark.django_db
def test_twenty_are_kept_and_each_has_a_name() -> None:
    for number in range(services.MOST_FILTERS):
        keep(f"Bộ lọc {number}")
    with pytest.raises(BadText):
        keep("Thêm nữa")
    keep("Bộ lọc 0", query="q=z")
    assert ("Bộ lọc 0", "q=z") in kept()
    with pytest.raises(BadText):
        keep("  ", person_id=2)


def test_the_address_is_kept_without_its_page_and_what_is_empty() -> None:
    asked = asked_for(QueryDict("q=&show=late&after=x&cols=time&cols=with"))
    assert asked.urlencode() == "show=late&cols=time&cols=with"


def test_columns_that_were_ticked_are_shown_or_all() -> None:
    shown = LIST.columns_of(QueryDict("cols=time&cols=nothing"))
    assert [name for name, one in shown.items() if one.shown] == ["time"]
    assert all(one.shown for one in LIST.columns_of(QueryDict()).values())


def test_the_tab_of_the_address_is_the_current_one() -> None:
    named = (("Mở", "", "", 3, ""), ("Trễ", "late", "", 0, "late"), ("Tôi", "", "mine", 1, "near"))
    tabs = tabs_of(named, QueryDict("whose=mine"))
    assert [(one.query, one.tone, one.current) for one in tabs] == [
        ("", "", False),
        ("show=late", "", False),
        ("whose=mine", "near", True),
    ]


@dataclass
class Matter:
    code: str


def test_one_refusal_stops_no_other() -> None:
    def verb(one: Matter) -> None:
        if one.code == "B":
            raise Refused("Đã đóng.")

    report = services.batch(verb, [Matter("A"), Matter("B"), Matter("C")])
    assert (report.done, report.failed) == (["A", "C"], [("B", "Đã đóng.")])
