"""The way of an article: to review, back, approved, planned, out to the readers, and withdrawn."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.html import strip_tags

from dothi.accounts.models import User
from dothi.core.attachments import services as files
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.core.searching import Vector, weighed
from dothi.lib import text_vi
from dothi.portal import events, rules, selectors
from dothi.portal.choices import State
from dothi.portal.models import Article, Revision
from dothi.portal.services import duties
from dothi.portal.services.refusals import FourEyes, NotAllowedNow, NotReady, NotThen, ReasonMissing

NEEDED = ("title_vi", "summary_vi", "body_vi")
_FILE = re.compile(r'src="/files/([0-9A-Z]+)')


@transaction.atomic
def move(*, article: Article, to: State, by: User, at: datetime, reason: str = "") -> None:
    """Send to review, send back, approve or reopen. Publishing and withdrawing have own verbs.

    Raises:
        FourEyes: the approver wrote the text.
        NotAllowedNow, NotReady, ReasonMissing: see there.
    """
    if to in {State.PUBLISHED, State.WITHDRAWN}:
        raise NotAllowedNow(f"use publish or withdraw for {to}")
    lock(article)
    if to == State.REVIEW:
        _check_ready(article)
    if to == State.APPROVED and article.head is not None and article.head.author == by.actor:
        raise FourEyes
    article.publish_at = None
    _move(article, to, by=by.actor, at=at, reason=reason, also=("publish_at",))
    duties.lay(article, by=by, at=at, reason=reason)


@transaction.atomic
def schedule(*, article: Article, publish_at: datetime, by: User, at: datetime) -> None:
    """Plan an approved article for later, or for another time than before.

    Raises:
        NotAllowedNow: it is not approved.
        NotThen: the time is past.
    """
    lock(article)
    if article.state != State.APPROVED:
        raise NotAllowedNow(f"{article} is {article.state}")
    if publish_at <= at:
        raise NotThen
    _plan(article, publish_at, by=by, at=at)
    duties.close_all(article)


@transaction.atomic
def unschedule(*, article: Article, by: User, at: datetime) -> None:
    """Take the planned time back; the article stays approved and waits.

    Raises:
        NotAllowedNow: it is not planned, or it is out already.
    """
    lock(article)
    if article.state != State.APPROVED or article.publish_at is None:
        raise NotAllowedNow(f"{article} is not planned")
    _plan(article, None, by=by, at=at)
    duties.lay(article, by=by, at=at)


def _plan(article: Article, publish_at: datetime | None, *, by: User, at: datetime) -> None:
    article.publish_at = publish_at
    article.save(update_fields=["publish_at"])
    record(
        "portal.schedule" if publish_at else "portal.unschedule",
        subject=subject_of(article),
        by=by.actor,
        at=at,
        unit=article.unit.code,
        publish_at=publish_at.isoformat() if publish_at else None,
    )


@transaction.atomic
def publish(*, article: Article, by: str, at: datetime) -> None:
    """Make the newest revision what readers see. `by` is an actor: a person or `system`."""
    lock(article)
    _check_ready(article)
    first = article.published_at is None
    assert article.head is not None
    article.live = article.head
    article.published_at = article.published_at or at
    article.publish_at = None
    article.search = _search_vector(article.head)
    _move(
        article,
        State.PUBLISHED,
        by=by,
        at=at,
        also=("live", "published_at", "publish_at", "search"),
    )
    _show_pictures(article)
    duties.close_all(article)
    tell(
        events.ArticlePublished(
            code=article.code,
            unit_code=article.unit.code,
            category=article.category,
            revision=article.head.number,
            first=first,
            published_at=article.published_at,
        ),
        at=at,
    )


@transaction.atomic
def withdraw(*, article: Article, by: User, at: datetime, reason: str = "") -> None:
    """Take the article from the readers; its address says so from now on.

    Raises:
        ReasonMissing: readers could see it, and no reason is given.
    """
    lock(article)
    was_live = article.live_id is not None
    if was_live and not reason.strip():
        raise ReasonMissing
    article.live = None
    article.search = None
    article.publish_at = None
    article.pinned = False
    _move(
        article, State.WITHDRAWN, by=by.actor, at=at, reason=reason,
        also=("live", "search", "publish_at", "pinned"),
    )  # fmt: skip
    _show_pictures(article)
    duties.close_all(article)
    if was_live:
        tell(
            events.ArticleWithdrawn(
                code=article.code, unit_code=article.unit.code, category=article.category
            ),
            at=at,
        )


def publish_planned(*, at: datetime) -> int:
    """Publish what is due. Each in its own transaction: one that fails holds up no other."""
    done = 0
    for article in selectors.planned(at=at):
        try:
            publish(article=article, by="system", at=at)
        except (NotAllowedNow, NotReady):
            continue
        done += 1
    return done


@transaction.atomic
def pin(*, article: Article, pinned: bool, by: User, at: datetime) -> None:
    """Keep an article on top of the front page, or let it go."""
    Article.objects.filter(pk=article.pk).update(pinned=pinned)
    article.pinned = pinned
    record(
        "portal.pin",
        subject=subject_of(article),
        by=by.actor,
        at=at,
        unit=article.unit.code,
        pinned=pinned,
    )


def subject_of(article: Article) -> str:
    return f"portal.article:{article}"


def owner_of(article: Article) -> str:
    """Whose the pictures are."""
    return f"portal.article:{article}"


def pictures_in(revision: Revision | None) -> set[str]:
    """The codes of the pictures that a revision shows."""
    if revision is None:
        return set()
    found = set(_FILE.findall(revision.body_vi + revision.body_en))
    return found | ({revision.image} if revision.image else set())


def lock(article: Article) -> None:
    """Hold the row until the end of the transaction, and see that it is still what we read."""
    row = Article.objects.select_for_update().values("state", "head_id").get(pk=article.pk)
    if (row["state"], row["head_id"]) != (article.state, article.head_id):
        raise NotAllowedNow(f"{article} is now {row['state']}")


def tell_moved(article: Article, was: State, to: State, at: datetime) -> None:
    tell(
        events.ArticleMoved(
            code=article.code,
            unit_code=article.unit.code,
            category=article.category,
            was=was.value,
            now=to.value,
        ),
        at=at,
    )


def _show_pictures(article: Article) -> None:
    """Open to everybody what the live revision shows, and nothing else of the article."""
    shown = pictures_in(article.live)
    files.publish(owner=owner_of(article), public=False)
    if shown:
        files.publish(owner=owner_of(article), codes=shown)


def _move(
    article: Article,
    to: State,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    also: tuple[str, ...] = (),
) -> None:
    was = State(article.state)
    if not rules.may_move(now=was, to=to):
        raise NotAllowedNow(f"{article} is {was}")
    if rules.needs_reason(now=was, to=to) and not reason.strip():
        raise ReasonMissing(f"{was} → {to}")
    article.state = to
    article.changed_at = at
    article.save(update_fields=["state", "changed_at", *also])
    record(
        "portal.move",
        subject=subject_of(article),
        by=by,
        at=at,
        unit=article.unit.code,
        reason=reason,
        was=was.value,
        now=to.value,
    )
    tell_moved(article, was, to, at)


def _check_ready(article: Article) -> None:
    head = article.head
    for name in NEEDED:
        if head is None or not strip_tags(getattr(head, name)).strip():
            raise NotReady(name)


def _search_vector(revision: Revision) -> Vector:
    """Weighted folded words: title before summary before body, both languages."""
    return weighed(
        {
            weight: " ".join(
                text_vi.fold(strip_tags(getattr(revision, f"{fields}_{language}")))
                for language in ("vi", "en")
            )
            for weight, fields in (("A", "title"), ("B", "summary"), ("D", "body"))
        }
    )
