"""How it is proved who signs: a code that went to the e-mail address, or a digital signature.

Both are kept in the draft, and hold for what it says now: another address needs another code, and
another answer another file.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import registry, rules
from dothi.cases.choices import Assurance
from dothi.cases.models import Draft
from dothi.cases.services.applying import Application
from dothi.cases.services.composing import application_of
from dothi.cases.services.confirming import core_of, signer_of
from dothi.cases.services.drafts import content_of, keep_parts
from dothi.cases.services.papers.application import to_sign
from dothi.cases.services.refusals import BadText, NotSignedSo
from dothi.core.attachments import services as files
from dothi.core.attachments.choices import Kind
from dothi.core.attachments.rules import MAX_BYTES
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.crypto.services import keyed_hash
from dothi.core.limits.services import hit
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.core.papers import trust
from dothi.core.transactions import joined

HOUR = timedelta(hours=1)


# --- A code --------------------------------------------------------------------------------------


def address_of(draft: Draft) -> str:
    """Where a code goes; empty: no address was given."""
    return str(content_of(draft).get("wishes", {}).get("email", ""))


@joined
def send_code(*, draft: Draft, at: datetime) -> None:
    """Send six digits to the address of the draft; a code that was sent before opens no more.

    Raises:
        BadText: there is no address, or too many codes were sent within the hour.
    """
    address = address_of(draft)
    if not address:
        raise BadText(_("Please give an e-mail address at “News and result” first."))
    if not hit(key=f"cases.code:{draft.pk}", limit=rules.CODES_PER_HOUR, per=HOUR, at=at):
        raise BadText(_("Too many codes were sent. Please try again in an hour."))
    code = f"{secrets.randbelow(10**6):06d}"
    until = at + timedelta(minutes=rules.CODE_MINUTES)
    keep_parts(
        draft, at=at, proved=None,
        code={"hash": _hash(draft, code, address), "until": until.isoformat(), "tries": 0},
    )  # fmt: skip
    send(
        template=registry.CODE.code,
        to=Recipient(channel=Channel.EMAIL, address=address, language=draft.language),
        context={"code": code, "minutes": rules.CODE_MINUTES}, at=at,
        dedupe=f"cases.code:{draft.pk}:{at.isoformat()}",
    )  # fmt: skip


@joined
def use_code(*, draft: Draft, typed: str, at: datetime) -> bool:
    """Whether this is the code that was sent; it opens once, and after a few wrong ones never."""
    kept = content_of(draft).get("code")
    if kept is None or not _opens(kept, at):
        return False
    address = address_of(draft)
    digits = "".join(typed.split())
    if not secrets.compare_digest(kept["hash"], _hash(draft, digits, address)):
        keep_parts(draft, at=at, code=kept | {"tries": kept["tries"] + 1})
        return False
    keep_parts(draft, at=at, code=None, proved={"to": _mark(address), "at": at.isoformat()})
    return True


def is_proved(draft: Draft, *, at: datetime) -> bool:
    """Whether a code came back from the address that the draft names now, within the hour."""
    proved = content_of(draft).get("proved")
    if not proved or proved["to"] != _mark(address_of(draft)):
        return False
    return at - datetime.fromisoformat(proved["at"]) <= timedelta(minutes=rules.PROVED_MINUTES)


def code_waits(draft: Draft, *, at: datetime) -> bool:
    """Whether a code was sent that can still be typed in."""
    kept = content_of(draft).get("code")
    return kept is not None and _opens(kept, at)


def _opens(kept: Mapping[str, Any], at: datetime) -> bool:
    alive: bool = at <= datetime.fromisoformat(kept["until"])
    return alive and kept["tries"] < rules.CODE_TRIES


def _hash(draft: Draft, code: str, address: str) -> str:
    return keyed_hash(f"{draft.pk}:{address.casefold()}:{code}", purpose="cases.code")


def _mark(address: str) -> str:
    return keyed_hash(address.casefold(), purpose="cases.code_address")


def level_of(draft: Draft, account: User | None, *, at: datetime) -> Assurance:
    """How sure it is who signs by name and declaration now."""
    if account is not None:
        return Assurance.ACCOUNT
    return Assurance.CODE if is_proved(draft, at=at) else Assurance.NAME


# --- A digital signature -------------------------------------------------------------------------


def certificates_taken() -> bool:
    """Whether the house believes any authority for digital signatures."""
    return bool(trust.authorities())


@joined
def sheet_to_sign(*, draft: Draft, at: datetime) -> bytes:
    """The application as a PDF to be signed digitally; what it says is remembered by its digest.

    Raises:
        NoAgency, BadApplicant: it is not filled in so far.
    """
    application, core = application_of(draft), core_of(draft, at=at)
    content = trust.with_field(to_sign(draft, application, digest=core.digest, at=at))
    made = {"sha256": _sha256(content), "size": len(content), "core": core.digest}
    keep_parts(draft, at=at, sheet=made)
    return content


def take_signed(*, draft: Draft, file: IO[bytes], at: datetime) -> None:
    """Take the application back with a digital signature of who applies.

    The file is looked at before the draft is locked.

    Raises:
        NotSignedSo: with a sentence that says what is wrong with it.
    """
    content = file.read(MAX_BYTES + 1)
    application, core = application_of(draft), core_of(draft, at=at)
    made = _made_here(content, content_of(draft).get("sheet"), core.digest)
    found = _checked(content, made, application, at)
    try:
        taken = files.take(
            file=content, name="application.pdf", by="public", at=at, owner=draft.subject
        )
    except FileRefused as error:
        raise NotSignedSo(error.message) from error
    if taken.attachment.kind != Kind.PDF:
        raise NotSignedSo(_("This is no PDF document."))
    drop_signed(draft=draft, at=at)
    keep_parts(
        draft, at=at,
        signed={
            "file": taken.attachment.code, "sha256": taken.attachment.sha256, "core": core.digest,
            "name": found.name, "issuer": found.issuer, "serial": found.serial,
            "fingerprint": found.fingerprint, "checked_at": at.isoformat(),
        },
    )  # fmt: skip


def drop_signed(*, draft: Draft, at: datetime) -> None:
    """Throw the signed file of a draft away, if it has one."""
    kept = content_of(draft).get("signed")
    if kept:
        files.remove(owner=draft.subject, codes=[kept["file"]])
        keep_parts(draft, at=at, signed=None)


def signed_of(draft: Draft, *, at: datetime) -> dict[str, Any] | None:
    """The digital signature that was taken, while the draft still says what was signed."""
    kept: dict[str, Any] | None = content_of(draft).get("signed")
    return kept if kept and kept["core"] == core_of(draft, at=at).digest else None


def _made_here(content: bytes, made: dict[str, Any] | None, digest: str) -> bytes:
    """The file as it was before it was signed, which the signed one begins with."""
    if made is None or made["core"] != digest:
        raise NotSignedSo(
            _("The application was changed since. Please take the file anew and sign that one.")
        )
    if _sha256(content[: made["size"]]) != made["sha256"]:
        raise NotSignedSo(
            _("This is not the file that was made here. Sign it as it is, without saving it anew.")
        )
    return content[: made["size"]]


def _checked(content: bytes, made: bytes, application: Application, at: datetime) -> trust.Signed:
    found = trust.look(content, made=made, roots=trust.authorities(), at=at)
    if found is None:
        raise NotSignedSo(_("The file carries no digital signature."))
    if not (found.intact and found.only_signed):
        raise NotSignedSo(_("The file was changed, and not only signed. Please sign it anew."))
    if not found.trusted:
        raise NotSignedSo(
            _("The certificate is not in force, or of an authority that this office does not take.")
        )
    person, applicant = signer_of(application), application.applicant
    known = {person.citizen_id, person.tax_code, applicant.tax_code}
    if not rules.speaks_of(
        numbers=found.numbers, name=found.name, known=known, known_as=person.name
    ):
        raise NotSignedSo(
            _("The certificate names %(name)s, and not who applies.") % {"name": found.name}
        )
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
