"""News for programs: what readers see, nothing else."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from dothi.portal import selectors
from dothi.portal.choices import Category
from dothi.portal.models import Article

router = Router(tags=["news"])
PAGE = 50


class ArticleOut(Schema):
    code: str
    slug: str
    category: Category
    unit_code: str
    published_at: datetime
    revision: int
    title_vi: str
    title_en: str
    summary_vi: str
    summary_en: str


class FullArticleOut(ArticleOut):
    body_vi: str
    body_en: str


class Filters(Schema):
    q: str = ""
    category: Category | None = None
    before: datetime | None = None


def _out(article: Article) -> dict[str, object]:
    live = article.live
    assert live is not None
    return {
        "code": article.code,
        "slug": article.slug,
        "category": article.category,
        "unit_code": article.unit.code,
        "published_at": article.published_at,
        "revision": live.number,
        **{
            name: getattr(live, name)
            for name in (
                "title_vi", "title_en", "summary_vi", "summary_en", "body_vi", "body_en",
            )
        },
    }  # fmt: skip


@router.get("", response=list[ArticleOut])
def articles(request: HttpRequest, filters: Query[Filters]) -> list[dict[str, object]]:
    """The newest 50 articles, or those that hold all words of `q`; `before` turns the page."""
    found = selectors.search(filters.q) if filters.q else selectors.live()
    if filters.category:
        found = found.filter(category=filters.category)
    if filters.before:
        found = found.filter(published_at__lt=filters.before)
    return [_out(article) for article in found[:PAGE]]


@router.get("/{code}", response=FullArticleOut)
def article(request: HttpRequest, code: str) -> dict[str, object]:
    """One article, both languages. Bodies are sanitised HTML."""
    found = selectors.live().filter(code=code).first()
    if found is None:
        raise HttpError(404, "There is no such article.")
    return _out(found)
