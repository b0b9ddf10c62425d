"""The applicant's own dossiers and drafts: by secret, by signed link, by account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from dothi.accounts.models import User
from dothi.cases.choices import Part, Status
from dothi.cases.models import (
    Complaint,
    Document,
    Dossier,
    Draft,
    Party,
    Proposal,
    Result,
    Supplement,
)
from dothi.core.access.models import Look
from dothi.core.access.selectors import looks_at as all_looks_at
from dothi.core.attachments.models import Attachment
from dothi.core.attachments.selectors import of_all
from dothi.core.crypto import services as crypto
from dothi.core.crypto.rules import Unreadable
from dothi.core.crypto.services import keyed_hash
from dothi.lib import codes
from dothi.procedures import selectors as procedures

LINK, DRAFT_LINK = "cases.tracking", "cases.draft"
LINK_LIVES = timedelta(days=30)
PAPERS_AT_MOST = 100


def loaded() -> QuerySet[Dossier]:
    """Dossiers with what verbs and pages need of them, in one question."""
    return Dossier.objects.select_related(
        "receiving_unit", "unit", "handling_unit", "handling_person",
        "clock", "step_clock", "reply_clock",
    )  # fmt: skip


def by_secret(text: str) -> Dossier | None:
    """The dossier that a tracking secret opens, however it was typed."""
    return loaded().filter(secret_hash=codes.hash_secret(text)).first()


def by_tracking(text: str, *, at: datetime) -> Dossier | None:
    """The dossier that a tracking secret, or a signed link of a mail, opens.

    The public code of a dossier opens nothing here.
    """
    if "." not in text:
        return by_secret(text)
    try:
        code = crypto.unsign(text, purpose=LINK, at=at)["d"]
    except Unreadable:
        return None
    return loaded().filter(code=code).first()


def tracking_token(dossier: Dossier, *, at: datetime) -> str:
    """A link for mails and the own page: secrets are not kept, so that it is signed, and ends."""
    return crypto.sign({"d": dossier.code}, purpose=LINK, expires=at + LINK_LIVES)


def tracking_url(dossier: Dossier, *, at: datetime) -> str:
    return page_url(f"cases/t/{tracking_token(dossier, at=at)}", dossier.language)


def page_url(path: str, language: str) -> str:
    """The full address of a page in a language, for mails."""
    prefix = "" if language == settings.LANGUAGE_CODE else f"{language}/"
    return f"{settings.PUBLIC_URL}/{prefix}{path}"


def draft_by(text: str, *, at: datetime) -> Draft | None:
    """The draft that a secret, or a signed link of the own page, opens while it is kept."""
    rows = Draft.objects.select_related("version", "unit").filter(expires_at__gt=at)
    if "." not in text:
        return rows.filter(secret_hash=codes.hash_secret(text)).first()
    try:
        key = crypto.unsign(text, purpose=DRAFT_LINK, at=at)["d"]
    except Unreadable:
        return None
    return rows.filter(pk=key).first()


def draft_token(draft: Draft, *, at: datetime) -> str:
    """A link for the person who began the draft while signed in; it lives for a day."""
    return crypto.sign({"d": draft.pk}, purpose=DRAFT_LINK, expires=at + timedelta(days=1))


def drafts_of(user: User, *, at: datetime) -> QuerySet[Draft]:
    """What a person began while signed in and has not sent; the last touched first."""
    mine = Draft.objects.filter(account_hash=account_hash(user), expires_at__gt=at)
    return mine.select_related("version", "unit").order_by("-changed_at", "-id")


def given_before(user: User, *, on: date, kinds: Collection[str] | None = None) -> list[Document]:
    """Papers with files that a person gave for the own dossiers and that still hold, newest first.

    One of each kind, and of nobody for whom the person acted. They are offered again, so that
    nobody is asked for the same paper twice.
    """
    mine = Document.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on),
        dossier__parties__account_hash=account_hash(user),
        dossier__parties__part=Part.APPLICANT,
        digitised=True,
        given_at__isnull=False,
        reused_from=None,
    ).exclude(kind="")  # fmt: skip
    if kinds is not None:
        mine = mine.filter(kind__in=kinds)
    rows = mine.select_related("dossier").order_by("-given_at", "-id").distinct()[:PAPERS_AT_MOST]
    newest: dict[str, Document] = {}
    for row in rows:
        newest.setdefault(row.kind, row)
    return list(newest.values())


def is_of_account(dossier: Dossier, user: User) -> bool:
    """Whether a dossier stands on the page of this person."""
    return Party.objects.filter(dossier=dossier, account_hash=account_hash(user)).exists()


def open_supplement(dossier: Dossier) -> Supplement | None:
    """The papers that were asked for and have not come."""
    return Supplement.objects.filter(dossier=dossier, met_at=None).first()


def open_proposal(dossier: Dossier) -> Proposal | None:
    """The draft of the result that waits for the applicant."""
    return Proposal.objects.filter(dossier=dossier, answered_at=None).first()


def results_of(dossier: Dossier) -> list[tuple[Result, list[Attachment]]]:
    """The signed results of a finished dossier with their files; revoked ones are gone."""
    if dossier.done_at is None:
        return []
    rows = list(
        Result.objects.filter(dossier=dossier, revoked_at=None, signed_at__isnull=False).order_by(
            "id"
        )
    )
    files = of_all([row.subject for row in rows])
    return [(row, files[row.subject]) for row in rows]


def looks_at(dossiers: Collection[Dossier]) -> QuerySet[Look]:
    """Who opened personal data of these dossiers, newest first: shown to the applicant."""
    return all_looks_at([dossier.subject for dossier in dossiers])


def of_account(user: User) -> QuerySet[Dossier]:
    """The dossiers that a person sent in while signed in, or took over later; newest first."""
    mine = loaded().filter(parties__account_hash=account_hash(user)).distinct()
    return mine.order_by("-submitted_at", "-id")


def account_hash(user: User) -> str:
    """The keyed hash by which a person who signed in finds the own dossiers."""
    return keyed_hash(str(user.pk), purpose="cases.account")


def number_hash(citizen_id: str) -> str:
    """The keyed hash by which dossiers of an identification number are found."""
    digits = citizen_id.strip()
    return keyed_hash(digits, purpose="cases.citizen_id") if digits else ""


def complaints_about(dossier: Dossier) -> list[Complaint]:
    """Complaints that were made about a dossier, the newest first."""
    return list(Complaint.objects.filter(dossier=dossier).order_by("-id"))


@dataclass(frozen=True, kw_only=True)
class Own:
    """One own dossier for the list of the own page."""

    code: str
    name: str
    state: str
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class OwnDraft:
    """One thing that was begun and not sent."""

    key: int
    name: str


def own_of(user: User) -> list[Own]:
    """The own dossiers, newest first."""
    return [
        Own(
            code=row.code, name=_name(row.version_id), state=str(Status(row.status).label),
            submitted_at=row.submitted_at,
        )
        for row in of_account(user)[:PAPERS_AT_MOST]
    ]  # fmt: skip


def own_drafts(user: User, *, at: datetime) -> list[OwnDraft]:
    """What was begun while signed in and not sent."""
    rows = drafts_of(user, at=at)[:PAPERS_AT_MOST]
    return [OwnDraft(key=row.pk, name=_name(row.version_id)) for row in rows]


def _name(version_id: int) -> str:
    return procedures.content_of(version_id).name.of(get_language() or "vi")
