"""Papers carry numbers without gaps and can be checked by anybody."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from dothi.core.attachments.models import Attachment
from dothi.core.papers import registry, selectors, services
from dothi.core.papers.choices import State
from dothi.core.papers.models import Paper

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
AGENCY = services.Agency(
    name="Ủy ban nhân dân phường Minh Phụng",
    above="Thành phố Hồ Chí Minh",
    place="Minh Phụng",
    signer_title="Chủ tịch",
    signer="Trần Thị Bưởi",
)


@pytest.fixture(autouse=True)
def kind(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[None, None, None]:
    settings.MEDIA_ROOT = tmp_path / "files"
    template = tmp_path / "test.typ"
    base = Path(services.__file__).parent / "templates" / "papers" / "base.typ"
    template.write_text(
        f'#import "{base}": paper, row, data\n#show: paper\n#row("Nội dung", data.text)\n', "utf-8"
    )
    monkeypatch.setattr(services, "_template", lambda kind: template)
    registry.register(
        registry.Kind(
            code="test", title_vi="Phiếu thử", title_en="Test", symbol="PT-UBND", label="Test"
        )
    )
    yield
    del registry.kinds["test"]


def issue(**more: Any) -> Paper:
    return services.issue(
        **{
            "kind": "test",
            "subject": "t:1",
            "unit_code": "27238",
            "agency": AGENCY,
            "context": {"text": "Đường Lý Nam Đế ngập nặng"},
            "at": NOON,
            "by": "user:1",
            **more,
        }
    )


def content(paper: Paper) -> bytes:
    attachment = Attachment.objects.get(code=paper.file)
    with default_storage.open(attachment.path()) as file:
        return bytes(file.read())


def test_a_paper_is_an_archivable_pdf_with_its_fonts_inside() -> None:
    pdf = content(issue())
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid" in pdf
    assert b"NotoSerif" in pdf


def test_numbers_run_by_unit_kind_and_year() -> None:
    assert [issue().number, issue().number] == ["1/PT-UBND", "2/PT-UBND"]
    assert issue(unit_code="27232").number == "1/PT-UBND"
    assert issue(at=NOON.replace(year=2027)).number == "1/PT-UBND"


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_not_used_is_given_to_the_next() -> None:
    issue()
    with transaction.atomic():
        issue()
        transaction.set_rollback(True)
    assert issue().serial == 2


@pytest.mark.django_db(transaction=True)
def test_no_gap_and_no_double_when_many_issue_at_once() -> None:
    def work(_: int) -> int:
        serial = issue().serial
        connection.close()
        return serial

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(12))) == list(range(1, 13))


def test_whoever_has_the_file_can_check_it(tmp_path: Path) -> None:
    paper = issue()
    genuine = tmp_path / "a.pdf"
    genuine.write_bytes(content(paper))
    forged = tmp_path / "b.pdf"
    forged.write_bytes(content(paper) + b" ")
    with genuine.open("rb") as one, forged.open("rb") as other:
        assert selectors.is_the_same(paper, one)
        assert not selectors.is_the_same(paper, other)


def test_a_code_is_found_however_it_is_typed() -> None:
    paper = issue()
    assert selectors.by_code(f" {paper.code.lower()} ") == paper
    assert selectors.by_code("VB-000000-XXXXXX") is None


def test_a_revoked_paper_says_so() -> None:
    paper = issue()
    services.revoke(paper=paper, reason="Sai tên", by="user:1", at=NOON)
    paper.refresh_from_db()
    assert (paper.state, paper.revoked_why) == (State.REVOKED, "Sai tên")


def test_the_page_of_a_paper_shows_no_personal_data(client: Client) -> None:
    paper = issue(context={"text": "Nguyễn Thị Bưởi, 0901234567"}, subject="feedback.ticket:PA-1")
    page = client.get(f"/papers/{paper.code}").content.decode()
    assert paper.number in page
    assert AGENCY.name in page
    for private in ("Nguyễn Thị Bưởi", "0901234567", AGENCY.signer, "PA-1", "user:1", paper.file):
        assert private not in page
    assert client.get(f"/files/{paper.file}").status_code == 404, "the paper itself is not public"


def test_a_file_is_compared_byte_for_byte_on_the_page(client: Client) -> None:
    paper = issue()
    for file, said in ((content(paper), "Yes."), (content(paper) + b" ", "No.")):
        sent = SimpleUploadedFile("a.pdf", file, "application/pdf")
        page = client.post(f"/en/papers/{paper.code}", {"file": sent}).content.decode()
        assert said in page


def test_a_revoked_paper_says_so_to_everybody(client: Client) -> None:
    paper = issue()
    services.revoke(paper=paper, reason="Sai tên", by="user:1", at=NOON)
    page = client.get(f"/papers/{paper.code}").content.decode()
    assert "Sai tên" in page
    assert 'class="notice bad"' in page


def test_codes_are_not_found_by_trying(client: Client) -> None:
    answers = {client.get(f"/papers/VB-260302-{n:06}").status_code for n in range(125)}
    assert answers == {404, 429}


def test_what_a_citizen_wrote_is_set_as_text_and_never_as_a_command() -> None:
    wild = '#read("/etc/passwd") $x^2$ *b* _i_ `c` <label> @ref = head \\'
    plain = content(issue(context={"text": "a"}))
    assert len(content(issue(context={"text": wild}))) > len(plain)
    assert content(issue(context={"text": "#panic()"})).startswith(b"%PDF")
