"""The figures and the book as pages and files."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, signed_in
from dothi.cases.models import Dossier
from dothi.cases.tests.factories import Office, at, make_officer
from dothi.core.access import selectors as access

pytestmark = pytest.mark.django_db
PAGES = (
    "/desk/cases/figures/",
    "/desk/cases/figures/list?figure=received",
    "/desk/cases/register/",
)
FILES = ("/desk/cases/figures/export.csv", "/desk/cases/figures/export.xlsx")
TAKE = "/desk/cases/register/take"


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at("10T09:00"), tick=False):
        yield


@pytest.fixture
def finished(office: Office) -> Dossier:
    return office.done(at=at("04T10:00"))


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_number_leads_to_the_dossiers_that_it_counts(
    office: Office, finished: Dossier, client: Client
) -> None:
    signed_in(client, office.officer)
    shown = page(client, "/desk/cases/figures/")
    assert "figure=early" in shown
    assert finished.code in page(client, "/desk/cases/figures/list?figure=early")
    assert finished.code not in page(client, "/desk/cases/figures/list?figure=late")
    missed = page(client, "/desk/cases/figures/list?figure=online&of=received")
    assert finished.code not in missed


def test_figures_of_other_days_and_by_unit(
    office: Office, finished: Dossier, client: Client
) -> None:
    signed_in(client, office.officer)
    before = page(client, "/desk/cases/figures/?since=2026-02-01&until=2026-02-28")
    assert "figure=early" not in before
    by_unit = page(client, "/en/desk/cases/figures/?by=unit&since=2026-03-01&until=2026-03-31")
    assert office.river.name_vi in by_unit
    wrong = page(client, "/en/desk/cases/figures/?since=2026-03-05&until=2026-03-01")
    assert "Please choose days in their order" in wrong


def test_who_sees_and_who_takes_files(office: Office, finished: Dossier, client: Client) -> None:
    steward = make_officer("tam", unit=office.river, role=Role.STEWARD)
    assert answers(client, office.leader, [*PAGES, *FILES]) == [200] * 5
    assert answers(client, office.officer, [*PAGES, *FILES]) == [200] * 3 + [403] * 2
    assert answers(client, steward, [*PAGES, *FILES]) == [403] * 5
    signed_in(client, office.officer)
    assert client.post(TAKE, {"purpose": "Báo cáo tháng"}).status_code == 403
    assert client.get("/desk/cases/figures/list?figure=nonsense").status_code == 404


def test_a_stranger_finds_nothing_of_another_unit(
    office: Office, finished: Dossier, client: Client
) -> None:
    signed_in(client, office.stranger)
    for path in PAGES:
        assert finished.code not in page(client, path)


def test_the_file_says_what_the_page_says(
    office: Office, finished: Dossier, client: Client
) -> None:
    signed_in(client, office.leader)
    answer: Any = client.get("/desk/cases/figures/export.xlsx")
    book: Any = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = book.active.iter_rows(values_only=True)
    early = head.index("Xong trước hạn")
    assert [row[early] for row in rows] == [1, 1]


def test_the_book_names_people_for_a_purpose_and_they_can_read_that(
    office: Office, finished: Dossier, client: Client
) -> None:
    signed_in(client, office.leader)
    assert "Trần Thị Mẫu" not in page(client, "/desk/cases/register/")
    refused = client.post(TAKE, {"purpose": " "})
    assert refused.status_code == 422
    assert not access.looks_at([finished.subject])
    taken: Any = client.post(TAKE, {"purpose": "Báo cáo tháng", "form": "csv"})
    lines = b"".join(taken.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert finished.code in lines[1]
    assert "Trần Thị Mẫu" in lines[1]
    (look,) = access.looks_at([finished.subject])
    assert look.purpose == "Báo cáo tháng"
    assert set(look.fields) == {"name", "address", "phone"}


def test_the_pages_ask_the_database_the_same_number_of_questions_whatever_is_there(
    office: Office, client: Client, django_assert_num_queries: Any
) -> None:
    signed_in(client, office.officer)
    office.received()
    for path in PAGES:
        page(client, path)
    for more in (0, 3):
        for _number in range(more):
            office.received()
        with django_assert_num_queries(9):
            page(client, PAGES[0])
        with django_assert_num_queries(8):
            page(client, PAGES[1])
        with django_assert_num_queries(7):
            page(client, PAGES[2])
