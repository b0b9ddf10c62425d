"""What search engines may visit: an index, the fixed pages, and every article in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.portal import selectors as portal
from dothi.portal.choices import Category
from dothi.portal.models import Article
from dothi.portal.views.shared import url_of
from dothi.procedures import selectors as procedures

# The protocol allows 50,000 addresses a file; an article has two.
A_FILE = 10_000
PAGES = (
    "web:home", "portal:list", "feedback:report", "feedback:list", "feedback:follow",
    "procedures:list", "catalogue:list", "indicators:list",
    "web:accessibility", "web:privacy",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place:
    """One address, its other languages, and when it last changed."""

    url: str
    ways: dict[str, str]
    changed_at: datetime | None = None


def index(request: HttpRequest) -> HttpResponse:
    """The list of the lists."""
    files = -(-portal.live().count() // A_FILE)
    names = ["pages", *(f"news-{number}" for number in range(1, files + 1))]
    addresses = [f"{settings.PUBLIC_URL}{reverse('sitemap_part', args=[name])}" for name in names]
    return _xml(request, "web/sitemap_index.xml", {"addresses": addresses})


def part(request: HttpRequest, name: str) -> HttpResponse:
    """One list: `pages`, or ten thousand articles as `news-1`."""
    if name == "pages":
        return _xml(request, "web/sitemap.xml", {"places": list(_pages())})
    number = int(name.removeprefix("news-"))
    articles = portal.live().order_by("id")[(number - 1) * A_FILE : number * A_FILE]
    places = [place for article in articles for place in _article(article)]
    if not places:
        raise Http404
    return _xml(request, "web/sitemap.xml", {"places": places})


def _pages() -> Iterator[Place]:
    for name in PAGES:
        yield from _places(_ways(name))
    for category in Category.values:
        yield from _places(_ways("portal:category", category))
    for version in procedures.in_force(clock.now().date()).order_by("procedure__code"):
        yield from _places(_ways("procedures:page", version.procedure.code))
    for code in catalogue.open_datasets().order_by("code").values_list("code", flat=True):
        yield from _places(_ways("catalogue:dataset", code))


def _article(article: Article) -> Iterator[Place]:
    assert article.live is not None
    moments = [moment for moment in (article.published_at, article.live.saved_at) if moment]
    languages = ["vi", "en"] if article.live.title_en and article.live.body_en else ["vi"]
    ways: dict[str, str] = {}
    for language in languages:
        with translation.override(language):
            ways[language] = f"{settings.PUBLIC_URL}{url_of(article)}"
    return _places(ways, max(moments))


def _ways(name: str, *arguments: str) -> dict[str, str]:
    ways: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            ways[language] = f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"
    return ways


def _places(ways: dict[str, str], changed_at: datetime | None = None) -> Iterator[Place]:
    for url in ways.values():
        yield Place(url=url, ways=ways, changed_at=changed_at)


def _xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return render(request, template, context, content_type="application/xml; charset=utf-8")
