"""What somebody fills in and comes back to, before it is sent.

The files of a draft are its own while it lives. Which paper each of them belongs to stands in its
content, so that no posted form decides it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import selectors
from dothi.cases.choices import Origin, Parameter
from dothi.cases.models import Draft, Party
from dothi.cases.services.applying import Application, Submitted
from dothi.cases.services.intake import submit
from dothi.cases.services.refusals import BadText, LinkDoesNotOpen, NotOffered, VersionChanged
from dothi.core.access.services import opened
from dothi.core.attachments import services as attachments
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.clock import local
from dothi.lib import codes
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Channel
from dothi.procedures.rules import forms
from dothi.units.models import Unit

FILES_AT_MOST = 10  # Of one paper.


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A draft, and the secret by which somebody comes back to it: shown once."""

    draft: Draft
    secret: str


@transaction.atomic
def begin_draft(
    *, procedure: str, at: datetime, account: User | None = None, language: str = "vi"
) -> Begun:
    """Begin to fill in an application; it is kept for `Parameter.DRAFT_DAYS` after each change.

    Raises:
        NotOffered: the procedure is not in force, or not submitted on this site.
    """
    version = _offered(procedure, at=at)
    secret = codes.secret()
    draft = Draft.objects.create(
        secret_hash=codes.hash_secret(secret),
        version_id=version,
        account_hash=selectors.account_hash(account) if account else "",
        language=language,
        made_at=at,
        changed_at=at,
        expires_at=_until(at),
    )
    return Begun(draft=draft, secret=secret)


def draft_of(text: str, *, at: datetime) -> Draft:
    """The draft that a secret, or a link of the own page, opens.

    Raises:
        LinkDoesNotOpen: there is none, or it was not touched for too long.
    """
    found = selectors.draft_by(text, at=at)
    if found is None:
        raise LinkDoesNotOpen
    return found


def content_of(draft: Draft) -> dict[str, Any]:
    """What was filled in so far."""
    found: dict[str, Any] = json.loads(draft.content) if draft.content else {}
    return found


@transaction.atomic
def save_draft(
    *, draft: Draft, content: Mapping[str, Any], at: datetime, unit: Unit | None = None
) -> None:
    """Keep what is filled in now; nothing of it is checked before it is sent."""
    draft.content = json.dumps(dict(content), ensure_ascii=False)
    draft.changed_at, draft.expires_at = at, _until(at)
    if unit is not None:
        draft.unit = unit
    draft.save(update_fields=["content", "changed_at", "expires_at", "unit"])


def attach(
    *, draft: Draft, paper: str, files: Sequence[tuple[IO[bytes], str]], at: datetime
) -> list[str]:
    """Lay files under a paper of the draft. Return a sentence for each that was not taken.

    Files are taken before the draft is locked, since a scanner may be asked about them.

    Raises:
        BadText: the version asks for no such paper.
        LinkDoesNotOpen: the draft is gone.
    """
    if paper not in {one.code for one in procedures.content_of(draft.version_id).papers}:
        raise BadText
    room = FILES_AT_MOST - len(content_of(draft).get("papers", {}).get(paper, []))
    taken, refused = [], []
    for file, name in files[: max(room, 0)]:
        try:
            one = attachments.take(file=file, name=name, by="public", at=at, owner=draft.subject)
        except FileRefused as error:
            refused.append(f"{name}: {error.message}")
        else:
            taken.append(one.attachment.code)
    if len(files) > room:
        refused.append(_("At most %(most)d files for one paper.") % {"most": FILES_AT_MOST})
    _lay_under(draft, paper, taken, at=at)
    return refused


@transaction.atomic
def _lay_under(draft: Draft, paper: str, taken: list[str], *, at: datetime) -> None:
    locked = _locked(draft)
    content = content_of(locked)
    content.setdefault("papers", {}).setdefault(paper, []).extend(taken)
    _keep(locked, draft, content, at=at)


@transaction.atomic
def detach(*, draft: Draft, file: str, at: datetime) -> None:
    """Take a file out of the draft again; one that does not lie in it stays where it is."""
    locked = _locked(draft)
    content = content_of(locked)
    laid = content.get("papers", {})
    if not any(file in held for held in laid.values()):
        return
    content["papers"] = {
        paper: [code for code in held if code != file] for paper, held in laid.items()
    }
    attachments.remove(owner=draft.subject, codes=[file])
    _keep(locked, draft, content, at=at)


@transaction.atomic
def keep_parts(draft: Draft, *, at: datetime, **parts: Any) -> None:
    """Write some parts of what a draft holds over those that stand there; the rest stays.

    Raises:
        LinkDoesNotOpen: the draft is gone.
    """
    locked = _locked(draft)
    _keep(locked, draft, content_of(locked) | parts, at=at)


def _keep(locked: Draft, draft: Draft, content: Mapping[str, Any], *, at: datetime) -> None:
    save_draft(draft=locked, content=content, at=at)
    draft.content, draft.changed_at = locked.content, locked.changed_at


def _locked(draft: Draft) -> Draft:
    row = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise LinkDoesNotOpen
    return row


@transaction.atomic
def renew(*, draft: Draft, at: datetime) -> bool:
    """Bring a draft to the version in force; answers that still fit are kept.

    Return whether there was another one.

    Raises:
        NotOffered: nothing is in force that could be sent here.
    """
    locked = _locked(draft)
    version = _offered(procedures.content_of(locked.version_id).code, at=at)
    if version == locked.version_id:
        return False
    definition = procedures.content_of(version)
    content = content_of(locked)
    answers = forms.cleaned(definition.form, content.get("answers", {}))
    wrong = {one.path[0] for one in forms.mistakes(definition.form, answers, on=local(at).date())}
    asked = {paper.code for paper in definition.papers}
    content["answers"] = {code: said for code, said in answers.items() if code not in wrong}
    gone = [
        file
        for paper, held in content.get("papers", {}).items() if paper not in asked
        for file in held
    ]  # fmt: skip
    attachments.remove(owner=draft.subject, codes=gone)
    for shelf in ("papers", "reused"):
        kept = content.get(shelf, {})
        content[shelf] = {paper: held for paper, held in kept.items() if paper in asked}
    locked.version_id = draft.version_id = version
    locked.save(update_fields=["version"])
    _keep(locked, draft, content, at=at)
    return True


@transaction.atomic
def send_draft(
    *, draft: Draft, application: Application, at: datetime, account: User | None = None
) -> Submitted:
    """Send it in: the dossier takes its place, its files go over to the papers, the draft is gone.

    Raises:
        LinkDoesNotOpen: it was sent before.
        VersionChanged: another version is in force; `renew` brings the draft to it.
        Everything that `submit` raises.
    """
    locked = _locked(draft)
    if procedures.content_of(locked.version_id).code != application.procedure:
        raise NotOffered
    if _offered(application.procedure, at=at) != locked.version_id:
        raise VersionChanged
    papers = [replace(one, held_by=draft.subject) for one in application.papers]
    _note_reused(application, account, at=at)
    done = submit(
        application=replace(application, papers=papers), origin=Origin.OWN,
        by=account or "public", at=at, account=account,
    )  # fmt: skip
    attachments.erase(owner=draft.subject)
    locked.delete()
    return done


def _note_reused(application: Application, account: User | None, *, at: datetime) -> None:
    """A paper given before is laid in with the person's consent, and it is noted that it was.

    Raises:
        NotOffered: it is none of the person's own.
    """
    wanted = {one.reused_from for one in application.papers if one.reused_from is not None}
    if not wanted:
        return
    own = selectors.given_before(account, on=local(at).date()) if account else []
    known = {one.pk: one for one in own}
    if account is None or not wanted <= known.keys():
        raise NotOffered
    for key in sorted(wanted):
        paper = known[key]
        opened(
            record=paper.dossier.subject, by=account.actor, at=at,
            purpose=f"{paper.dossier.procedure} → {application.procedure}",
            fields=[paper.kind or paper.code], post=account.full_name,
        )  # fmt: skip


@transaction.atomic
def throw_away(*, draft: Draft) -> None:
    """Delete a draft and its files: who filled it in does not want it any more."""
    attachments.erase(owner=draft.subject)
    Draft.objects.filter(pk=draft.pk).delete()


@transaction.atomic
def forget_account(*, account: User, at: datetime) -> int:
    """Throw away what a person has not sent, and take the mark of the account off the dossiers.

    The dossiers stay as long as the law says; the tracking secret opens them still.
    """
    rows = list(selectors.drafts_of(account, at=at))
    for draft in rows:
        throw_away(draft=draft)
    mark = selectors.account_hash(account)
    Party.objects.filter(account_hash=mark).update(account_hash="")
    return len(rows)


def sweep_drafts(*, at: datetime) -> int:
    """Delete what was not touched for too long. Return how many."""
    rows = list(Draft.objects.filter(expires_at__lte=at)[:500])
    for draft in rows:
        throw_away(draft=draft)
    return len(rows)


def _offered(procedure: str, *, at: datetime) -> int:
    """The id of the version in force, if it is submitted on this site."""
    version = procedures.version_of(procedure, on=local(at).date())
    if version is None or procedures.content_of(version.pk).channel != Channel.OWN:
        raise NotOffered
    return version.pk


def _until(at: datetime) -> datetime:
    return at + timedelta(days=selectors.setting(Parameter.DRAFT_DAYS, on=local(at).date()))
