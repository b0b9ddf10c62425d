"""A steward brings a dirty workbook in by hand, mends it and publishes; others stay outside."""

import io
import json
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.models import Aside, Delivery, Run
from dothi.datastore.ingestion.selectors import contract_of
from dothi.datastore.tables import selectors as tables
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = ["Mã cây", "Loài", "Chiều cao", "Ngày trồng"]
ROWS = [
    ["C-1", "Sao đen", "12,5", "17/02/2020"],
    ["C-2", "Dầu rái", "cao lắm", "17/02/2020"],
    ["C-3", "Lim xẹt", "8", "30/02/2021"],
    ["C-3", "Lim xẹt", "8", "01/03/2021"],
]


def trees() -> Contract:
    def field(name: str, head: str, type: Type, **more: Any) -> Field:
        return Field(name=name, head=head, type=type, title_vi=head, **more)

    return Contract(
        dataset="cay-xanh",
        version=1,
        fields=(
            field("tree", "Mã cây", Type.TEXT, required=True),
            field("species", "Loài", Type.TEXT),
            field("height", "Chiều cao", Type.NUMBER, notation="vietnamese"),
            field("planted_on", "Ngày trồng", Type.DATE, date_format="%d/%m/%Y"),
        ),
        key=("tree",),
    )


def workbook(rows: list[list[str]] = ROWS, heads: list[str] = HEADS) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [heads, *rows]:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("cây.xlsx", content.getvalue())


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def dataset(root: Unit) -> None:
    make_dataset(root, contract=trees())


@pytest.fixture
def steward(client: Client, root: Unit) -> Client:
    client.force_login(make_officer("quan", unit=root, role=Role.STEWARD))
    return client


def send(client: Client, file: SimpleUploadedFile) -> Run:
    answer = client.post("/desk/data/in/", {"dataset": "cay-xanh", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return Run.objects.get(code=answer["Location"].strip("/").rpartition("/")[2])


def read(run: Run) -> Run:
    """What the worker does."""
    return services.read(run, contract_of(run), at=clock.now())


def test_a_dirty_workbook_is_sent_mended_and_published(steward: Client, dataset: None) -> None:
    run = send(steward, workbook())
    assert "Chờ đọc" in steward.get(f"/desk/data/in/{run.code}/").content.decode()
    read(run)
    page = steward.get(f"/desk/data/in/{run.code}/").content.decode()
    assert "“Chiều cao” không phải số, ví dụ 1.234,5." in page
    assert "“Ngày trồng” không phải ngày, ví dụ 17/02/2026." in page

    lines = list(Aside.objects.filter(run=run).order_by("line").values_list("line", flat=True))
    assert lines == [3, 4]
    page = steward.get(f"/desk/data/in/{run.code}/lines/3").content.decode()
    assert "cao lắm" in page
    cells = {"tree": "C-2", "species": "Dầu rái", "height": "nine", "planted_on": "17/02/2020"}
    answer = steward.post(f"/desk/data/in/{run.code}/lines/3", cells)
    assert answer.status_code == 422
    answer = steward.post(f"/desk/data/in/{run.code}/lines/3", {**cells, "height": "9,5"})
    assert answer["Location"].endswith("/lines/4")

    answer = steward.post(
        f"/desk/data/in/{run.code}/lines/leave", {"line": "4", "leave-reason": "có dòng khác"}
    )
    assert answer.status_code == 302
    steward.post(f"/desk/data/in/{run.code}/take")
    page = steward.get(f"/desk/data/in/{run.code}/").content.decode()
    assert "Công bố sẽ thay đổi gì" in page
    steward.post(f"/desk/data/in/{run.code}/publish", {"comment": "lần đầu"})
    run.refresh_from_db()
    assert run.state == RunState.PUBLISHED
    version = tables.latest("cay-xanh")
    assert version is not None
    assert version.rows == 3


def test_one_wrong_word_is_corrected_in_all_lines_at_once(steward: Client, dataset: None) -> None:
    rows = [[f"C-{n}", "Sao đen", "không rõ", "17/02/2020"] for n in range(5)]
    run = read(send(steward, workbook(rows)))
    page = steward.get(f"/desk/data/in/{run.code}/lines/?fault=type:height").content.decode()
    assert "Sửa tất cả cùng lúc" in page
    form = {"fault": "type:height", "was": "không rõ", "becomes": ""}
    answer = steward.post(f"/desk/data/in/{run.code}/lines/put", form, follow=True)
    assert "Đã sửa 5 dòng." in answer.content.decode()
    steward.post(f"/desk/data/in/{run.code}/take")
    run.refresh_from_db()
    assert (run.taken, run.aside) == (5, 0)


def test_a_changed_file_is_refused_with_the_likely_mistake(steward: Client, dataset: None) -> None:
    services.publish(read(first := send(steward, workbook())), trees(), by="user:1", at=clock.now())
    run = send(steward, workbook(heads=["Mã cây", "Loài", "Chiều cao (m)", "Ghi chú"]))
    page = steward.get(f"/desk/data/in/{run.code}/").content.decode()
    assert "Thiếu cột “Chiều cao”. Có phải là cột “Chiều cao (m)” không?" in page
    assert "Thiếu cột “Ngày trồng”." in page
    assert "Hợp đồng không có cột “Ghi chú”." in page
    assert "Hợp đồng không có cột “Chiều cao (m)”." not in page
    assert "So với đợt gửi gần nhất đã được nhận" in page
    assert first.code in page
    assert "Không còn: Chiều cao, Ngày trồng." in page


def test_a_contract_is_proposed_from_a_file_which_is_then_read_without_being_sent_again(
    steward: Client, root: Unit
) -> None:
    make_dataset(root, publish=False, agree=False)
    heads = [*HEADS, "Họ tên người chăm"]
    rows = [[f"C-{n}", "Sao đen", "12,5", "17/02/2020", "Trần Văn Minh"] for n in range(30)]
    answer = steward.post("/desk/data/in/", {"dataset": "cay-xanh", "file": workbook(rows, heads)})
    delivery = Delivery.objects.get()
    assert answer["Location"] == f"/desk/data/in/files/{delivery.code}"
    page = steward.get(answer["Location"])
    assert "Sao đen" in page.content.decode()
    assert "Trần Văn Minh" not in page.content.decode()
    assert Look.objects.get().record == f"datastore.delivery:{delivery.code}"

    document = page.context["document"]
    table = steward.post("/desk/data/sets/cay-xanh/contract", {"document": document})
    assert "Họ tên người chăm" in table.content.decode()
    steward.post("/desk/data/sets/cay-xanh/contract/agree", {"document": document, "base": "0"})
    desk = steward.get("/desk/data/sets/cay-xanh/").content.decode()
    assert f"/desk/data/in/files/{delivery.code}/read" in desk
    steward.post(f"/desk/data/in/files/{delivery.code}/read")
    run = read(Run.objects.get(delivery=delivery))
    assert (run.state, run.taken, run.aside) == (RunState.CHECKED, 30, 0)


def test_a_new_proposal_carries_on_what_was_agreed(steward: Client, dataset: None) -> None:
    heads = ["Mã cây", "Loài", "Chiều cao (m)", "Ngày trồng", "Ghi chú"]
    run = send(steward, workbook([[*row, "x"] for row in ROWS], heads))
    page = steward.get(f"/desk/data/in/files/{run.delivery.code}")
    proposed = {
        one["name"]: one for one in json.loads(page.context["document"])["schema"][0]["properties"]
    }
    assert list(proposed) == ["tree", "species", "height", "planted_on", "ghi_chu"]
    assert proposed["tree"]["primaryKey"] is True
    assert proposed["height"]["logicalType"] == "number"


def test_the_same_file_leads_to_the_delivery_that_is_there(steward: Client, dataset: None) -> None:
    content = workbook()
    run = send(steward, content)
    content.seek(0)
    assert send(steward, content).pk == run.pk


def test_a_line_is_opened_in_the_log_of_looks(steward: Client, dataset: None) -> None:
    run = read(send(steward, workbook()))
    steward.get(f"/desk/data/in/{run.code}/lines/")
    assert not Look.objects.exists()
    steward.get(f"/desk/data/in/{run.code}/lines/3")
    assert Look.objects.get().record == f"datastore.run:{run.code}:3"


def test_given_up_it_can_be_sent_again(steward: Client, dataset: None) -> None:
    run = read(send(steward, workbook()))
    assert steward.post(f"/desk/data/in/{run.code}/give-up", {"reason": ""}).status_code == 422
    steward.post(f"/desk/data/in/{run.code}/give-up", {"reason": "nhầm quý"})
    run.refresh_from_db()
    assert run.state == RunState.DROPPED
    assert send(steward, workbook()).pk != run.pk


def test_while_it_is_read_the_page_asks_again(steward: Client, dataset: None) -> None:
    run = send(steward, workbook())
    part = steward.get(f"/desk/data/in/{run.code}/state")
    assert b"every 2s" in part.content
    assert "HX-Refresh" not in part
    read(run)
    assert steward.get(f"/desk/data/in/{run.code}/state")["HX-Refresh"] == "true"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_others_bring_nothing_in(
    client: Client, steward: Client, root: Unit, dataset: None, role: Role
) -> None:
    run = read(send(steward, workbook()))
    client.logout()
    client.force_login(make_officer("other", unit=root, role=role))
    doors = [
        ("get", ""), ("get", f"files/{run.delivery.code}"),
        ("post", f"files/{run.delivery.code}/read"), ("get", f"{run.code}/lines/3"),
        ("post", f"{run.code}/publish"),
        ("post", f"{run.code}/take"), ("post", f"{run.code}/give-up"),
        ("post", f"{run.code}/lines/put"), ("post", f"{run.code}/lines/leave"),
    ]  # fmt: skip
    for verb, path in doors:
        answer = getattr(client, verb)(
            f"/desk/data/in/{path}", {"reason": "x", "fault": "type:height"}
        )
        assert answer.status_code in (403, 404), (verb, path)
    run.refresh_from_db()
    assert run.state == RunState.CHECKED


def test_the_steward_of_another_ward_sees_nothing_of_it(
    client: Client, steward: Client, root: Unit, dataset: None
) -> None:
    run = read(send(steward, workbook()))
    client.logout()
    client.force_login(make_officer("other", unit=make_ward(under=root), role=Role.STEWARD))
    assert client.get(f"/desk/data/in/{run.code}/").status_code == 404
    assert run.code not in client.get("/desk/data/in/").content.decode()
