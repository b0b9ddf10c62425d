"""A steward says where data come from, tries it, starts it; others stay outside."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sources.choices import Fault, State
from dothi.datastore.sources.models import Source
from dothi.datastore.sources.ports import Asked, NotFetched, RecordFile
from dothi.datastore.sources.tests.factories import AT, make_source, played, readings, work
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/desk/data/in/sources/"
SECRET = "khoa-rat-bi-mat-8841"
COMMON = {"title": "Trạm đo", "rhythm": "minutes", "every_minutes": "10", "publishing": "sound"}


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def steward(client: Client, root: Unit) -> Client:
    client.force_login(make_officer("quan", unit=root, role=Role.STEWARD))
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_a_folder_is_named_tried_started_and_seen(
    steward: Client, root: Unit, tmp_path: Path
) -> None:
    make_dataset(root, "muc-nuoc", title="Mực nước", contract=readings())
    folder = tmp_path / "drop" / "muc-nuoc"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("id,at,level\n1,2026-11-26 08:00,1.5\n", "utf-8")
    assert "Chưa có nguồn nào" in text(steward, LIST)
    assert "Thư mục trên máy này" in text(steward, f"{LIST}new/")
    answer = steward.post(f"{LIST}new/drop/", {**COMMON, "dataset": "muc-nuoc", "rhythm": "daily"})
    assert answer.status_code == 422, "every day, and not at which time"
    answer = steward.post(f"{LIST}new/drop/", {**COMMON, "dataset": "muc-nuoc"})
    source = Source.objects.get()
    page = answer["Location"]
    assert page == f"{LIST}{source.code}/"
    assert source.state == State.PAUSED
    answer = steward.post(f"{page}try")
    assert "Hiện không có gì mới" in answer.content.decode(), "it was written a moment ago"
    steward.post(f"{page}resume")
    work(source, at=clock.now() + timedelta(minutes=2))
    shown = text(steward, page)
    assert "Đã vào thành đợt gửi" in shown
    assert "a.csv" in shown
    assert "Đang hoạt động" in text(steward, LIST)


def three(asked: Asked, file: RecordFile) -> dict[str, Any]:
    for number in range(3):
        file.add({"id": number, "at": "2026-11-26T08:00:00+07:00", "level": "Nguyễn Văn Kín"})
    return {"last": 3}


def test_a_look_shows_the_first_rows_takes_nothing_and_is_written_down(
    steward: Client, root: Unit, settings: Any
) -> None:
    settings.DEMO = True  # Pages of a sample say so in their context, too.
    with played(three) as kind:
        source = make_source(root, kind=kind, start=False)
        page = text(steward, f"{LIST}{source.code}/")
        assert "Những bản ghi đầu tiên" not in page, "nobody asked"
        answer = steward.post(f"{LIST}{source.code}/try")
    assert "Các cột khớp với hợp đồng." in answer.content.decode()
    assert "Nguyễn Văn Kín" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Look.objects.get().record == f"datastore.source:{source.code}"
    source.refresh_from_db()
    assert (source.position, source.fetches.count()) == ({}, 0)


def test_a_look_says_why_nothing_comes(steward: Client, root: Unit) -> None:
    def refuses(asked: Asked, file: RecordFile) -> None:
        raise NotFetched(Fault.DENIED, host="may-chu.vn")

    with played(refuses) as kind:
        source = make_source(root, kind=kind, start=False)
        answer = steward.post(f"{LIST}{source.code}/try")
    assert "may-chu.vn từ chối." in answer.content.decode()


def test_a_secret_is_asked_for_and_never_shown_again(steward: Client, root: Unit) -> None:
    make_dataset(root, "muc-nuoc", title="Mực nước", contract=readings())
    with played(three) as kind:
        form = {**COMMON, "dataset": "muc-nuoc", "set_where": "ở đây", "set_token": SECRET}
        wrong = steward.post(f"{LIST}new/{kind}/", {**form, "title": ""})
        assert SECRET not in wrong.content.decode(), "nor after a fault in the form"
        steward.post(f"{LIST}new/{kind}/", form)
        source = Source.objects.get()
        page = f"{LIST}{source.code}/"
        assert SECRET not in text(steward, page) + text(steward, f"{page}change")
        assert "đã lưu, không hiển thị" in text(steward, page)
        steward.post(f"{page}change", {**COMMON, "title": "Trạm mới", "set_where": "ở kia"})
    source.refresh_from_db()
    assert (source.title, source.settings) == ("Trạm mới", {"where": "ở kia"})
    assert source.secrets.get(name="token").value == SECRET, "empty means: as it was"


def test_a_source_is_paused_started_and_wound_back(steward: Client, root: Unit) -> None:
    def one(asked: Asked, file: RecordFile) -> dict[str, Any]:
        file.add({"id": 1, "at": "2026-11-26T08:00:00+07:00", "level": 1.5})
        return {"last": 1}

    with played(one) as kind:
        source = make_source(root, kind=kind)
        page = f"{LIST}{source.code}/"
        work(source, at=AT)
        steward.post(f"{page}backfill", {"since": "2026-11-01"})
        source.refresh_from_db()
        assert source.position == {"since": "2026-11-01"}
        steward.post(f"{page}pause")
        answer = steward.post(f"{page}now", follow=True)
        assert "nguồn đang ở trạng thái khác" in answer.content.decode()
        steward.post(f"{page}resume")
    source.refresh_from_db()
    assert source.state == State.RUNNING


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_others_see_and_change_nothing(client: Client, root: Unit, role: Role) -> None:
    with played(three) as kind:
        source = make_source(root, kind=kind, start=False)
        client.force_login(make_officer("other", unit=root, role=role))
        own = f"{LIST}{source.code}/"
        for path in (LIST, f"{LIST}new/", f"{LIST}new/{kind}/", own, f"{own}change"):
            assert client.get(path).status_code == 403, path
        for verb in ("try", "now", "pause", "resume", "backfill", "change"):
            assert client.post(f"{own}{verb}", COMMON).status_code == 403, verb
    source.refresh_from_db()
    assert (source.state, source.fetches.count()) == (State.PAUSED, 0)


def test_the_steward_of_another_ward_sees_nothing_of_it(client: Client, root: Unit) -> None:
    with played(three) as kind:
        source = make_source(root, kind=kind, start=False)
        other = make_officer("other", unit=make_ward(under=root), role=Role.STEWARD)
        client.force_login(other)
        assert source.title not in text(client, LIST)
        for verb in ("", "change"):
            assert client.get(f"{LIST}{source.code}/{verb}").status_code == 404
        for verb in ("try", "now", "pause", "resume", "backfill"):
            assert client.post(f"{LIST}{source.code}/{verb}").status_code == 404


def test_the_list_asks_the_same_number_of_questions_however_long(
    steward: Client, root: Unit, django_assert_max_num_queries: Any
) -> None:
    with played(three) as kind:
        first = make_source(root, kind=kind, start=False)
        for _ in range(5):
            make_source(root, kind=kind, dataset=first.dataset, start=False)
        text(steward, LIST)
        with django_assert_max_num_queries(12):
            text(steward, LIST)
