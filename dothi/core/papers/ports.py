"""PAdES by pyHanko: sign a PDF, and check a signed one. Nothing here asks the network.

The library is loaded when somebody signs or checks: it takes most of a second.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

FIELD = "Signature"
RESERVED = 16384  # Hex digits for the signature with its certificates; what is too little refuses.


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found of the signature of a PDF."""

    intact: bool  # Nothing of the file was changed after it was signed.
    trusted: bool  # By a certificate that leads to one of those that were given.
    fingerprint: str  # Of the certificate that signed.


def sign(content: bytes, *, key: PKCS12KeyAndCertificates, post: str, reason: str) -> bytes:
    """Sign as PAdES-B-B. The file itself stays as it is: this is written behind it."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    about = signers.PdfSignatureMetadata(
        field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", name=post,
        reason=reason,
    )  # fmt: skip
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signed = signers.sign_pdf(writer, about, signer=_signer(key), bytes_reserved=RESERVED)
    found: bytes = signed.getvalue()
    return found


@lru_cache(maxsize=64)
def _signer(key: PKCS12KeyAndCertificates) -> Any:
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    assert key.key is not None
    assert key.cert is not None
    above = SimpleCertificateStore()
    for one in key.additional_certs:
        above.register(Certificate.load(one.certificate.public_bytes(Encoding.DER)))
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=Certificate.load(key.cert.certificate.public_bytes(Encoding.DER)),
        signing_key=PrivateKeyInfo.load(private),
        cert_registry=above,
    )


def check(
    content: bytes, *, roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate],
    at: datetime,
) -> Checked | None:  # fmt: skip
    """Check the signature of a PDF as of a moment; None: it carries none, or cannot be read."""
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    def loaded(found: Sequence[x509.Certificate]) -> list[Any]:
        return [Certificate.load(one.public_bytes(Encoding.DER)) for one in found]

    context = ValidationContext(
        trust_roots=loaded(roots), other_certs=loaded(others), moment=at, allow_fetching=False
    )
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures
        if not signatures:
            return None
        found = validate_pdf_signature(signatures[0], context)
    except (PdfError, SignatureValidationError, ValueError):
        return None
    whole = found.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return Checked(
        intact=bool(found.intact and found.valid and whole),
        trusted=bool(found.trusted),
        fingerprint=found.signing_cert.sha256.hex(),
    )


def joined(contents: Sequence[bytes]) -> bytes:
    """The pages of several papers in one file, to be printed; what was signed is so no longer."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import PdfFileWriter

    writer = PdfFileWriter()
    for content in contents:
        reader = PdfFileReader(io.BytesIO(content))
        for number in range(int(reader.root["/Pages"]["/Count"])):
            page = reader.find_page_for_modification(number)[0].get_object()
            for name in ("/Parent", "/StructParents", "/Annots"):
                page.pop(name, None)
            writer.insert_page(writer.import_object(page))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
