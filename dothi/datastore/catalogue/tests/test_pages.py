"""What readers find under /data/, and what a steward does at the desk, without a script."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import Licence, Share, State
from dothi.datastore.catalogue.models import ContractVersion, Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.tests.factories import (
    MONDAY_9AM,
    describe,
    field,
    make_dataset,
    make_steward,
    trees,
)
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
DESK = "/desk/data/sets/cay-xanh/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(steward: User) -> Client:
    return client_of(steward)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# --- For readers ---------------------------------------------------------------------------------


def test_a_citizen_finds_a_dataset_and_reads_what_it_holds(
    client: Client, dataset: Dataset
) -> None:
    found = text_of(client.get("/data/?q=cay+xanh"))
    assert "1 bộ dữ liệu" in found
    assert "Cây xanh đường phố" in found
    page = text_of(client.get("/data/cay-xanh"))
    for said in ("Loài cây", "Chiều cao", "(m)", "Môi trường", "Creative Commons Ghi công 4.0",
                 "Phường Minh Phụng", "Dữ liệu cá nhân cơ bản"):  # fmt: skip
        assert said in page
    assert "Street trees" in text_of(client.get("/en/data/cay-xanh"))


def test_a_misspelt_word_is_told(client: Client, dataset: Dataset) -> None:
    page = text_of(client.get("/data/?q=duongg+phoo"))
    assert "Không có kết quả cho “duongg phoo”. Đây là kết quả cho “duong pho”" in page


@pytest.mark.parametrize(
    "query", ["q=zzzz", "theme=health", "unit=x&on=bad", "page=99999", "q=%00", "on=2026-13-01"]
)
def test_no_question_breaks_the_search(client: Client, dataset: Dataset, query: str) -> None:
    assert client.get(f"/data/?{query}").status_code == 200


def test_an_empty_catalogue_says_so(client: Client) -> None:
    assert "Ở đây chưa có dữ liệu" in text_of(client.get("/data/"))


def test_what_is_not_open_does_not_exist_for_the_public(client: Client, unit: Unit) -> None:
    make_dataset(unit, share=Share.DEFAULT, licence=Licence.NOT_OPEN)
    assert client.get("/data/cay-xanh").status_code == 404
    assert client.get("/data/cay-xanh/contract.yaml").status_code == 404
    colleague = client_of(make_officer("quay", unit=unit, role=Role.COUNTER))
    assert colleague.get("/data/cay-xanh").status_code == 200


def test_the_contract_is_a_file_of_the_standard_and_older_ones_stay(
    client: Client, dataset: Dataset
) -> None:
    more = trees(fields=(*trees().fields, field("girth")))
    services.agree(dataset=dataset, contract=more, by="system", at=MONDAY_9AM)
    newest = client.get("/data/cay-xanh/contract.yaml")
    assert newest["Content-Type"].startswith("application/yaml")
    assert 'filename="cay-xanh-2.odcs.yaml"' in newest["Content-Disposition"]
    assert len(odcs.contract_of(odcs.load(newest.content.decode())).contract.fields) == 6
    first = client.get("/data/cay-xanh/contract.yaml?version=1").content.decode()
    assert odcs.contract_of(odcs.load(first)).contract == trees()
    assert client.get("/data/cay-xanh/contract.yaml?version=7").status_code == 404
    assert "Cột “girth” là cột mới" in text_of(client.get("/data/cay-xanh"))


def test_what_a_dataset_says_cannot_leave_the_facts_for_machines(
    client: Client, unit: Unit
) -> None:
    make_dataset(unit, title="</script><script>alert(1)</script>")
    page = client.get("/data/cay-xanh").content.decode()
    assert "<script>alert" not in page
    assert "\\u003c/script" in page


def test_a_page_of_results_costs_few_questions(
    client: Client, unit: Unit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_dataset(unit, f"bo-{number}", contract=trees(dataset=f"bo-{number}"))
    client.get("/data/?q=cay")
    with django_assert_max_num_queries(6):
        client.get("/data/?q=cay")
    client.get("/data/bo-3")
    # And whether a version was published, as two parts of the page ask; what is known of its way.
    with django_assert_max_num_queries(8):
        client.get("/data/bo-3")


def test_the_search_of_the_house_and_the_map_of_its_pages_know_the_data(
    client: Client, dataset: Dataset
) -> None:
    assert "Cây xanh đường phố" in text_of(client.get("/search?q=cay+xanh"))
    places = client.get("/sitemap-pages.xml").content.decode()
    assert "/data/cay-xanh" in places
    assert "/en/data/cay-xanh" in places


# --- For the steward -----------------------------------------------------------------------------

SEE = {Role.STEWARD, Role.LEADER, Role.AUDITOR}
DO = {Role.STEWARD}
DOORS = [
    ("get", "/desk/data/", SEE), ("get", DESK, SEE), ("get", "/desk/data/new", DO),
    ("get", "/desk/data/keys", DO), ("get", f"{DESK}describe", DO),
    ("get", f"{DESK}contract", DO), ("post", f"{DESK}contract", DO),
    ("post", f"{DESK}contract/file", DO), ("post", f"{DESK}contract/agree", DO),
    ("post", f"{DESK}retire", DO),
]  # fmt: skip


@pytest.mark.parametrize(("method", "door", "passes"), DOORS)
def test_each_door_opens_to_its_roles_only(
    unit: Unit, dataset: Dataset, method: str, door: str, passes: set[Role]
) -> None:
    for role in Role:
        client = client_of(make_officer(f"x-{role}", unit=unit, role=role))
        status = getattr(client, method)(door).status_code
        assert (status in {200, 302, 422}) == (role in passes), (role, status)
        assert status != 500
    assert getattr(client_of(make_citizen()), method)(door).status_code == 403


def test_a_steward_of_another_ward_finds_nothing_here(dataset: Dataset) -> None:
    other = client_of(make_steward(make_unit("27241", "Phường Khác"), "khac"))
    for method, door, _passes in DOORS:
        if "sets" in door:
            assert getattr(other, method)(door).status_code == 404, door
    assert "Cây xanh" not in text_of(other.get("/desk/data/"))


def description(**more: Any) -> dict[str, Any]:
    return {
        "code": "cay-moi", "title_vi": "Cây mới", "description_vi": "Cây mới trồng.",
        "unit": "27238", "steward_role": "steward", "themes": ["environment"], "keywords": "cây, ",
        "kind": "original", "share": "open", "licence": "cc-by", "rhythm": "yearly", **more,
    }  # fmt: skip


def test_a_steward_begins_a_dataset(desk: Client, unit: Unit) -> None:
    answer = desk.post("/desk/data/new", description(), follow=True)
    assert "Đã lập bộ dữ liệu" in text_of(answer)
    made = Dataset.objects.get(code="cay-moi")
    assert (made.state, made.keywords, made.unit) == (State.DRAFT, ["cây"], unit)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "Cây"}, "Chỉ gồm a-z, 0-9 và gạch nối ở giữa."),
        ({"code": "cay-xanh"}, "Đã có bộ dữ liệu khác mang mã này."),
        ({"licence": "other-closed"}, "Dữ liệu mở cần giấy phép mở."),
        ({"covers_from": "2026-01-02", "covers_to": "2026-01-01"}, "Ngày cuối nằm trước ngày đầu."),
        ({"unit": "elsewhere"}, "elsewhere"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    desk: Client, dataset: Dataset, change: dict[str, str], sentence: str
) -> None:
    answer = desk.post("/desk/data/new", description(**change))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert Dataset.objects.count() == 1


def test_a_description_is_changed_and_nothing_else_is_lost(desk: Client, dataset: Dataset) -> None:
    Dataset.objects.update(covers_from=date(2024, 1, 1))
    page = desk.get(f"{DESK}describe").content.decode()
    assert 'value="2024-01-01"' in page
    sent = description(title_vi="Cây xanh", covers_from="2024-01-01", rhythm="irregular")
    answer = desk.post(f"{DESK}describe", sent, follow=True)
    assert "Đã lưu." in text_of(answer)
    assert Dataset.objects.get().title_vi == "Cây xanh"
    assert "Không có gì thay đổi" in text_of(desk.post(f"{DESK}describe", sent, follow=True))


def contract_fields(page: Any) -> dict[str, Any]:
    table = page.context.get("table") if page.context else None
    found: dict[str, Any] = {}
    for form in [table.whole, *table.columns] if table is not None else []:
        for one in form:
            value = one.value()
            if value is True:
                found[one.html_name] = "on"
            elif value is not None and value is not False:
                found[one.html_name] = value
            else:
                found.pop(one.html_name, None)
    return found


def typed(page: Any, **more: Any) -> dict[str, Any]:
    """The contract form as it stands, with what somebody typed."""
    table = page.context["table"]
    management = {field.html_name: field.value() for field in table.columns.management_form}
    return {**management, **contract_fields(page), **more}


def test_a_contract_is_edited_looked_at_and_agreed(desk: Client, dataset: Dataset) -> None:
    page = desk.get(f"{DESK}contract")
    looked = desk.post(f"{DESK}contract", typed(page, **{"c-1-title_vi": "Loài", "c-2-unit": "cm"}))
    said = text_of(looked)
    assert "đây sẽ là phiên bản 2" in said
    assert "Cột “height”, đơn vị đo: m → cm." in said
    assert "người dùng dữ liệu phải điều chỉnh theo" in said
    assert ContractVersion.objects.count() == 1
    document = looked.context["form"].initial
    answer = desk.post(f"{DESK}contract/agree", {**document, "note": "Đo bằng cm"}, follow=True)
    assert "Đã chốt thành phiên bản 2." in text_of(answer)
    agreed = Dataset.objects.select_related("contract").get().agreed
    assert agreed is not None
    assert [one.unit for one in agreed.fields] == ["", "", "cm", "", ""]
    assert agreed.key == ("tree",)


def test_nothing_typed_is_lost_by_looking_at_the_contract(desk: Client, dataset: Dataset) -> None:
    """The table without a change is the contract without a change, whatever it holds."""
    looked = desk.post(f"{DESK}contract", typed(desk.get(f"{DESK}contract")))
    assert "Không có gì khác hợp đồng đang áp dụng." in text_of(looked)


def test_rows_are_added_taken_out_and_moved_without_a_script(
    desk: Client, dataset: Dataset
) -> None:
    page = desk.post(f"{DESK}contract", typed(desk.get(f"{DESK}contract"), then="add"))
    assert len(page.context["table"].columns.forms) == 8
    assert not page.context["wrong"]
    sent = typed(page, **{
        "c-5-name": "girth", "c-5-title_vi": "Chu vi", "c-5-type": "number", "c-5-ORDER": "1",
        "c-4-DELETE": "on",
    })  # fmt: skip
    looked = desk.post(f"{DESK}contract", sent)
    assert looked.status_code == 200, looked.context["table"].columns.errors
    assert [one.name for one in looked.context["columns"]] == [
        "tree", "girth", "kind", "height", "planted_on",
    ]  # fmt: skip


def test_a_fault_stands_beside_the_column_that_it_is_about(desk: Client, dataset: Dataset) -> None:
    page = desk.get(f"{DESK}contract")
    sent = typed(page, **{"c-1-name": "Loài Cây", "c-2-pattern": "x", "compares": "a ~ b"})
    answer = desk.post(f"{DESK}contract", sent)
    assert answer.status_code == 422
    assert "“a ~ b” không phải quy tắc" in text_of(answer)
    answer = desk.post(f"{DESK}contract", {**sent, "compares": ""})
    rows = answer.context["table"].columns.forms
    assert list(rows[1].errors) == ["name"]
    assert list(rows[2].errors) == ["pattern"]
    assert "Loài Cây" in answer.content.decode()


def test_the_first_contract_begins_with_an_empty_row(desk: Client, unit: Unit) -> None:
    services.create(code="cay-xanh", unit=unit, description=describe(), by="x", at=MONDAY_9AM)
    page = desk.get(f"{DESK}contract")
    sent = typed(page, **{"c-0-name": "tree", "c-0-title_vi": "Mã cây", "c-0-type": "text"})
    looked = desk.post(f"{DESK}contract", sent)
    assert "hợp đồng đầu tiên" in text_of(looked)
    back = desk.post(f"{DESK}contract", {"document": looked.context["form"].initial["document"]})
    assert back.context["table"].columns.forms[0]["name"].value() == "tree"


def upload(text: str | bytes) -> dict[str, Any]:
    content = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile("x.yaml", content)}


def test_a_contract_comes_from_a_file(desk: Client, dataset: Dataset) -> None:
    document = odcs.document(trees(purpose="Chăm sóc cây")) | {"tenant": "Quận"}
    looked = desk.post(f"{DESK}contract/file", upload(odcs.dump(document)))
    said = text_of(looked)
    assert "Mục đích sử dụng dữ liệu cá nhân: không có → Chăm sóc cây." in said
    assert "tenant" in said
    desk.post(f"{DESK}contract/agree", looked.context["form"].initial)
    assert ContractVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "Đây không phải YAML hoặc JSON đọc được."),
        ("kind: Other", "apiVersion: Thiếu phần này"),
        (b"\xff\xfe\x00", "bảng mã UTF-8"),
        (odcs.dump(odcs.document(trees(key=("none",)))), "Khóa nêu một cột không có."),
    ],
)
def test_a_file_that_is_no_contract_changes_nothing(
    desk: Client, dataset: Dataset, text: str | bytes, sentence: str
) -> None:
    answer = desk.post(f"{DESK}contract/file", upload(text))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert ContractVersion.objects.count() == 1


def test_who_agrees_too_late_is_told(desk: Client, dataset: Dataset) -> None:
    looked = desk.post(f"{DESK}contract", typed(desk.get(f"{DESK}contract"), **{"c-2-unit": "cm"}))
    services.agree(dataset=dataset, contract=trees(purpose="x"), by="x", at=MONDAY_9AM)
    answer = desk.post(f"{DESK}contract/agree", looked.context["form"].initial, follow=True)
    assert "Trong lúc đó có người đã chốt phiên bản 2" in text_of(answer)
    assert ContractVersion.objects.count() == 2


def test_what_comes_with_the_program_is_not_edited_at_the_desk(
    desk: Client, dataset: Dataset
) -> None:
    Dataset.objects.update(registered=True)
    assert desk.get(f"{DESK}contract").status_code == 403
    assert "đi kèm chương trình" in text_of(desk.get(DESK))


def test_a_dataset_is_published_and_taken_back_at_the_desk(desk: Client, unit: Unit) -> None:
    make_dataset(unit, publish=False)
    assert "Đã công bố. Người đọc" in text_of(desk.post(f"{DESK}publish", follow=True))
    assert desk.post(f"{DESK}publish").status_code == 403
    nothing = desk.post(f"{DESK}retire", {"reason": ""}, follow=True)
    assert Dataset.objects.get().state == State.PUBLISHED
    assert nothing.status_code == 200
    desk.post(f"{DESK}retire", {"reason": "Thay bằng bộ mới"})
    assert Dataset.objects.get().state == State.RETIRED


def test_a_key_is_shown_once_and_ended(desk: Client, steward: User) -> None:
    made = desk.post("/desk/data/keys", {"name": "Máy thu thập"})
    key = made.context["fresh"]
    assert key in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    again = desk.get("/desk/data/keys")
    assert key not in again.content.decode()
    pk = again.context["rows"][0]["pk"]
    assert "không còn hiệu lực" in text_of(desk.post("/desk/data/keys", {"end": pk}, follow=True))
