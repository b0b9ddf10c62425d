"""News for readers of feeds: RSS 2.0 and Atom, of all kinds or of one."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.portal import selectors
from dothi.portal.choices import Category
from dothi.portal.models import Article
from dothi.portal.views.shared import absolute, shown
from dothi.units import selectors as units

LENGTH = 30


class Rss(Feed[Article, str]):
    """The newest articles as RSS 2.0."""

    def get_object(self, request: HttpRequest) -> str:
        wanted = request.GET.get("category", "")
        return wanted if wanted in Category.values else ""

    def title(self, obj: str) -> str:
        kind = Category(obj).label if obj else _("News")
        return f"{kind} · {units.root(on=clock.now().date()).name}"

    def description(self, obj: str) -> str:
        return _("What the local government tells.")

    def link(self, obj: str) -> str:
        return reverse("portal:category", args=[obj]) if obj else reverse("portal:list")

    def items(self, obj: str) -> list[Article]:
        return list(selectors.live_in(Category(obj) if obj else None)[:LENGTH])

    def item_title(self, item: Article) -> str:
        return shown(item).title

    def item_description(self, item: Article) -> str:
        return shown(item).summary

    def item_link(self, item: Article) -> str:
        return shown(item).url

    def item_author_name(self, item: Article) -> str:
        found = shown(item)
        return found.byline or found.unit

    def item_categories(self, item: Article) -> list[str]:
        return [str(Category(item.category).label)]

    def item_pubdate(self, item: Article) -> datetime | None:
        return clock.local(item.published_at) if item.published_at else None

    def item_updateddate(self, item: Article) -> datetime | None:
        assert item.live is not None
        moments = [moment for moment in (item.published_at, item.live.saved_at) if moment]
        return clock.local(max(moments))

    def item_guid(self, item: Article) -> str:
        # The code never changes; an address might, with the name of the house.
        return absolute(reverse("portal:short", args=[item.code]))


class Atom(Rss):
    """The same as Atom."""

    feed_type = Atom1Feed

    def subtitle(self, obj: str) -> str:
        return self.description(obj)
