"""Who applies signs what is sent in: with name and declaration, a code, or a certificate.

What is signed is a statement: procedure, version and office, and digests of the answers, the people
and each file, spelled by RFC 8785. It is kept with the dossier; its own digest goes into the audit
trail, which is sealed with a key outside the database. `differences` compares them with what the
dossier says now. Luật Giao dịch điện tử 20/2023/QH15.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import rules
from dothi.cases.choices import Altered, Assurance, Part
from dothi.cases.models import Document, Dossier, Draft, Party, Signature
from dothi.cases.services.applying import Application, Person, Submitted, checked_person
from dothi.cases.services.composing import application_of
from dothi.cases.services.drafts import content_of, keep_parts, send_draft
from dothi.cases.services.moving import actor_of
from dothi.cases.services.refusals import BadText, NotSignedEnough
from dothi.cases.services.saying import everything_said
from dothi.core.attachments import selectors as attachments
from dothi.core.attachments import services as files
from dothi.core.attachments.models import Attachment
from dothi.core.audit.selectors import entries_of
from dothi.core.audit.services import record
from dothi.core.rows import append
from dothi.lib import jcs, text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Signing

FORM = "dothi.application.1"  # Of the statement: another one where its parts change.
ACT = "cases.sign_application"


@dataclass(frozen=True, kw_only=True)
class Core:
    """What a draft says now, as it is signed; `digest` is shown to who signs."""

    facts: dict[str, Any]
    nonce: str

    @property
    def digest(self) -> str:
        return jcs.digest(self.facts)


@transaction.atomic
def core_of(draft: Draft, *, at: datetime) -> Core:
    """The application of a draft as it would be signed.

    Raises:
        NoAgency, BadApplicant: it is not filled in so far.
    """
    nonce = content_of(draft).get("nonce", "")
    if not nonce:
        nonce = secrets.token_hex(32)
        keep_parts(draft, at=at, nonce=nonce)
    return Core(facts=_facts(draft, application_of(draft), nonce), nonce=nonce)


def _facts(draft: Draft, application: Application, nonce: str) -> dict[str, Any]:
    agent = application.agent
    return {
        "form": FORM,
        "procedure": application.procedure,
        "version": draft.version.number,
        "unit": application.unit.code,
        "answers": _hidden(dict(application.answers), nonce),
        "applicant": _hidden(_person(checked_person(application.applicant)), nonce),
        "agent": _hidden(_person(checked_person(agent)), nonce) if agent else None,
        "papers": _papers(draft, application),
    }


def _hidden(value: Any, nonce: str) -> str:
    """A digest that nobody finds out by trying names and numbers, who has not the nonce."""
    return jcs.digest([nonce, value])


def _person(person: Person | Party) -> dict[str, Any]:
    return {
        "name": person.name, "kind": str(person.kind), "phone": person.phone,
        "email": person.email, "address": person.address, "citizen_id": person.citizen_id,
        "tax_code": person.tax_code, "proof": person.proof, "female": person.female,
        "born_on": person.born_on.isoformat() if person.born_on else None,
    }  # fmt: skip


def _papers(draft: Draft, application: Application) -> list[dict[str, Any]]:
    own = {one.code: one.sha256 for one in attachments.of(draft.subject)}
    return [
        {
            "code": paper.code,
            "files": sorted(own[code] for code in paper.files if code in own),
            "given_before": _digests_of(paper.reused_from),
        }
        for paper in sorted(application.papers, key=lambda one: one.code)
    ]


def _digests_of(document: int | None) -> list[str]:
    if document is None:
        return []
    row = Document(pk=document)
    return sorted(one.sha256 for one in attachments.of(row.subject))


# --- Sign and send -------------------------------------------------------------------------------


def needed_for(draft: Draft) -> Signing:
    """What the version of a draft asks for at least."""
    return procedures.content_of(draft.version_id).signing


def signer_of(application: Application) -> Person:
    """Who signs: whoever acts."""
    return application.agent or application.applicant


@transaction.atomic
def sign_and_send(
    *, draft: Draft, level: Assurance, name: str, at: datetime, account: User | None = None,
    certified: Mapping[str, Any] | None = None,
) -> Submitted:  # fmt: skip
    """Send the application in and keep what was signed, with the level at which it was.

    `name` is what was typed, or what the certificate says; `certified` tells of the certificate and
    the signed file (`certifying.take_signed`).

    Raises:
        NotSignedEnough: the version asks for more.
        BadText: the name is not that of who applies.
        Everything that `send_draft` raises.
    """
    if not rules.suffices(needed_for(draft), level):
        raise NotSignedEnough(needed_for(draft))
    application = application_of(draft)
    typed = _checked_name(name, signer_of(application), level)
    core = core_of(draft, at=at)
    signed = dict(certified or {})
    held = f"cases.signing:{draft.pk}"
    if signed:
        files.hand_over(codes=[signed["file"]], owner=draft.subject, to=held)
    done = send_draft(draft=draft, application=application, at=at, account=account)
    by = actor_of(account or "public")
    row = _kept(done.dossier, core, level, typed, signed, by=by, at=at)
    if signed:
        files.hand_over(codes=[signed["file"]], owner=held, to=row.subject)
    return done


def _checked_name(name: str, person: Person, level: Assurance) -> str:
    typed = text_vi.tidy(name)[: rules.NAME_LENGTH]
    # A business signs by a person whose name the form does not ask for.
    known = person.kind == "citizen" and level != Assurance.CERTIFICATE
    if known and not rules.same_name(typed, person.name):
        raise BadText(_("Please write your full name as it stands in the application."))
    if not known and len(typed.split()) < 2:
        raise BadText(_("Please write your full name."))
    return typed


def _kept(
    dossier: Dossier, core: Core, level: Assurance, name: str, signed: Mapping[str, Any], *,
    by: str, at: datetime,
) -> Signature:  # fmt: skip
    statement = core.facts | {
        "dossier": dossier.code, "level": level.value, "signer": _hidden(name, core.nonce),
        "at": at.astimezone(UTC).isoformat(timespec="seconds"), "core": core.digest,
        "certificate": signed.get("fingerprint"), "signed_file": signed.get("sha256"),
    }  # fmt: skip
    row = Signature(
        dossier=dossier, level=level.value, name=name, at=at, statement=statement,
        digest=jcs.digest(statement), nonce=core.nonce, certificate=signed,
    )  # fmt: skip
    append(row)
    record(
        ACT, subject=dossier.subject, by=by, at=at, unit=dossier.unit.code, digest=row.digest,
        level=level.value,
    )  # fmt: skip
    return row


# --- Compare -------------------------------------------------------------------------------------


def differences(signature: Signature, *, bytes_too: bool = False) -> list[Altered]:
    """What is no longer as it was signed; empty: everything is.

    With `bytes_too` the files are read and not only what the table says of them. What was supplied
    later is no difference: it was not signed then.
    """
    dossier, kept = signature.dossier, signature.statement
    found = []
    if jcs.digest(kept) != signature.digest:
        found.append(Altered.STATEMENT)
    if signature.digest not in _told(dossier):
        found.append(Altered.TRAIL)
    if _hidden(everything_said(dossier), signature.nonce) != kept["answers"]:
        found.append(Altered.ANSWERS)
    if not _same_people(signature):
        found.append(Altered.PEOPLE)
    if not _files_there(dossier, kept["papers"], bytes_too=bytes_too):
        found.append(Altered.FILES)
    if not _signed_file_there(signature, bytes_too=bytes_too):
        found.append(Altered.SIGNED_FILE)
    return found


def _told(dossier: Dossier) -> set[str]:
    rows = entries_of(dossier.subject).filter(act=ACT)
    return {str(details.get("digest")) for details in rows.values_list("details", flat=True)}


def _same_people(signature: Signature) -> bool:
    kept, nonce = signature.statement, signature.nonce
    rows = {one.part: one for one in Party.objects.filter(dossier=signature.dossier_id)}
    found = {
        name: _hidden(_person(rows[part]), nonce) if part in rows else None
        for name, part in (("applicant", Part.APPLICANT.value), ("agent", Part.AGENT.value))
    }
    signer = _hidden(signature.name, nonce)
    return found == {name: kept[name] for name in found} and signer == kept["signer"]


def _files_there(dossier: Dossier, papers: list[dict[str, Any]], *, bytes_too: bool) -> bool:
    rows = {one.code: one for one in Document.objects.filter(dossier=dossier)}
    for paper in papers:
        row = rows.get(paper["code"])
        wanted = {*paper["files"], *paper["given_before"]}
        owners = [] if row is None else [row.subject]
        if row is not None and row.reused_from_id:
            owners.append(Document(pk=row.reused_from_id).subject)
        if not wanted <= _sound(owners, bytes_too=bytes_too):
            return False
    return True


def _signed_file_there(signature: Signature, *, bytes_too: bool) -> bool:
    wanted = signature.statement.get("signed_file")
    return not wanted or wanted in _sound([signature.subject], bytes_too=bytes_too)


def _sound(owners: Collection[str], *, bytes_too: bool) -> set[str]:
    """The digests of the files that are there, and are what the table says where they are read."""
    listed = [one for held in attachments.of_all(owners).values() for one in held]
    return {one.sha256 for one in listed if not bytes_too or _digest_of(one) == one.sha256}


def _digest_of(file: Attachment) -> str:
    content = attachments.content_of(file)
    return hashlib.sha256(content).hexdigest() if content is not None else ""
