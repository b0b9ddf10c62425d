"""How an applicant signed, as papers of the office tell it: official words, so no messages."""

from collections.abc import Callable
from datetime import datetime

from dothi.cases.choices import Assurance
from dothi.cases.models import Signature

LEVELS = {
    Assurance.NAME: ("họ tên và cam đoan", "name and declaration"),
    Assurance.CODE: (
        "họ tên, cam đoan và mã gửi qua thư điện tử", "name, declaration and a code sent by e-mail"
    ),
    Assurance.ACCOUNT: (
        "họ tên và cam đoan khi đã đăng nhập tài khoản", "name and declaration, signed in"
    ),
    Assurance.CERTIFICATE: ("chữ ký số", "digital signature"),
}  # fmt: skip


def lines(
    signature: Signature | None, *, say: Callable[[str, str], str],
    moment: Callable[[datetime], str],
) -> list[tuple[str, str]]:  # fmt: skip
    """Who signed, with what, when, and the digest of what was signed; nothing where nobody did."""
    if signature is None:
        return []
    issuer = signature.certificate.get("issuer", "")
    told = [
        (say("Người nộp ký", "Signed by the applicant"), signature.name),
        (say("Hình thức ký", "Signed with"), say(*LEVELS[Assurance(signature.level)])),
        (say("Chứng thư số do", "Certificate of"), issuer),
        (say("Ký lúc", "Signed at"), moment(signature.at)),
        (say("Mã đối chiếu (SHA-256)", "Digest (SHA-256)"), signature.digest),
    ]
    return [(label, value) for label, value in told if value]
