"""Signatures of others under papers of the house: whose authorities are believed, and who signed.

Certificates of authorities lie in `settings.SIGNING_ROOTS` as PEM or DER; each is trusted as such.
Nobody is asked over the network, so that a certificate that was withdrawn is not known to be.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

FIELD, APPEND_ONLY = "Applicant", 3
SUFFIXES = {".pem", ".crt", ".cer"}


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The last signature in a PDF, and who made it."""

    intact: bool  # Nothing was changed after it was signed.
    only_signed: bool  # Nothing but signatures was added to the file as it was first.
    trusted: bool  # By a certificate of an authority that the house believes.
    name: str
    numbers: tuple[str, ...]  # Of the person or business: identification number, tax code.
    issuer: str
    serial: str
    fingerprint: str


def authorities() -> list[x509.Certificate]:
    """The certificates of the authorities that the house believes; a file that is none is left."""
    folder = Path(settings.SIGNING_ROOTS)
    found: list[x509.Certificate] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix.lower() in SUFFIXES:
            found += _read(path.read_bytes())
    return found


def _read(content: bytes) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        return []


def with_field(content: bytes) -> bytes:
    """A PDF with a place for the signature of somebody else, so that nothing but it is added."""
    from pyhanko.pdf_utils.generic import NameObject, NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    append_signature_field(writer, SigFieldSpec(FIELD))
    form = writer.root["/AcroForm"]
    form[NameObject("/SigFlags")] = NumberObject(APPEND_ONLY)  # As it is once it is signed.
    writer.update_container(form)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def look(
    content: bytes, *, made: bytes, roots: Sequence[x509.Certificate], at: datetime
) -> Signed | None:
    """Who signed a PDF that was `made` here, as of a moment; None: it carries no signature, or
    cannot be read."""
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=[Certificate.load(one.public_bytes(Encoding.DER)) for one in roots],
        moment=at, allow_fetching=False,
    )  # fmt: skip
    try:
        reader = PdfFileReader(io.BytesIO(content))
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return None
        found = validate_pdf_signature(signatures[-1], context)
        whole = found.coverage == SignatureCoverageLevel.ENTIRE_FILE
        only_signed = _adds_only_signatures(reader, PdfFileReader(io.BytesIO(made)))
    except (PdfError, SignatureValidationError, ValueError):
        return None
    who = found.signing_cert
    named = who.subject.native
    return Signed(
        intact=bool(found.intact and found.valid and whole), only_signed=only_signed,
        trusted=bool(found.trusted), name=str(named.get("common_name", ""))[:200],
        numbers=_numbers(named), issuer=who.issuer.human_friendly[:300],
        serial=f"{who.serial_number:x}", fingerprint=who.sha256.hex(),
    )  # fmt: skip


def _adds_only_signatures(reader: Any, made: Any) -> bool:
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification

    found = DEFAULT_DIFF_POLICY.review_file(reader, made.xrefs.total_revisions - 1)
    return not isinstance(found, SuspiciousModification)


def _numbers(named: dict[str, object]) -> tuple[str, ...]:
    """What Vietnamese authorities write as `CCCD:…`, `CMND:…` or `MST:…`, each without its word."""
    found = []
    for key in ("user_id", "serial_number"):
        values = named.get(key, ())
        for value in values if isinstance(values, list) else [values]:
            word, colon, number = str(value).rpartition(":")
            if number.replace("-", "").isdigit() and (not colon or word.upper() in _WORDS):
                found.append(number)
    return tuple(found)


_WORDS = {"CCCD", "CMND", "CC", "ĐDCN", "DDCN", "MST"}
