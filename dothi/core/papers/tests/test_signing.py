"""A signature of a post: openssl, which is none of ours, finds it valid, and a changed byte not."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from dothi.core.attachments.models import Attachment
from dothi.core.papers import registry, services, signing
from dothi.core.papers.models import Paper, Signer
from dothi.core.papers.tests.openssl import finds_it_valid
from dothi.core.papers.tests.test_papers import AGENCY, NOON, content, issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[None, None, None]:
    settings.MEDIA_ROOT, settings.KEYS = tmp_path / "files", tmp_path / "keys"
    template = tmp_path / "test.typ"
    base = Path(services.__file__).parent / "templates" / "papers" / "base.typ"
    template.write_text(f'#import "{base}": paper, data\n#show: paper\n#data.text\n', "utf-8")
    monkeypatch.setattr(services, "_template", lambda kind: template)
    kind = registry.Kind(
        code="test", title_vi="Phiếu thử", title_en="Test", symbol="PT-UBND", label="Test"
    )
    registry.register(kind)
    yield
    del registry.kinds["test"]


def signer(**more: Any) -> Signer:
    given: dict[str, Any] = {
        "unit_code": "27238", "role": "leader", "post": "Chủ tịch", "agency": AGENCY.name,
        "by": "system", "at": NOON,
    }  # fmt: skip
    return signing.make_signer(**(given | more))


def signed() -> Paper:
    seal = signing.seal_of(unit_code="27238", role="leader", reason="Thử", at=NOON)
    return issue(seal=seal)


def test_openssl_finds_the_signature_valid_and_a_changed_byte_not(tmp_path: Path) -> None:
    signer()
    paper = signed()
    assert paper.signer is not None
    pdf = content(paper)
    assert b"ETSI.CAdES.detached" in pdf
    assert b"pdfaid" in pdf
    assert finds_it_valid(pdf, paper.signer.chain, tmp_path)
    changed = pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert not finds_it_valid(changed, paper.signer.chain, tmp_path)
    other = signer(unit_code="27232").certificate
    assert not finds_it_valid(pdf, other, tmp_path), "only by who certified the post"


def test_the_certificate_names_the_post_and_its_agency() -> None:
    subject = x509.load_pem_x509_certificate(signer().certificate.encode()).subject
    names = {one.rfc4514_attribute_name: one.value for one in subject}
    assert (names["CN"], names["O"], names["OU"]) == ("Chủ tịch", AGENCY.name, "27238")


def test_the_house_checks_what_it_keeps() -> None:
    signer()
    paper = signed()
    found = signing.check(paper)
    assert found is not None
    assert (found.intact, found.trusted) == (True, True)
    file = Attachment.objects.get(code=paper.file)
    spoilt = content(paper).replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    default_storage.delete(file.path())
    default_storage.save(file.path(), ContentFile(spoilt))
    found = signing.check(paper)
    assert found is None or not found.intact
    default_storage.delete(file.path())
    assert signing.check(paper) is None
    assert signing.check(issue()) is None, "it was never signed"


def test_the_page_of_a_signed_paper_names_the_post_and_no_person(client: Client) -> None:
    signer()
    paper = signed()
    page = client.get(f"/en/papers/{paper.code}").content.decode()
    assert "The signature is valid" in page
    assert "Chủ tịch, Ủy ban nhân dân phường Minh Phụng" in page
    assert "Issued by this house itself" in page
    assert AGENCY.signer not in page
    file = Attachment.objects.get(code=paper.file)
    pdf = content(paper)
    default_storage.delete(file.path())
    default_storage.save(file.path(), ContentFile(pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)))
    assert "The signature is not valid" in client.get(f"/en/papers/{paper.code}").content.decode()


def test_without_its_key_a_post_signs_nothing_and_is_told_what_to_do(settings: Any) -> None:
    with pytest.raises(signing.NoSigner):
        signed()
    signer()
    [file] = Path(settings.KEYS).glob("signer-*.p12")
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    with pytest.raises(signing.KeyMissing) as missing:
        signed()
    assert "Chủ tịch, Ủy ban nhân dân phường Minh Phụng" in missing.value.message
    assert not Paper.objects.exists()
    file.write_bytes(b"not a key")
    with pytest.raises(signing.KeyMissing):
        signed()


def test_a_certificate_that_ran_out_signs_nothing_and_speaks_for_what_it_signed() -> None:
    signer()
    paper = signed()
    later = NOON + timedelta(days=4 * 365)
    with pytest.raises(signing.OutOfDate):
        signing.seal_of(unit_code="27238", role="leader", reason="x", at=later)
    signer(at=later)
    assert Signer.objects.filter(retired_at=None).count() == 1
    found = signing.check(paper)
    assert found is not None
    assert found.trusted


def packed(made: Signer, password: bytes) -> bytes:
    """A key as an authority hands it over."""
    key = signing._key_of(made)
    assert key.cert is not None
    return pkcs12.serialize_key_and_certificates(
        b"key", key.key, key.cert.certificate, None, BestAvailableEncryption(password)  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_key_of_an_authority_is_brought_in_with_its_password(settings: Any) -> None:
    made = signer()
    file = packed(made, b"mat-khau")
    given: dict[str, Any] = {
        "packed": file, "unit_code": "27238", "role": "leader", "post": "Chủ tịch",
        "agency": AGENCY.name, "by": "system", "at": NOON,
    }  # fmt: skip
    with pytest.raises(signing.BadCertificate):
        signing.bring_signer(password="sai", **given)
    with pytest.raises(signing.BadCertificate):
        signing.bring_signer(password="mat-khau", **(given | {"unit_code": "27232"}))
    [path] = Path(settings.KEYS).glob("signer-*.p12")
    path.unlink()
    assert signing.bring_signer(password="mat-khau", **given) == made, "its key is back"
    assert signed().signer == made
    Paper.objects.all().delete()
    made.delete()
    brought = signing.bring_signer(password="mat-khau", **given)
    assert (brought.own, brought.chain) == (False, "")
    found = signing.check(signed())
    assert found is not None
    assert found.trusted
