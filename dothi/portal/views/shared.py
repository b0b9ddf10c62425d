"""What the doors of the portal share: an article as plain values, and the counting of readers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language

from dothi.core import clock
from dothi.core.limits.http import address_of
from dothi.lib import text_vi
from dothi.portal import rules, services
from dothi.portal.choices import Category
from dothi.portal.models import Article, Revision

LARGE, SMALL = 960, 320


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An article as a page shows it. Each text comes with its language, empty if the page's."""

    code: str
    url: str
    category: str
    category_url: str
    unit: str
    title: str
    title_lang: str
    summary: str
    summary_lang: str
    image: str
    image_small: str
    image_alt: str
    image_alt_lang: str
    byline: str
    published_at: datetime | None
    stamp: str
    pinned: bool


def shown(article: Article, revision: Revision | None = None) -> Shown:
    """The live revision as plain values, or another one for the desk."""
    text = revision or article.live
    assert text is not None
    title, title_lang = _in_language(text, "title")
    summary, summary_lang = _in_language(text, "summary")
    image_alt, image_alt_lang = _in_language(text, "image_alt")
    return Shown(
        code=article.code,
        url=url_of(article),
        category=str(Category(article.category).label),
        category_url=reverse("portal:category", args=[article.category]),
        unit=article.unit.name,
        title=title,
        title_lang=title_lang,
        summary=summary,
        summary_lang=summary_lang,
        image=picture_url(text.image, LARGE),
        image_small=picture_url(text.image, SMALL),
        image_alt=image_alt,
        image_alt_lang=image_alt_lang,
        byline=text.byline,
        published_at=article.published_at,
        stamp=stamp(article.published_at),
        pinned=article.pinned,
    )


def all_shown(articles: Iterable[Article]) -> list[Shown]:
    return [shown(article) for article in articles]


def body_of(revision: Revision) -> tuple[str, str]:
    """The sanitised text and its language, empty if the page's."""
    return _in_language(revision, "body")


def url_of(article: Article) -> str:
    return reverse("portal:article", args=[article.code, article.slug])


def picture_url(code: str, size: int) -> str:
    return reverse("files:rendition", args=[code, size]) if code else ""


def absolute(path: str) -> str:
    """The address by which the house is known outside, whatever name this request came by."""
    return f"{settings.PUBLIC_URL}{path}"


def stamp(at: datetime | None) -> str:
    """When readers first saw it, the way portals here write it; in English, the usual way."""
    if at is None:
        return ""
    local = clock.local(at)
    if get_language() == "vi":
        return text_vi.portal_stamp(local)
    return formats.date_format(local, "DATETIME_FORMAT")


def count(request: HttpRequest, *pages: str) -> None:
    """Count the reader of these pages, unless it is a robot or a browser that looks ahead."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    if rules.is_reader(method=request.method or "", agent=agent, purpose=purpose):
        services.count_reader(pages=pages, address=address_of(request), agent=agent, at=clock.now())


def _in_language(revision: Revision, field: str) -> tuple[str, str]:
    text, language = revision.in_language(field)
    return text, "" if language == get_language() else language
