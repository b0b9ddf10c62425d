"""Files that nobody should send, at every door of dossiers and procedures that takes one.

Each is refused with a sentence in the language of the page, nothing of it is kept, and the next
good file is taken.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook

from dothi.cases.models import Statement
from dothi.cases.services.fees import reading
from dothi.cases.services.refusals import BadStatement
from dothi.core.attachments import rules
from dothi.core.attachments.choices import Refusal
from dothi.core.attachments.models import Attachment
from dothi.procedures.models import Version
from tests.authorisation.house import House, picture

pytestmark = pytest.mark.django_db


def png(width: int, height: int) -> bytes:
    """A picture of nothing: a few kilobytes that unfold to as many pixels as it says."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * 1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped(name: str, unfolded: int) -> bytes:
    """A ZIP whose one file is nothing but zeros."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w", force_zip64=True) as inside,
    ):
        for _ in range(unfolded >> 20):
            inside.write(bytes(1 << 20))
    return out.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], Refusal]] = {
    "nothing in it": ("so-do.pdf", lambda: b"", Refusal.EMPTY),
    "a program": ("so-do.pdf", lambda: b"MZ" + bytes(200), Refusal.UNKNOWN),
    "a page with a script": ("so-do.jpg", lambda: b"<script>alert(1)</script>", Refusal.UNKNOWN),
    "a drawing with a script": ("a.svg", lambda: b"<svg onload='alert(1)'/>", Refusal.UNKNOWN),
    "a ZIP bomb": ("so-do.pdf", lambda: zipped("a", 64 << 20), Refusal.UNKNOWN),
    "a picture that unfolds": ("a.png", lambda: png(50_000, 50_000), Refusal.TOO_MANY_PIXELS),
    "a picture that breaks off": ("a.jpg", lambda: picture()[:200], Refusal.BROKEN),
    "a picture in name only": ("a.jpg", lambda: b"\xff\xd8\xff" + b"%PDF-1.7" * 9, Refusal.BROKEN),
    "more than is taken": ("a.pdf", lambda: b"%PDF-" + bytes(rules.MAX_BYTES), Refusal.TOO_LARGE),
}


def _page(client: Client, url: str, data: dict[str, object]) -> str:
    answer = client.post(url, data, follow=True)
    assert answer.status_code in {200, 422}, (url, answer.status_code)
    return answer.content.decode()


def _in(language: str, name: str, **args: object) -> str:
    with translation.override(language):
        return reverse(name, kwargs=args)


def draft_by_script(house: House, file: SimpleUploadedFile, language: str) -> str:
    url = _in(language, "cases:attach", text=house.draft.secret, paper="land")
    answer = Client().post(url, {"file": file})
    assert answer.status_code in {200, 422}
    return str(answer.json().get("error", "")) if answer.status_code == 422 else ""


def draft_by_form(house: House, file: SimpleUploadedFile, language: str) -> str:
    url = _in(language, "cases:papers_step", text=house.draft.secret)
    return _page(Client(), url, {"paper-land": file, "do": "add"})


def supplement(house: House, file: SimpleUploadedFile, language: str) -> str:
    url = _in(language, "cases:track", text=house.made["asked"].secret)
    return _page(Client(), url, {"act": "supply", "paper-other": file})


def of_a_program(path: str) -> Callable[[House, SimpleUploadedFile, str], str]:
    def send(house: House, file: SimpleUploadedFile, language: str) -> str:
        headers = house.programs["sender"].headers | {"Accept-Language": language}
        answer = Client().post(path, {"file": file}, headers=headers)
        assert answer.status_code < 500
        return json.dumps(answer.json(), ensure_ascii=False) if answer.status_code >= 400 else ""

    return send


DOORS = {
    "a draft, by script": draft_by_script,
    "a draft, by form": draft_by_form,
    "papers that were asked for": supplement,
    "a program": of_a_program("/api/v1/cases/files"),
    "GovStack": of_a_program("/api/govstack/registration/documents"),
}


# Programs read a code; the sentence beside it is in the language of the house.
PROGRAMS = {"a program", "GovStack"}


@pytest.fixture
def kept(house: House) -> Callable[[], tuple[int, set[Path]]]:
    """What the house keeps of files: rows, and everything that lies in the folder around them."""
    root = Path(settings.MEDIA_ROOT).parent

    def look() -> tuple[int, set[Path]]:
        return Attachment.objects.count(), {path for path in root.rglob("*") if path.is_file()}

    return look


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("door", DOORS)
def test_it_is_refused_in_words_and_leaves_nothing(
    house: House, door: str, what: str, kept: Callable[[], tuple[int, set[Path]]]
) -> None:
    name, content, refusal = HOSTILE[what]
    before = kept()
    for language in ("vi",) if door in PROGRAMS else ("vi", "en"):
        said = DOORS[door](house, SimpleUploadedFile(name, content(), "image/jpeg"), language)
        with translation.override(language):
            sentences = {str(refusal.label), *EMPTY_BY_FORM[refusal == Refusal.EMPTY]}
        assert any(sentence in said for sentence in sentences), said[:400]
    assert kept() == before
    DOORS[door](house, house.upload, "vi")
    assert kept()[0] == before[0] + 1


# Django's own field refuses an empty file in its own words, and so does the API.
EMPTY_BY_FORM = {False: (), True: ("Tập tin được gửi là rỗng.", "The submitted file is empty.")}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "name",
    ["../../x.jpg", "..\\..\\x.jpg", "/etc/x.jpg", "C:\\x.jpg", "a\u202egpj.x.jpg", "a\x07x.jpg",
     "x" * 400 + "x.jpg", "x.php.jpg"],
)  # fmt: skip
def test_a_name_leads_nowhere_and_shows_what_it_is(
    house: House, door: str, name: str, kept: Callable[[], tuple[int, set[Path]]]
) -> None:
    rows, files = kept()
    DOORS[door](house, SimpleUploadedFile(name, picture(), "image/jpeg"), "vi")
    now, there = kept()
    assert now == rows + 1
    assert all(path.is_relative_to(settings.MEDIA_ROOT) for path in there - files)
    shown = Attachment.objects.latest("pk").name
    assert shown.endswith(".jpg")
    assert len(shown) <= 120
    assert not set("/\\:\u202e\x07") & set(shown)


@pytest.mark.parametrize(
    "url", ["/api/v1/cases/files", "/thu-tuc", "/desk/cases/payments/", "/desk/procedures/import"]
)
@pytest.mark.parametrize("stated", [2 << 30, 1 << 70])
def test_two_gigabytes_are_refused_by_what_is_stated_and_never_read(url: str, stated: int) -> None:
    answer = Client().generic(
        "POST",
        url,
        b"x",
        content_type="multipart/form-data; boundary=a",
        CONTENT_LENGTH=str(stated),
    )
    assert answer.status_code == 413
    assert "MB" in answer.content.decode()


def xlsx(**parts: bytes) -> bytes:
    """A workbook of one sheet, with some of its parts replaced."""
    made, out = io.BytesIO(), io.BytesIO()
    Workbook().save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            named = {name: data for name, data in parts.items() if name in one.filename}
            new.writestr(one.filename, next(iter(named.values()), old.read(one)))
    return out.getvalue()


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'
STATEMENTS: dict[str, Callable[[], bytes]] = {
    "nothing in it": lambda: b"",
    "a program": lambda: b"MZ\x00" + bytes(200),
    "a broken ZIP": lambda: b"PK\x03\x04" + bytes(100),
    "a ZIP that is no workbook": lambda: zipped("a", 1 << 20),
    "a sheet that breaks off": lambda: xlsx(sheet1=b"<worksheet><sheetData>"),
    "entities in the sheet": lambda: xlsx(sheet1=LAUGHS),
    "a workbook without a sheet": lambda: xlsx(workbook=b"<workbook/>"),
    "one endless field": lambda: b"ngay;" + b"a" * 200_000,
    "more than is taken": lambda: b"a" * (10 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_a_statement_that_is_none_is_refused_in_words(house: House, what: str) -> None:
    client, before = house.client("counter"), Statement.objects.count()
    content = STATEMENTS[what]()
    for language in ("vi", "en"):
        file = SimpleUploadedFile("../../sao-ke.xlsx", content)
        url = _in(language, "cases:payments")
        answer = client.post(url, {"file": file, "unit": house.office.river.code, "act": "take"})
        assert answer.status_code == 422, answer.status_code
        assert 'role="alert"' in answer.content.decode()
    assert Statement.objects.count() == before
    client.post(_in("vi", "cases:payments"), {"file": house.bank_file, "act": "take",
                                              "unit": house.office.river.code})  # fmt: skip
    assert Statement.objects.count() == before + 1


def test_a_workbook_that_unfolds_is_refused_before_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNFOLDED", 1 << 20)
    bomb = xlsx(styles=b"<styleSheet>" + b" " * (2 << 20) + b"</styleSheet>")
    assert len(bomb) < 100_000
    with translation.override("en"), pytest.raises(BadStatement, match="larger than 10 MB"):
        reading.read_statement(bomb)


PROCEDURES: dict[str, Callable[[], bytes]] = {
    "nothing in it": lambda: b"",
    "a program": lambda: b"MZ\x00\xff" + bytes(200),
    "no table": lambda: b"[]",
    "a table of nothing": lambda: b"{}",
    "brackets without end": lambda: b"[" * 200_000,
    "tables without end": lambda: b'{"a":' * 100_000,
    "more than is taken": lambda: b" " * 1_000_001,
}


@pytest.mark.parametrize("name", ["../../x.json", "x.toml"])
@pytest.mark.parametrize("what", PROCEDURES)
def test_a_procedure_that_is_none_is_refused_in_words(house: House, what: str, name: str) -> None:
    client, before = house.client("steward"), Version.objects.count()
    for language in ("vi", "en"):
        file = SimpleUploadedFile(name, PROCEDURES[what]())
        answer = client.post(_in(language, "procedures:designer_import"), {"file": file})
        assert answer.status_code == 422
        assert "errorlist" in answer.content.decode() or "field-error" in answer.content.decode()
    assert Version.objects.count() == before
    client.post(_in("vi", "procedures:designer_import"), {"file": house.procedure_file})
    assert Version.objects.count() == before + 1


@pytest.mark.parametrize("what", ["a program", "a picture that breaks off", "more than is taken"])
def test_a_signed_application_that_is_none_is_refused_in_words(
    house: House, what: str, kept: Callable[[], tuple[int, set[Path]]]
) -> None:
    name, content, _refusal = HOSTILE[what]
    before = kept()
    url = _in("vi", "cases:sign_step", text=house.draft.secret)
    answer = Client().post(url, {"do": "upload", "file": SimpleUploadedFile(name, content())})
    assert answer.status_code in {302, 422}
    assert kept() == before
