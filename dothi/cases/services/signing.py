"""Leaders sign results: each becomes a paper with the signature of a post (PAdES)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dothi.accounts.models import Post, User
from dothi.cases import permissions, registry
from dothi.cases.choices import Act
from dothi.cases.models import Dossier, Proposal, Result
from dothi.cases.services import moving
from dothi.cases.services.handling import advance
from dothi.cases.services.papers import contents
from dothi.cases.services.papers.issuing import agency_for, note_issued
from dothi.cases.services.refusals import (
    CannotSign,
    NoSuchOutcome,
    NotYours,
    Refused,
    SignedBefore,
)
from dothi.core.clock import local
from dothi.core.papers import services as issuing
from dothi.core.papers import signing
from dothi.core.papers.models import Paper
from dothi.core.papers.services import Seal
from dothi.core.rows import append
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import End
from dothi.procedures.rules import steps
from dothi.procedures.rules.definition import Step

REFUSAL = "refusal"
REFUSAL_NAMES = ("Thông báo không giải quyết hồ sơ", "Notice that a request is not granted")
REASON = "Ký kết quả giải quyết thủ tục hành chính"  # As it stands in the signature.


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of each dossier: codes that were signed, and those that were not, with why."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


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
    english = dossier.language == "en"
    said = _said(seal, at, english=english)
    agreed = Proposal.objects.filter(dossier=dossier, agreed=True).order_by("-id").first()
    context = contents.result(
        dossier, about=wanted.name, agreed=agreed.text if agreed else "", refusal=refusal,
        signed=said,
    )  # fmt: skip
    agency = agency_for(
        dossier, dossier.unit, at=at, signer=by.get_full_name(),
        title=(post.title or seal.signer.post,) * 2,
    )  # fmt: skip
    return issuing.issue(
        kind=registry.RESULT.code, subject=dossier.subject, unit_code=dossier.unit.code,
        agency=agency, context=context, at=at, by=by.actor, title=wanted.name, seal=seal,
        language="en" if english else "vi",
    )  # fmt: skip


def _said(seal: Seal, at: datetime, *, english: bool) -> Sequence[str]:
    """What stands where a hand would sign."""
    labels = ("Signed by", "Agency", "At") if english else ("Ký bởi", "Cơ quan", "Thời gian ký")
    values = (seal.signer.post, seal.signer.agency, contents.moment(at, english=english))
    return [f"{label}: {value}" for label, value in zip(labels, values, strict=True)]


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
