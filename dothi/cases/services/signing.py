"""Leaders sign results: each becomes a paper with the signature of a post (PAdES)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from dothi.accounts.models import Post, User
from dothi.cases import permissions, registry, rules
from dothi.cases.choices import REFUSAL, Act
from dothi.cases.models import Dossier, Proposal, Result
from dothi.cases.services import moving, people
from dothi.cases.services.handling import advance, finish_refused
from dothi.cases.services.papers import contents
from dothi.cases.services.papers.issuing import agency_for, note_issued
from dothi.cases.services.papers.reading import FIELDS, PURPOSE_LENGTH
from dothi.cases.services.refusals import (
    CannotSign,
    NoSuchOutcome,
    NotYours,
    ReasonNeeded,
    RefusalSigned,
    Refused,
    SignedBefore,
)
from dothi.core.clock import local
from dothi.core.papers import services as issuing
from dothi.core.papers import signing
from dothi.core.papers.models import Paper
from dothi.core.papers.services import Seal
from dothi.core.rows import append
from dothi.lib import text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import End
from dothi.procedures.rules import steps
from dothi.procedures.rules.definition import Step

REFUSAL_NAMES = ("Thông báo không giải quyết hồ sơ", "Notice that a request is not granted")
REASON = "Ký kết quả giải quyết thủ tục hành chính"  # As it stands in the signature.


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of each dossier: codes that were signed, and those that were not, with why."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A paper as it would be signed: its pages as PNG, and what they say, for who cannot see."""

    name: str
    pages: Sequence[bytes]
    opening: Sequence[str]
    lines: Sequence[tuple[str, str]]
    closing: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """One result that is to be signed."""

    code: str
    name: str
    kind: str = ""
    months: int | None = None


@moving.verb
def sign_result(
    *, dossier: Dossier, by: User, at: datetime, refusal: str = ""
) -> list[Result]:  # fmt: skip
    """Make the paper of each result that is not signed yet, and sign it as the person's post.

    With `refusal` (why), the one paper that says that the request is not granted.

    Raises:
        NotYours: the person holds no post that signs for the unit that decides.
        SignedBefore: nothing is left to sign.
        RefusalSigned: it was signed that nothing is granted.
        CannotSign: the post has no certificate in force, or its key is missing.
        NotAllowedNow, TooLate: see there.
    """
    post = permissions.signing_post(by, dossier, on=local(at).date())
    if post is None:
        raise NotYours
    moving.check(dossier, Act.SIGN)
    wanted = _wanted(dossier, refusal)
    if not wanted:
        raise SignedBefore
    seal = _seal(post, at)
    return [_sign(dossier, one, seal, post, refusal=refusal, by=by, at=at) for one in wanted]


@moving.verb
def approve(*, dossier: Dossier, by: User, at: datetime) -> Step | End:
    """Sign what is not signed yet, and let the dossier go its way: to its end, or the next step.

    Raises:
        NoSuchOutcome: the step does not end with an approval.
        NotYours, CannotSign, StillAsked, NotAllowedNow, TooLate: see there.
    """
    if not permissions.at_its_post(by, dossier, on=local(at).date()):
        raise NotYours
    if _wanted(dossier, ""):
        sign_result(dossier=dossier, by=by, at=at)
    return advance(dossier=dossier, outcome=_onward(dossier), by=by, at=at)


@moving.verb
def decline(*, dossier: Dossier, reason: str, by: User, at: datetime) -> None:
    """Sign that the request is not granted; who has the dossier ends it by that, too.

    A leader may sign so while an officer has it: the officer ends the step then.

    Raises:
        ReasonNeeded: it is not said why.
        NotYours, SignedBefore, CannotSign, StillAsked, NotAllowedNow, TooLate: see there.
    """
    sign_result(dossier=dossier, by=by, at=at, refusal=_why(reason))
    if permissions.at_its_post(by, dossier, on=local(at).date()):
        finish_refused(dossier=dossier, by=by, at=at)


@transaction.atomic
def preview(
    *, dossier: Dossier, by: User, purpose: str, at: datetime, refusal: str | None = None
) -> list[Draft]:
    """The papers that `sign_result` would sign now. That they are read is noted first.

    Raises:
        ReasonNeeded: a refusal does not say why.
        NotYours, SignedBefore, RefusalSigned, NotAllowedNow: see `sign_result`.
        BadText: no purpose is given.
    """
    post = permissions.signing_post(by, dossier, on=local(at).date())
    if post is None:
        raise NotYours
    moving.check(dossier, Act.SIGN)
    why = "" if refusal is None else _why(refusal)
    wanted = _wanted(dossier, why)
    if not wanted:
        raise SignedBefore
    # Who may sign it may read it, also while an officer has it.
    why_read = moving.words(purpose, most=PURPOSE_LENGTH)
    people.note_as(post, dossier, by=by, purpose=why_read, fields=FIELDS, at=at)
    return [_draft(dossier, one, post, refusal=why, by=by, at=at) for one in wanted]


def approve_many(*, dossiers: Iterable[Dossier], by: User, at: datetime) -> Batch:
    """Approve many, each in a transaction of its own: one that fails stops no other."""
    batch = Batch()
    for dossier in dossiers:
        try:
            approve(dossier=dossier, by=by, at=at)
        except Refused as refused:
            batch.failed.append((dossier.code, refused.message))
        else:
            batch.done.append(dossier.code)
    return batch


def _wanted(dossier: Dossier, refusal: str) -> list[_Wanted]:
    signed = Result.objects.filter(dossier=dossier, revoked_at=None, signed_at__isnull=False)
    there = set(signed.values_list("code", flat=True))
    if REFUSAL in there:
        raise SignedBefore if refusal else RefusalSigned
    if refusal:
        name = REFUSAL_NAMES[dossier.language == "en"]
        return [] if there else [_Wanted(code=REFUSAL, name=name)]
    definition = procedures.content_of(dossier.version_id)
    return [
        _Wanted(code=one.code, name=one.name.of(dossier.language), kind=one.kind, months=one.months)
        for one in definition.results
        if one.code not in there
    ]


def _seal(post: Post, at: datetime) -> Seal:
    try:
        return signing.seal_of(unit_code=post.unit.code, role=post.role, reason=REASON, at=at)
    except signing.CannotSign as error:
        raise CannotSign(error.message) from error


def _sign(
    dossier: Dossier, wanted: _Wanted, seal: Seal, post: Post, *, refusal: str, by: User,
    at: datetime,
) -> Result:  # fmt: skip
    # First the move: whoever was slower is refused before a number is given.
    move = moving.move(dossier, Act.SIGN, by=by, at=at, outcome=wanted.code)
    paper = _paper(dossier, wanted, seal, post, refusal=refusal, by=by, at=at)
    note_issued(paper, dossier, move)
    # A draft of it that was made before gives way to what is signed.
    unsigned = Result.objects.filter(dossier=dossier, code=wanted.code, revoked_at=None)
    unsigned.update(revoked_at=at)
    result = Result(
        dossier=dossier, code=wanted.code, kind=wanted.kind, name=wanted.name, paper=paper.code,
        made_at=at, signed_at=at, signed_by=by.actor,
        valid_to=_months_on(local(at).date(), wanted.months) if wanted.months else None,
    )  # fmt: skip
    append(result)
    return result


def _paper(
    dossier: Dossier, wanted: _Wanted, seal: Seal, post: Post, *, refusal: str, by: User,
    at: datetime,
) -> Paper:  # fmt: skip
    said = _said(seal, at, english=dossier.language == "en")
    content = _content(dossier, wanted, post, seal.signer.post, said, refusal=refusal, by=by, at=at)
    return issuing.issue(subject=dossier.subject, by=by.actor, seal=seal, **content)


def _draft(
    dossier: Dossier, wanted: _Wanted, post: Post, *, refusal: str, by: User, at: datetime
) -> Draft:
    title = post.title or str(post.get_role_display())
    content = _content(dossier, wanted, post, title, (), refusal=refusal, by=by, at=at)
    said = content["context"]
    return Draft(
        name=wanted.name, pages=issuing.preview(**content), opening=said["opening"],
        lines=said["lines"], closing=said["closing"],
    )  # fmt: skip


def _content(
    dossier: Dossier, wanted: _Wanted, post: Post, title: str, signed: Sequence[str], *,
    refusal: str, by: User, at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """What the paper of a result says, and in whose name."""
    agreed = Proposal.objects.filter(dossier=dossier, agreed=True).order_by("-id").first()
    return {
        "kind": registry.RESULT.code,
        "unit_code": dossier.unit.code,
        "agency": agency_for(
            dossier, dossier.unit, at=at, signer=by.get_full_name(),
            title=(post.title or title,) * 2,
        ),
        "context": contents.result(
            dossier, about=wanted.name, agreed=agreed.text if agreed else "", refusal=refusal,
            signed=signed,
        ),
        "at": at,
        "title": wanted.name,
        "language": "en" if dossier.language == "en" else "vi",
    }  # fmt: skip


def _said(seal: Seal, at: datetime, *, english: bool) -> Sequence[str]:
    """What stands where a hand would sign."""
    labels = ("Signed by", "Agency", "At") if english else ("Ký bởi", "Cơ quan", "Thời gian ký")
    values = (seal.signer.post, seal.signer.agency, contents.moment(at, english=english))
    return [f"{label}: {value}" for label, value in zip(labels, values, strict=True)]


def _why(reason: str) -> str:
    why = text_vi.written(reason)[: rules.REASON_LENGTH]
    if not why:
        raise ReasonNeeded
    return why


def _onward(dossier: Dossier) -> str:
    """How a step ends with an approval: in the result, else by its first outcome."""
    definition = procedures.content_of(dossier.version_id)
    try:
        outcomes = steps.step_of(definition.steps, dossier.step).outcomes
    except steps.NoSuchStep as error:
        raise NoSuchOutcome from error
    ends = [one.code for one in outcomes if one.to == End.RESULT]
    forward = [one.code for one in outcomes if one.to != End.REFUSED]
    if not ends + forward:
        raise NoSuchOutcome
    return (ends + forward)[0]


def _months_on(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError
