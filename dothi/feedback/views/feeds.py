"""What was reported, as feeds (RSS 2.0 and Atom): of all, of one area, of one subject."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.feedback import selectors
from dothi.feedback.selectors.public import PublicFilters, PublicTicket
from dothi.feedback.views.shared import unit_of

NEWEST = 50


class Rss(Feed[PublicTicket, PublicFilters]):
    """The newest public reports, of all or of one ward or subject."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> PublicFilters:
        at = clock.now()
        code, subject = request.GET.get("unit", ""), request.GET.get("category", "")
        unit = unit_of(code, at=at)
        known = selectors.catalogue.current().category(subject, on=at.date())
        if (code and unit is None) or (subject and known is None):
            raise Http404
        return PublicFilters(category=subject, unit=unit)

    def title(self, obj: PublicFilters) -> str:
        subject = selectors.catalogue.current().by_code.get(obj.category)
        parts = [subject.name if subject else "", obj.unit.name if obj.unit else ""]
        return ": ".join([_("What people report"), *filter(None, [", ".join(filter(None, parts))])])

    def description(self, obj: PublicFilters) -> str:
        return _("New reports and how they stand.")

    subtitle = description

    def link(self, obj: PublicFilters) -> str:
        unit = obj.unit.code if obj.unit else ""
        return f"{reverse('feedback:list')}?unit={unit}&category={obj.category}"

    def items(self, obj: PublicFilters) -> list[PublicTicket]:
        return list(selectors.public_list(at=clock.now(), filters=obj, limit=NEWEST).items)

    def item_title(self, item: PublicTicket) -> str:
        return f"{item.title or item.category_name} ({item.state_label})"

    def item_description(self, item: PublicTicket) -> str:
        return item.answer or item.text or item.category_name

    def item_link(self, item: PublicTicket) -> str:
        return reverse("feedback:public", args=[item.code])

    def item_pubdate(self, item: PublicTicket) -> datetime:
        return item.received_at

    def item_updateddate(self, item: PublicTicket) -> datetime:
        return item.changed_at

    def item_categories(self, item: PublicTicket) -> tuple[str, ...]:
        return (item.category_name, item.unit_name)


class Atom(Rss):
    """The same in Atom (RFC 4287)."""

    feed_type = Atom1Feed
