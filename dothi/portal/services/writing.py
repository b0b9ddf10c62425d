"""Begin an article, save another revision of it, bring an older one back, give it pictures."""

from dataclasses import asdict
from datetime import datetime
from typing import IO

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from dothi.accounts.models import User
from dothi.core.attachments import rules as file_rules
from dothi.core.attachments import services as files
from dothi.core.attachments.choices import Kind, Refusal
from dothi.core.attachments.models import Attachment
from dothi.core.audit.services import record
from dothi.lib import codes, text_vi
from dothi.portal.choices import Category, State
from dothi.portal.models import Article, Revision
from dothi.portal.services import duties
from dothi.portal.services.moving import lock, owner_of, subject_of, tell_moved
from dothi.portal.services.refusals import NotAllowedNow, NotReady
from dothi.portal.services.texts import Text, clean
from dothi.units.models import Unit


@transaction.atomic
def write(*, category: Category, unit: Unit, text: Text, by: User, at: datetime) -> Article:
    """Begin an article as a draft with its first revision."""
    article = Article.objects.create(
        code=codes.public_code("TT", at),
        slug=_slug(text.title_vi),
        category=category,
        unit=unit,
        changed_at=at,
    )
    _add_revision(article, text, by=by, at=at)
    record("portal.write", subject=subject_of(article), by=by.actor, at=at, unit=unit.code)
    return article


@transaction.atomic
def revise(
    *, article: Article, text: Text, by: User, at: datetime, category: Category | None = None
) -> Revision:
    """Save a new revision; a working copy beyond the draft goes back to it.

    Raises:
        NotAllowedNow: somebody saved another revision since `article` was read.
    """
    lock(article)
    was = State(article.state)
    if was == State.WITHDRAWN:
        raise NotAllowedNow(f"{article} is {was}")
    revision = _add_revision(article, text, by=by, at=at)
    if category is not None:
        article.category = category
    article.state = State.DRAFT
    article.publish_at = None
    article.save(update_fields=["category", "state", "publish_at"])
    record(
        "portal.revise",
        subject=subject_of(article),
        by=by.actor,
        at=at,
        unit=article.unit.code,
        revision=revision.number,
    )
    if was != State.DRAFT:
        tell_moved(article, was, State.DRAFT, at)
        duties.close_all(article)
    return revision


def restore(*, article: Article, number: int, by: User, at: datetime) -> Revision:
    """Make an older revision the newest again, as a new one."""
    old = article.revisions.get(number=number)
    fields = {name: getattr(old, name) for name in asdict(Text(title_vi=""))}
    return revise(article=article, text=Text(**fields | {"note": f"← {number}"}), by=by, at=at)


def add_picture(
    *, article: Article, file: IO[bytes] | bytes, name: str, by: User, at: datetime
) -> Attachment:
    """Take a picture in for an article. Readers get it when a revision that shows it goes out.

    Raises:
        core.attachments.rules.Refused: it is no picture we can take.
    """
    content = file if isinstance(file, bytes) else file.read(file_rules.MAX_BYTES + 1)
    if file_rules.sniff(content) != Kind.IMAGE:
        raise file_rules.Refused(Refusal.UNKNOWN)
    taken = files.take(file=content, name=name, by=by.actor, at=at, owner=owner_of(article))
    record(
        "portal.add_picture",
        subject=subject_of(article),
        by=by.actor,
        at=at,
        unit=article.unit.code,
        file=taken.attachment.code,
    )
    return taken.attachment


def _add_revision(article: Article, text: Text, *, by: User, at: datetime) -> Revision:
    number = (article.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    fields = {name: text_vi.nfc(value).strip() for name, value in asdict(text).items()}
    fields |= {name: clean(fields[name]) for name in ("body_vi", "body_en")}
    if fields["image"] and not fields["image_alt_vi"]:
        raise NotReady("image_alt_vi")
    revision = Revision.objects.create(
        article=article, number=number, author=by.actor, saved_at=at, **fields
    )
    article.head = revision
    article.changed_at = at
    article.save(update_fields=["head", "changed_at"])
    return revision


def _slug(title: str) -> str:
    return slugify("-".join(text_vi.tokens(title)))[:120].strip("-") or "tin"
