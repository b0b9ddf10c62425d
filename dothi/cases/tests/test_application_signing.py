"""An application is signed when it is sent in, and a change made afterwards is found."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    PKCS12KeyAndCertificates,
)
from cryptography.x509.oid import NameOID
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from dothi.accounts.tests.doors import signed_in
from dothi.accounts.tests.factories import make_citizen
from dothi.cases import selectors, services
from dothi.cases.choices import Altered, Assurance
from dothi.cases.models import Document, Dossier, Draft, Party, Signature
from dothi.cases.tests.factories import MONDAY_9AM, Office
from dothi.cases.tests.test_citizen_pages import (
    SIGNED,
    begun,
    filled_in,
    page,
    post,
    sent,
    signed,
)
from dothi.core.attachments.models import Attachment
from dothi.core.audit.models import Entry
from dothi.core.notices.models import Notice
from dothi.core.papers import ports
from dothi.lib import jcs
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT, settings.SIGNING_ROOTS = tmp_path / "files", tmp_path / "roots"
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def kept() -> Signature:
    return Signature.objects.select_related("dossier").get()


def asks_for(signing: str) -> None:
    """The procedure asks for this signature at least."""
    publish(documents.permit(signing=signing), since=MONDAY_9AM.date())


# --- What is kept, and what is found --------------------------------------------------------------


def test_what_was_confirmed_is_kept_with_its_digest_in_the_audit_trail(
    client: Client, office: Office
) -> None:
    sent(client)
    row = kept()
    assert (row.level, row.name, row.at) == (Assurance.NAME, "tran thi mau", MONDAY_9AM)
    assert row.statement["dossier"] == row.dossier.code
    assert [one["code"] for one in row.statement["papers"]] == ["application", "drawings", "land"]
    assert Entry.objects.get(act="cases.sign_application").details["digest"] == row.digest
    assert services.differences(row, bytes_too=True) == []
    assert "Trần" not in str(row.statement)
    assert "079190000001" not in str(row.statement)


def test_a_changed_answer_is_found(client: Client, office: Office) -> None:
    sent(client)
    Dossier.objects.update(answers={"kind": "house", "floors": 4})
    assert services.differences(kept()) == [Altered.ANSWERS]


def test_another_applicant_is_found(client: Client, office: Office) -> None:
    sent(client)
    Party.objects.update(name="Lê Văn Khác")
    assert services.differences(kept()) == [Altered.PEOPLE]


def test_a_file_that_was_exchanged_or_is_gone_is_found(client: Client, office: Office) -> None:
    sent(client)
    file = Attachment.objects.order_by("id").first()
    assert file is not None
    default_storage.delete(file.path())
    default_storage.save(file.path(), io.BytesIO(b"another"))
    assert services.differences(kept()) == []
    assert services.differences(kept(), bytes_too=True) == [Altered.FILES]
    file.delete()
    assert services.differences(kept()) == [Altered.FILES]


def test_who_writes_into_the_table_is_found_by_the_trail(client: Client, office: Office) -> None:
    sent(client)
    row = kept()
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.update(digest="0" * 64)
    raised = jcs.digest(row.statement | {"level": "account"})
    with pgtrigger.ignore("cases.Signature:signatures_are_final"):
        Signature.objects.update(digest=raised, statement=row.statement | {"level": "account"})
        assert services.differences(kept()) == [Altered.TRAIL]
        Signature.objects.update(digest=row.digest)
    assert services.differences(kept()) == [Altered.STATEMENT]


def test_what_is_supplied_later_is_no_difference(client: Client, office: Office) -> None:
    sent(client)
    dossier = Dossier.objects.get()
    Document.objects.create(dossier=dossier, code="other_1", name="Thêm", form="copy")
    assert services.differences(kept(), bytes_too=True) == []


def test_staff_see_how_it_was_signed_and_what_was_changed(client: Client, office: Office) -> None:
    sent(client)
    dossier = Dossier.objects.get()
    staff = signed_in(Client(), office.counter)
    shown = page(staff, f"/en/desk/cases/{dossier.code}/")
    assert "as it was signed" in shown
    assert kept().digest in shown
    Dossier.objects.update(answers={"kind": "house", "floors": 4})
    shown = page(staff, f"/en/desk/cases/{dossier.code}/")
    assert "The answers are not those that were signed." in shown


def test_the_application_is_a_paper_for_the_applicant_and_noted_for_staff(
    client: Client, office: Office
) -> None:
    secret = sent(client)
    dossier = Dossier.objects.get()
    shown = page(client, f"/en/cases/t/{secret}")
    assert kept().digest in shown
    answer = client.get(f"/en/cases/t/{secret}/application.pdf")
    assert answer.content.startswith(b"%PDF")
    assert Client().get("/en/cases/t/AAAAA-BBBBB/application.pdf").status_code == 404
    staff = signed_in(Client(), office.counter)
    url = f"/en/desk/cases/{dossier.code}/application.pdf"
    assert staff.post(url, {"purpose": ""}).status_code == 422
    assert not selectors.looks_at([dossier])
    assert staff.post(url, {"purpose": "Thẩm tra"}).content.startswith(b"%PDF")
    assert selectors.looks_at([dossier])[0].purpose == "Thẩm tra"


def test_the_receipt_tells_how_it_was_signed(client: Client, office: Office) -> None:
    from dothi.cases.services.papers import contents

    sent(client)
    dossier = Dossier.objects.get()
    services.receive(dossier=dossier, by=office.counter, at=MONDAY_9AM)
    lines = dict(contents.received(dossier, selectors.history(dossier)[-1])["lines"])
    assert lines["Signed with"] == "name and declaration"
    assert lines["Digest (SHA-256)"] == kept().digest


# --- More than a name ----------------------------------------------------------------------------


def filled(client: Client) -> str:
    url = begun(client)
    filled_in(client, url)
    post(client, f"{url}check", {})
    return url


def code_of_mail() -> str:
    mail = Notice.objects.filter(template="cases_code").order_by("-id").first()
    assert mail is not None
    found = re.search(r"\b\d{6}\b", mail.text)
    assert found is not None
    return found[0]


def test_who_signed_in_signs_as_that_account(client: Client, office: Office) -> None:
    client.force_login(make_citizen())
    asks_for("proved")
    sent(client)
    assert kept().level == Assurance.ACCOUNT


def test_a_procedure_that_asks_for_more_takes_no_bare_name(client: Client, office: Office) -> None:
    asks_for("proved")
    url = filled(client)
    assert "asks for one thing more" in page(client, f"{url}sign")
    post(client, f"{url}sign", SIGNED, 422)
    assert not Dossier.objects.exists()


def test_a_code_sent_by_mail_is_enough_then(client: Client, office: Office) -> None:
    asks_for("proved")
    url = filled(client)
    post(client, f"{url}sign", {"do": "send-code"})
    code = code_of_mail()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answer = client.post(f"{url}sign", {"do": "use-code", "code": wrong}, follow=True)
    assert "This is not the code" in answer.content.decode()
    post(client, f"{url}sign", {"do": "use-code", "code": f" {code[:3]} {code[3:]}"})
    assert "The code from your e-mail was right" in page(client, f"{url}sign")
    post(client, f"{url}sign", SIGNED)
    assert kept().level == Assurance.CODE


def test_a_code_opens_once_and_not_for_ever_and_not_for_another_address(
    client: Client, office: Office
) -> None:
    filled(client)
    draft = Draft.objects.select_related("version").get()
    now = MONDAY_9AM
    services.send_code(draft=draft, at=now)
    code = code_of_mail()
    assert not services.use_code(draft=draft, typed=code, at=now + timedelta(minutes=11))
    assert services.use_code(draft=draft, typed=code, at=now)
    assert not services.use_code(draft=draft, typed=code, at=now)
    assert services.level_of(draft, None, at=now) == Assurance.CODE
    assert services.level_of(draft, None, at=now + timedelta(hours=2)) == Assurance.NAME
    content = services.content_of(draft)
    content["wishes"]["email"] = "other@example.com"
    services.save_draft(draft=draft, content=content, at=now)
    assert services.level_of(draft, None, at=now) == Assurance.NAME


def test_codes_are_not_found_by_trying(client: Client, office: Office) -> None:
    filled(client)
    draft = Draft.objects.select_related("version").get()
    services.send_code(draft=draft, at=MONDAY_9AM)
    code = code_of_mail()
    for number in range(5):
        wrong = f"{(int(code) + 1 + number) % 10**6:06d}"
        assert not services.use_code(draft=draft, typed=wrong, at=MONDAY_9AM)
    assert not services.use_code(draft=draft, typed=code, at=MONDAY_9AM)
    for second in range(1, 5):
        services.send_code(draft=draft, at=MONDAY_9AM + timedelta(seconds=second))
    with pytest.raises(services.BadText):
        services.send_code(draft=draft, at=MONDAY_9AM + timedelta(seconds=9))


# --- A digital signature -------------------------------------------------------------------------


def key_and_name(common: str, number: str = "") -> tuple[ec.EllipticCurvePrivateKey, x509.Name]:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if number:
        parts.append(x509.NameAttribute(NameOID.USER_ID, number))
    return ec.generate_private_key(ec.SECP256R1()), x509.Name(parts)


def certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey, *, authority: bool,
) -> x509.Certificate:  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(MONDAY_9AM - timedelta(days=1))
        .not_valid_after(MONDAY_9AM + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by, hashes.SHA256())
    )  # fmt: skip


class Authority:
    """An authority that certifies people; the house believes it where it is `trusted`."""

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        self.key, self.name = key_and_name("Tổ chức mẫu" if trusted else "Tổ chức lạ")
        self.own = certificate(self.name, self.name, self.key, self.key, authority=True)
        if trusted:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "mau.pem").write_bytes(self.own.public_bytes(Encoding.PEM))

    def signs(self, content: bytes, common: str, number: str = "") -> bytes:
        key, name = key_and_name(common, number)
        made = certificate(name, self.name, key, self.key, authority=False)
        packed = PKCS12KeyAndCertificates(key, PKCS12Certificate(made, None), [])
        return ports.sign(content, key=packed, post=common, reason="Ký hồ sơ")


@pytest.fixture
def authority(settings: Any) -> Authority:
    return Authority(settings.SIGNING_ROOTS)


def back(client: Client, url: str, content: bytes, status: int = 302) -> str:
    file = SimpleUploadedFile("don.pdf", content, "application/pdf")
    return str(post(client, f"{url}sign", {"do": "upload", "file": file}, status).content.decode())


def test_the_application_is_signed_with_a_certificate(
    client: Client, office: Office, authority: Authority
) -> None:
    asks_for("certificate")
    url = filled(client)
    post(client, f"{url}sign", SIGNED, 422)
    made = client.get(f"{url}application.pdf").content
    back(client, url, authority.signs(made, "TRẦN THỊ MẪU", "CCCD:079190000001"))
    shown = page(client, f"{url}sign")
    assert "Signed digitally." in shown
    assert "TRẦN THỊ MẪU" in shown
    post(client, f"{url}sign", {"do": "send", "declared": "on"})
    row = kept()
    assert (row.level, row.name) == (Assurance.CERTIFICATE, "TRẦN THỊ MẪU")
    assert "Tổ chức mẫu" in row.certificate["issuer"]
    assert services.differences(row, bytes_too=True) == []
    file = selectors.files_of(row.dossier)[row.certificate["file"]]
    assert file.owner == row.subject
    assert client.get(f"/files/{file.code}").status_code == 404
    file.delete()
    assert services.differences(row) == [Altered.SIGNED_FILE]


@pytest.mark.parametrize(
    ("common", "number", "taken"),
    [
        ("Tran Thi Mau", "", True),
        ("Công ty khác", "CCCD:079190000001", True),
        ("Trần Thị Mẫu", "CCCD:079190000009", False),
        ("Lê Văn Khác", "", False),
    ],
)
def test_a_certificate_speaks_of_who_applies(
    client: Client, office: Office, authority: Authority, common: str, number: str, taken: bool
) -> None:
    url = filled(client)
    made = client.get(f"{url}application.pdf").content
    answer = back(client, url, authority.signs(made, common, number), 302 if taken else 422)
    assert taken or "and not who applies" in answer


def test_what_is_not_the_file_or_not_signed_is_refused(
    client: Client, office: Office, authority: Authority, settings: Any, tmp_path: Path
) -> None:
    url = filled(client)
    made = client.get(f"{url}application.pdf").content
    assert "carries no digital signature" in back(client, url, made, 422)
    signed_file = authority.signs(made, "Trần Thị Mẫu")
    assert "not the file that was made here" in back(client, url, b"%PDF-1.7 x" + made, 422)
    changed = signed_file[:-40] + b"%" + signed_file[-39:]
    assert back(client, url, changed, 422)
    stranger = Authority(tmp_path / "nowhere", trusted=False)
    told = back(client, url, stranger.signs(made, "Trần Thị Mẫu"), 422)
    assert "does not take" in told


def test_whoever_draws_over_the_pages_before_signing_is_found(
    client: Client, office: Office, authority: Authority
) -> None:
    from pyhanko.pdf_utils.generic import NameObject, StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    url = filled(client)
    writer = IncrementalPdfFileWriter(io.BytesIO(client.get(f"{url}application.pdf").content))
    page_ = writer.find_page_for_modification(0)[0].get_object()
    over = writer.add_object(StreamObject(stream_data=b"1 0 0 rg 0 0 600 800 re f"))
    page_[NameObject("/Contents")] = over
    writer.update_container(page_)
    out = io.BytesIO()
    writer.write(out)
    told = back(client, url, authority.signs(out.getvalue(), "Trần Thị Mẫu"), 422)
    assert "was changed, and not only signed" in told


def test_another_answer_needs_another_signature(
    client: Client, office: Office, authority: Authority
) -> None:
    asks_for("certificate")
    url = filled(client)
    made = client.get(f"{url}application.pdf").content
    signed_file = authority.signs(made, "Trần Thị Mẫu")
    back(client, url, signed_file)
    form = {"asked": ["kind", "floors", "owner_id"], "kind": "house", "floors": "2", "do": "next"}
    post(client, f"{url}form/work", form)
    assert "Signed digitally." not in page(client, f"{url}sign")
    post(client, f"{url}sign", SIGNED, 422)
    assert "changed since" in back(client, url, signed_file, 422)


def test_without_authorities_no_certificate_is_asked_for_in_vain(
    client: Client, office: Office
) -> None:
    url = filled(client)
    assert "by-certificate" not in page(client, f"{url}sign")
    asks_for("certificate")
    post(client, f"{url}check", {})
    post(client, f"{url}check", {})
    assert "Please bring the dossier to the counter" in page(client, f"{url}sign")


def test_signing_by_name_needs_no_script(client: Client, office: Office) -> None:
    url = filled(client)
    shown = page(client, f"{url}sign")
    assert "Digest of all of it" in shown
    assert signed(client, url)["Location"].endswith("/cases/thanks")
