"""What domains put on the front page, and where the search over the whole house looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.selectors import Filters
from dothi.datastore.catalogue.views import shared as data_pages
from dothi.feedback import selectors as feedback
from dothi.feedback.selectors.public import PublicFilters
from dothi.operations.wall import selectors as operations
from dothi.portal import rules as portal_rules
from dothi.portal import selectors as portal
from dothi.portal.views import shared as news_pages
from dothi.procedures import selectors as procedures
from dothi.units import selectors as units

FEW = 6
FOUND = 10


def report(at: datetime) -> dict[str, Any]:
    """The subjects that people choose most readily, one tap each."""
    return {"categories": feedback.catalogue.current().categories(on=at.date())[:FEW]}


def numbers(at: datetime) -> dict[str, Any]:
    """How the house is doing, from the same figures as the wall."""
    return {"tiles": [one for one in operations.recent_board(at=at).tiles if one.public]}


def news(at: datetime) -> dict[str, Any]:
    """The latest news, pinned articles first."""
    return {"articles": news_pages.all_shown(portal.front(limit=FEW))}


def visits(at: datetime) -> dict[str, Any]:
    """How often the house was visited, digit by digit."""
    count = portal.visits()
    return {"count": count, "digits": portal_rules.digits(count)}


# Panel → what it shows. The template is `web/panels/NAME.html`.
PANELS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "report": report,
    "follow": lambda at: {},
    "numbers": numbers,
    "news": news,
    "visits": visits,
}


def panels(at: datetime) -> dict[str, dict[str, Any]]:
    return {
        name: {"template": f"web/panels/{name}.html", **values(at)}
        for name, values in PANELS.items()
    }


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result of the search over the whole house."""

    title: str
    url: str
    text: str
    lang: str = ""  # Set where it is not the language of the page.


@dataclass(frozen=True, kw_only=True)
class Hits:
    """The results of one kind."""

    kind: str
    hits: tuple[Hit, ...]


def reports(words: str, at: datetime) -> Hits:
    """Reports that everybody may read, by their words or their number."""
    page = feedback.public_list(at=at, filters=PublicFilters(search=words), after="", limit=FOUND)
    return Hits(
        kind=_("Reports"),
        hits=tuple(
            Hit(
                title=one.title or one.category_name,
                url=reverse("feedback:public", args=[one.code]),
                text=f"{one.category_name} · {one.unit_name} · {one.state_label}",
            )
            for one in page.items
        ),
    )


def articles(words: str, at: datetime) -> Hits:
    """News that hold all words, with or without marks."""
    found = news_pages.all_shown(portal.search(words)[:FOUND])
    return Hits(
        kind=_("News"),
        hits=tuple(
            Hit(title=one.title, url=one.url, text=one.summary, lang=one.title_lang)
            for one in found
        ),
    )


def places(words: str, at: datetime) -> Hits:
    """Units by name; a former ward leads to what is reported on its ground today."""
    return Hits(
        kind=_("Places"),
        hits=tuple(
            Hit(
                title=unit.name,
                url=f"{reverse('feedback:list')}?unit={unit.code}",
                text=_("What people report here"),
            )
            for unit in units.find(words, on=at.date(), limit=FOUND)
        ),
    )


def data(words: str, at: datetime) -> Hits:
    """Open data, by what they are and what their columns hold."""
    page = catalogue.search(words, Filters(), AnonymousUser(), on=at.date(), limit=FOUND)
    return Hits(
        kind=_("Data"),
        hits=tuple(
            Hit(title=one.title, url=one.url, text=one.summary, lang=one.title_lang)
            for one in data_pages.all_shown(page.datasets)
        ),
    )


def matters(words: str, at: datetime) -> Hits:
    """Procedures, by what happened to somebody who needs them."""
    language = get_language() or "vi"
    found = [one.content for one in procedures.search(words, on=at.date()).versions[:FOUND]]
    return Hits(
        kind=_("Procedures"),
        hits=tuple(
            Hit(
                title=one.name.of(language),
                url=reverse("procedures:page", args=[one.code]),
                text=", ".join(occasion.of(language) for occasion in one.occasions),
            )
            for one in found
        ),
    )


SEARCHERS = (matters, articles, reports, data, places)


def search(words: str, at: datetime) -> list[Hits]:
    """Everything that everybody may see; kinds without a result are left out."""
    if not words:
        return []
    return [found for searcher in SEARCHERS if (found := searcher(words, at)).hits]
