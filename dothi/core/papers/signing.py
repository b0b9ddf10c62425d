"""Who signs papers: a post with a certificate in the table, and its key in a file.

A house signs with certificates of a recognised authority (`bring_signer`), or with ones that it
issues itself (`make_signer`), which nobody outside trusts: for samples and for trying. Keys lie in
`settings.KEYS` as PKCS#12, mode 600, like the other keys. Nothing makes one by itself.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from dothi.core.attachments.models import Attachment
from dothi.core.audit.services import record
from dothi.core.papers import ports
from dothi.core.papers.models import Paper, Signer
from dothi.core.papers.services import Seal

OWN = "signers-own"  # The house's own authority.
YEARS_OWN, YEARS_POST = 10, 3
BEFORE = timedelta(days=1)  # Clocks of other machines may go behind.


class CannotSign(Exception):
    """A paper cannot be signed; `message` says what to do, in the active language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NoSigner(CannotSign):
    """The post has no certificate."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This post has no certificate to sign with. Please ask the administrator to bring "
                "one in by “dothi keys import-signer”."
            )
        )


class KeyMissing(CannotSign):
    """The certificate is known, and the file of its key is gone or spoilt."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(
            _(
                "The signing key of %(post)s, %(agency)s is missing. Please ask the administrator "
                "to put it back into the folder of keys, or to bring in a new one."
            )
            % {"post": signer.post, "agency": signer.agency}
        )


class OutOfDate(CannotSign):
    """The certificate does not hold on the day."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(
            _("The certificate of %(post)s, %(agency)s is not in force today. A new one is needed.")
            % {"post": signer.post, "agency": signer.agency}
        )


class BadCertificate(CannotSign):
    """What was brought in cannot be used."""


def signer_of(*, unit_code: str, role: str) -> Signer | None:
    """With what a post signs now."""
    return Signer.objects.filter(unit_code=unit_code, role=role, retired_at=None).first()


def seal_of(*, unit_code: str, role: str, reason: str, at: datetime) -> Seal:
    """What signs a paper for a post.

    Raises:
        NoSigner, KeyMissing, OutOfDate: see there.
    """
    signer = signer_of(unit_code=unit_code, role=role)
    if signer is None:
        raise NoSigner
    if not signer.valid_from <= at < signer.valid_to:
        raise OutOfDate(signer)
    key = _key_of(signer)
    return Seal(
        signer=signer,
        sign=lambda content: ports.sign(content, key=key, post=signer.post, reason=reason),
    )


@transaction.atomic
def make_signer(
    *, unit_code: str, role: str, post: str, agency: str, by: str, at: datetime
) -> Signer:
    """A key and a certificate of the house itself, which names the post and the agency."""
    authority = _authority(at)
    assert authority.cert is not None
    assert isinstance(authority.key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(post, agency, unit=unit_code)
    certificate = (
        _draft(subject, authority.cert.certificate.subject, key.public_key(), at, YEARS_POST)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_papers=True), critical=True)
        .sign(authority.key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        None, key, certificate, [authority.cert.certificate], NoEncryption()
    )
    return _keep(packed, unit_code=unit_code, role=role, post=post, agency=agency, own=True,
                 by=by, at=at)  # fmt: skip


@transaction.atomic
def bring_signer(
    *, packed: bytes, password: str, unit_code: str, role: str, post: str, agency: str, by: str,
    at: datetime,
) -> Signer:  # fmt: skip
    """Take in a key and certificate of an authority, as PKCS#12.

    Raises:
        BadCertificate: the file does not open, has no key, or is not for signing.
    """
    try:
        found = pkcs12.load_pkcs12(packed, password.encode() or None)
    except ValueError as error:
        raise BadCertificate(_("The file does not open: is the password right?")) from error
    kinds = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if found.cert is None or not isinstance(found.key, kinds):
        raise BadCertificate(_("The file holds no key with its certificate."))
    usage = _usage_of(found.cert.certificate)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise BadCertificate(_("This certificate is not for signing."))
    plain = pkcs12.serialize_key_and_certificates(
        None, found.key, found.cert.certificate,
        [one.certificate for one in found.additional_certs], NoEncryption(),
    )  # fmt: skip
    return _keep(plain, unit_code=unit_code, role=role, post=post, agency=agency, own=False,
                 by=by, at=at)  # fmt: skip


def check(paper: Paper) -> ports.Checked | None:
    """Check the signature of a paper as it is kept, by what the house knows of its signer.

    None: it was not signed, or its file is gone. A certificate that was valid when it signed goes
    on to speak for what it signed.
    """
    if paper.signer is None or paper.signed_at is None:
        return None
    file = Attachment.objects.filter(code=paper.file).first()
    if file is None or not default_storage.exists(file.path(None)):
        return None
    with default_storage.open(file.path(None)) as kept:
        content = kept.read()
    above = (
        x509.load_pem_x509_certificates(paper.signer.chain.encode()) if paper.signer.chain else []
    )
    # One that came without those above it is trusted as such: somebody brought it in.
    own = x509.load_pem_x509_certificate(paper.signer.certificate.encode())
    found = ports.check(content, roots=above[-1:] or [own], others=above, at=paper.signed_at)
    if found is None or found.fingerprint != paper.signer.fingerprint:
        return ports.Checked(intact=False, trusted=False, fingerprint="")
    return found


def _keep(
    packed: bytes, *, unit_code: str, role: str, post: str, agency: str, own: bool, by: str,
    at: datetime,
) -> Signer:  # fmt: skip
    """File the key, retire what the post had, and note the certificate."""
    found = pkcs12.load_pkcs12(packed, None)
    assert found.cert is not None
    certificate = found.cert.certificate
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    known = Signer.objects.filter(fingerprint=fingerprint).first()
    if known is not None and (known.unit_code, known.role) != (unit_code, role):
        raise BadCertificate(_("This certificate belongs to another post already."))
    _write(_path(fingerprint), packed)
    if known is not None:
        return known  # Its key was put back.
    Signer.objects.filter(unit_code=unit_code, role=role, retired_at=None).update(retired_at=at)
    signer = Signer.objects.create(
        fingerprint=fingerprint,
        unit_code=unit_code,
        role=role,
        post=post,
        agency=agency,
        certificate=_pem([certificate]),
        chain=_pem([one.certificate for one in found.additional_certs]),
        own=own,
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        made_at=at,
    )
    record(
        "papers.signer", subject=f"papers.signer:{fingerprint[:16]}", by=by, at=at, unit=unit_code,
        role=role, own=own,
    )  # fmt: skip
    return signer


def _key_of(signer: Signer) -> PKCS12KeyAndCertificates:
    try:
        return _loaded(_path(signer.fingerprint).read_bytes())
    except (FileNotFoundError, PermissionError, ValueError) as error:
        raise KeyMissing(signer) from error


@lru_cache(maxsize=64)
def _loaded(packed: bytes) -> PKCS12KeyAndCertificates:
    return pkcs12.load_pkcs12(packed, None)


def _path(fingerprint: str) -> Path:
    return Path(settings.KEYS) / f"signer-{fingerprint[:32]}.p12"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(f".{os.getpid()}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    half.replace(path)


def _authority(at: datetime) -> PKCS12KeyAndCertificates:
    """The key and certificate with which the house certifies its posts, made when first needed."""
    path = Path(settings.KEYS) / f"{OWN}.p12"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("dothi: chứng thư nội bộ (không dùng bên ngoài)", settings.PUBLIC_URL)
        certificate = (
            _draft(name, name, key.public_key(), at, YEARS_OWN)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_papers=False), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(path, pkcs12.serialize_key_and_certificates(
            None, key, certificate, None, NoEncryption()
        ))  # fmt: skip
    return _loaded(path.read_bytes())


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, years: int
) -> x509.CertificateBuilder:
    since = at.astimezone(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since - BEFORE)
        .not_valid_after(since + timedelta(days=365 * years))
    )


def _name(common: str, organisation: str, *, unit: str = "") -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, organisation[:64])]
    if unit:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    parts.append((NameOID.COMMON_NAME, common[:64]))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _usage(*, signs_papers: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_papers, content_commitment=signs_papers, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=not signs_papers,
        crl_sign=not signs_papers, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _usage_of(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _pem(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
