"""Versions: drafted, published by somebody else, never changed; and how they are found."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from dothi.core.audit.models import Entry
from dothi.core.events.models import Record
from dothi.procedures import selectors, services
from dothi.procedures.choices import Channel, Fault, State
from dothi.procedures.models import Area, Version
from dothi.procedures.tests.documents import birth, words

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture(autouse=True)
def areas() -> None:
    Area.objects.create(code="civil_status", name_vi="Hộ tịch", name_en="Civil status", order=1)
    Area.objects.create(code="business", name_vi="Kinh doanh", name_en="Business", order=2)


def published(valid_from: date = TODAY, **changes: Any) -> Version:
    version = services.draft(document=birth(**changes), by="user:1", at=AT)
    return services.publish(version=version, valid_from=valid_from, by="user:2", at=AT)


SHOP: dict[str, Any] = {
    "code": "1.001612", "area": "business",
    "name": words("Đăng ký thành lập hộ kinh doanh", "Registration of a business household"),
    "occasions": [words("mở quán", "open a shop"), words("bán hàng tại nhà", "sell from home")],
}  # fmt: skip


def test_a_version_holds_from_its_day_until_the_next_one() -> None:
    first = published()
    second = published(valid_from=TOMORROW, occasions=[words("có con", "have a child")])
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (TOMORROW, None)
    assert selectors.version_of("1.001193", on=TODAY) == first
    assert selectors.version_of("1.001193", on=TOMORROW) == second
    assert selectors.version_of("1.001193", on=TODAY - timedelta(1)) is None


def test_what_was_published_never_changes() -> None:
    version = published()
    changes: list[dict[str, Any]] = [
        {"definition": {}}, {"state": State.DRAFT}, {"valid_from": TOMORROW}
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
        version.delete()


def test_who_wrote_a_version_does_not_publish_it() -> None:
    version = services.draft(document=birth(), by="user:1", at=AT)
    with pytest.raises(services.FourEyes):
        services.publish(version=version, valid_from=TODAY, by="user:1", at=AT)


def test_a_version_with_faults_is_not_published_and_every_fault_is_named() -> None:
    version = services.draft(document=birth(sequence=None, steps=[]), by="user:1", at=AT)
    with pytest.raises(services.Flawed) as refused:
        services.publish(version=version, valid_from=TODAY, by="user:2", at=AT)
    faults = {flaw.fault for flaw in refused.value.flaws}
    assert faults == {Fault.PART_MISSING, Fault.NO_STEPS}


def test_a_draft_that_was_changed_meanwhile_is_neither_overwritten_nor_published() -> None:
    seen = services.draft(document=birth(), by="user:1", at=AT)
    later = AT + timedelta(minutes=1)
    services.draft(document=birth(occasions=[]), by="user:3", at=later)
    with pytest.raises(services.AnotherWasFaster):
        services.draft(document=birth(), by="user:1", at=later, read_at=seen.changed_at)
    with pytest.raises(services.AnotherWasFaster):
        services.publish(version=seen, valid_from=TODAY, by="user:2", at=later)


def test_nobody_publishes_back_in_time() -> None:
    published()
    version = services.draft(document=birth(), by="user:1", at=AT)
    with pytest.raises(services.NotThen):
        services.publish(version=version, valid_from=TODAY, by="user:2", at=AT)


def test_a_procedure_ends_and_its_versions_stay() -> None:
    version = published()
    services.end(code="1.001193", valid_to=TOMORROW, reason="Bãi bỏ", by="user:2", at=AT)
    assert selectors.version_of("1.001193", on=TODAY) == version
    assert selectors.version_of("1.001193", on=TOMORROW) is None
    with pytest.raises(services.NotThen):
        services.end(code="1.001193", valid_to=TOMORROW, reason="Bãi bỏ", by="user:2", at=AT)


def test_a_document_of_another_form_is_refused_with_the_place() -> None:
    with pytest.raises(services.NotADefinition) as refused:
        services.draft(document=birth(channel="fax", colour="red"), by="user:1", at=AT)
    assert {where for where, _ in refused.value.places} == {"channel", "colour"}
    with pytest.raises(services.UnknownArea):
        services.draft(document=birth(area="magic"), by="user:1", at=AT)


def test_what_was_done_stands_in_the_audit_trail_and_the_log() -> None:
    published()
    assert list(Entry.objects.order_by("id").values_list("act", flat=True)) == [
        "procedures.draft", "procedures.publish"
    ]  # fmt: skip
    assert Record.objects.filter(name="procedures.published").count() == 1


# --- Search --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("sinh con", "1.001193"),
        ("SINH CON", "1.001193"),
        ("mở quán", "1.001612"),
        ("mo quan", "1.001612"),
        ("mở quá", "1.001612"),  # Unfinished.
        ("open a shop", "1.001612"),
        ("hộ kinh doanh", "1.001612"),
        ("khai snih", "1.001193"),
        ("kai sihn", "1.001193"),
        ("mở qaun", "1.001612"),
        ("bussines household", "1.001612"),
        ("1.001193", "1.001193"),
        ("giấy chứng sinh", "1.001193"),
    ],
)
def test_a_procedure_is_found_by_what_happened_in_spite_of_slips(asked: str, code: str) -> None:
    published()
    published(**SHOP)
    found = selectors.search(asked, on=TODAY).versions
    assert [version.procedure.code for version in found][:1] == [code]


COPY: dict[str, Any] = {
    "code": "2.000635",
    "name": {"vi": "Cấp bản sao trích lục hộ tịch", "en": "Copies of civil status extracts"},
    "occasions": [
        {"vi": "mất giấy khai sinh", "en": "lost a birth certificate"},
        {"vi": "xin bản sao khai sinh", "en": "copy of a birth certificate"},
    ],
}


@pytest.mark.parametrize("asked", ["khai sinh", "khai snih", "kai sinh", "khai si"])
def test_what_is_called_as_asked_comes_before_what_only_speaks_of_it(asked: str) -> None:
    published()
    published(**COPY)
    found = selectors.search(asked, on=TODAY).versions
    assert [version.procedure.code for version in found] == ["1.001193", "2.000635"]


def test_a_word_typed_in_full_counts_for_more_than_one_it_only_begins() -> None:
    published(**SHOP)
    published(
        code="2.000720", area="business",
        name=words("Thay đổi hộ kinh doanh", "Changes of a business household"),
        occasions=[words("đổi chỗ quán", "move the quan"), words("dời quán", "move a quan")],
    )  # fmt: skip
    found = selectors.search("mo qaun", on=TODAY).versions
    assert [version.procedure.code for version in found] == ["1.001612", "2.000720"]


def test_what_is_meant_is_told_and_nonsense_finds_nothing() -> None:
    published()
    assert selectors.search("khai snih", on=TODAY).meant == "khai sinh"
    assert selectors.search("xyz qqq", on=TODAY).versions == ()
    assert selectors.search("kxxi sxxh", on=TODAY).versions == ()  # Four slips.


def test_only_what_holds_on_the_day_is_found_and_a_field_narrows_it() -> None:
    published()
    published(valid_from=TOMORROW, **SHOP)
    assert selectors.search("mở quán", on=TODAY).versions == ()
    assert len(selectors.search("", on=TOMORROW).versions) == 2
    by_field = selectors.search("", on=TOMORROW, area="business").versions
    assert [version.procedure.code for version in by_field] == ["1.001612"]
    assert [area.code for area in selectors.areas(on=TODAY)] == ["civil_status"]


# --- Files ---------------------------------------------------------------------------------------


def test_a_catalogue_travels_as_files_and_loading_it_twice_changes_nothing(tmp_path: Path) -> None:
    version = published()
    (tmp_path / "areas.csv").write_text(
        "code,name_vi,name_en,order\ncivil_status,Hộ tịch,Civil status,1\n", "utf-8"
    )
    (tmp_path / "khai-sinh.json").write_bytes(services.exported(version))
    at: dict[str, Any] = {"valid_from": TOMORROW, "at": AT}
    assert services.load_catalogue(tmp_path, **at) == 0, "it says nothing new"
    assert services.load_catalogue(tmp_path, **at, channel=Channel.NATIONAL) == 1
    assert services.load_catalogue(tmp_path, **at, channel=Channel.NATIONAL) == 0
    newest = selectors.version_of("1.001193", on=TOMORROW)
    assert newest is not None
    assert newest.content.channel == Channel.NATIONAL


def test_a_broken_file_is_named_and_nothing_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("code,name_vi,name_en,order\n", "utf-8")
    (tmp_path / "a.toml").write_text("code = ", "utf-8")
    with pytest.raises(services.Refused, match=r"a\.toml"):
        services.load_catalogue(tmp_path, valid_from=TODAY, at=AT)
    assert not Version.objects.exists()


def test_a_slip_is_mended_by_the_words_of_today_and_not_of_yesterday() -> None:
    published()
    assert selectors.search("khai snih", on=TODAY).meant == "khai sinh"
    published(**SHOP)
    assert selectors.search("ho kinh doamh", on=TODAY).meant == "ho kinh doanh"
    services.end(code="1.001193", valid_to=TOMORROW, reason="x", by="user:2", at=AT)
    codes = [
        {one.procedure.code for one in selectors.search("khai snih", on=day).versions}
        for day in (TODAY, TOMORROW)
    ]
    assert codes[0] - codes[1] == {"1.001193"}
