"""What an article asks of whom: one duty at a time, on the table of a post or a person."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.inbox import services as inbox
from dothi.portal import selectors
from dothi.portal.choices import State
from dothi.portal.models import Article

REVIEW, MEND, RELEASE = "portal.review", "portal.mend", "portal.release"
KINDS = (REVIEW, MEND, RELEASE)


def lay(article: Article, *, by: User, at: datetime, reason: str = "") -> None:
    """Put on a table what the state of the article asks for, and take off what it asked before."""
    close_all(article)
    match article.state:
        case State.REVIEW:
            _put(REVIEW, "Duyệt tin", article, at=at)
        case State.APPROVED:
            _put(RELEASE, "Đăng tin đã duyệt", article, at=at)
        case State.DRAFT if reason and article.head is not None:
            author = selectors.person_of(article.head.author)
            if author is not None and author != by.pk:
                _put(MEND, "Sửa lại tin", article, at=at, person=author)


def close_all(article: Article) -> None:
    for kind in KINDS:
        inbox.close(kind=kind, code=article.code)


def _put(
    kind: str, what: str, article: Article, *, at: datetime, person: int | None = None
) -> None:
    head = article.head
    assert head is not None
    unit_code, role = selectors.approving_post(article, on=at.date())
    inbox.put(
        kind=kind,
        code=article.code,
        title=f"{what}: {head.title_vi}",
        unit_code=article.unit.code if person else unit_code,
        role=Role.EDITOR if person else role,
        person_id=person,
        due_at=None,
        group=article.state,
        url=_desk_url(article),
        at=at,
    )


def _desk_url(article: Article) -> str:
    # The table shows the same address to everybody; the page speaks the reader's language.
    with translation.override("vi"):
        return reverse("portal:article_desk", args=[article.code])
