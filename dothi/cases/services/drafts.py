"""What somebody fills in and comes back to, before it is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dothi.accounts.models import User
from dothi.cases import selectors
from dothi.cases.choices import Origin, Parameter
from dothi.cases.models import Draft
from dothi.cases.services.intake import Application, Submitted, submit
from dothi.cases.services.refusals import LinkDoesNotOpen, NotOffered
from dothi.core.attachments import services as attachments
from dothi.core.clock import local
from dothi.lib import codes
from dothi.procedures import selectors as procedures
from dothi.units.models import Unit


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
        NotOffered: the procedure is not in force.
    """
    version = procedures.version_of(procedure, on=local(at).date())
    if version is None:
        raise NotOffered
    secret = codes.secret()
    draft = Draft.objects.create(
        secret_hash=codes.hash_secret(secret),
        version=version,
        account_hash=selectors.account_hash(account) if account else "",
        language=language,
        made_at=at,
        changed_at=at,
        expires_at=_until(at),
    )
    return Begun(draft=draft, secret=secret)


def draft_of(secret: str, *, at: datetime) -> Draft:
    """The draft that a secret opens.

    Raises:
        LinkDoesNotOpen: there is none, or it was not touched for too long.
    """
    rows = Draft.objects.select_related("version", "unit")
    found = rows.filter(secret_hash=codes.hash_secret(secret), expires_at__gt=at).first()
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


@transaction.atomic
def send_draft(
    *, draft: Draft, application: Application, at: datetime, account: User | None = None
) -> Submitted:
    """Send it in: the dossier takes its place, and the draft is gone.

    Raises:
        LinkDoesNotOpen: it was sent before; and what `submit` raises.
    """
    if not Draft.objects.select_for_update().filter(pk=draft.pk).exists():
        raise LinkDoesNotOpen
    done = submit(
        application=application, origin=Origin.OWN, by=account or "public", at=at, account=account
    )
    draft.delete()
    return done


@transaction.atomic
def throw_away(*, draft: Draft) -> None:
    """Delete a draft and its files: who filled it in does not want it any more."""
    attachments.erase(owner=draft.subject)
    draft.delete()


def sweep_drafts(*, at: datetime) -> int:
    """Delete what was not touched for too long. Return how many."""
    rows = list(Draft.objects.filter(expires_at__lte=at)[:500])
    for draft in rows:
        throw_away(draft=draft)
    return len(rows)


def _until(at: datetime) -> datetime:
    return at + timedelta(days=selectors.setting(Parameter.DRAFT_DAYS, on=local(at).date()))
