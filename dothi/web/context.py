"""What every page knows: navigation, language, theme, and whose house it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dothi.accounts import selectors as accounts
from dothi.core import clock
from dothi.units import selectors as units
from dothi.units.models import Unit

THEMES = ("light", "dark")
SHEETS = ("web/tokens.css", "web/base.css", "web/parts.css")
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}

WALL = "operations.see_wall"  # Open to everybody where that is a setting of the house.

# Name of the address, title, icon, and the power that a post needs to see it on the desk.
PORTAL = (
    ("procedures:list", pgettext_lazy("navigation", "Procedures"), "work"),
    ("portal:list", _("News"), "news"),
    ("feedback:report", _("Report"), "report"),
    ("feedback:follow", _("Follow my matter"), "follow"),
    ("feedback:map", _("Map"), "map"),
    ("catalogue:list", _("Data"), "data"),
    ("web:my", _("My page"), "person"),
)
DESK = (
    ("web:work", _("My work"), "work", ""),
    ("cases:queue", _("Dossiers"), "dossier", "cases.see"),
    ("cases:sign", _("To sign"), "edit", "cases.sign"),
    ("cases:counter", _("Counter"), "people", "cases.receive"),
    ("cases:cash", _("Collected on a day"), "print", "cases.collect"),
    ("cases:payments", _("Reconcile payments"), "check", "cases.collect"),
    ("cases:figures", _("Figures of dossiers"), "columns", "cases.see"),
    ("cases:register", _("Book of dossiers"), "brief", "cases.export"),
    ("cases:ratings", _("Ratings"), "person", "cases.see"),
    ("cases:arrange", _("Counters and appointments"), "calendar", "cases.manage"),
    ("cases:exchange", _("Exchange with portals"), "arrow", "cases.manage"),
    ("feedback:queue", _("Reports"), "report", "feedback.see"),
    ("feedback:sealed", _("Protected channel"), "lock", "feedback.open_sealed"),
    ("feedback:catalogue", _("Catalogue"), "columns", "feedback.manage_catalogue"),
    ("procedures:designer", pgettext_lazy("navigation", "Procedures"), "work", "procedures.see"),
    ("portal:desk", _("News desk"), "news", "portal.read"),
    ("resolution:projects", _("Matching lists"), "people", "resolution.read"),
    ("catalogue:desk", _("Data store"), "data", "catalogue.see"),
    ("sharing:desk", _("Uses of data"), "key", "sharing.see"),
    ("workbench:desk", _("Workbench"), "columns", "workbench.ask"),
    ("rights:desk", _("Rights over data"), "shield", "rights.see"),
    ("operations:wall", _("The wall"), "wall", WALL),
    ("operations:brief", _("Morning brief"), "brief", "operations.read_brief"),
    ("indicators:list", _("Indicators"), "columns", "indicators.see"),
    ("accounts:staff", _("Staff"), "people", "accounts.see_staff"),
    ("web:house", _("House-keeping"), "house", "house.see"),
    ("web:first_day", _("Your first day"), "help", ""),
)
OWN = (
    ("accounts:lend_own", _("While I am away"), "away"),
    ("mfa_index", _("Second step"), "shield"),
    ("account_change_password", _("Change password"), "key"),
    ("account_logout", _("Sign out"), "leave"),
)
FOOT = (
    ("cases:book_visit", _("Book an appointment"), ""),
    ("web:help", _("Help"), ""),
    ("web:accessibility", _("Accessibility"), ""),
    ("web:privacy", _("Your data"), ""),
    ("web:parts", _("Parts"), ""),
    ("feedback:protected", _("Report wrongdoing, protected"), ""),
    ("web:work", _("For staff"), ""),
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a navigation."""

    url: str
    title: Any
    icon: str = ""
    current: bool = False


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Add navigation and the rest lazily: a page pays only for what its layout shows."""
    theme = request.COOKIES.get("theme", "")
    return {
        "sheets": SHEETS,
        "theme": theme if theme in THEMES else "",
        "sample": settings.DEMO,
        "house_name": SimpleLazyObject(_house_name),
        "other_language": _other_language(request),
        "ways": _ways(request),
        "portal_items": SimpleLazyObject(lambda: _items(request, PORTAL)),
        "own_items": SimpleLazyObject(lambda: _items(request, OWN)),
        "foot_items": SimpleLazyObject(lambda: _items(request, FOOT)),
        "desk_items": SimpleLazyObject(lambda: _desk(request)),
    }


def _house_name() -> str:
    try:
        return units.root(on=clock.now().date()).name
    except Unit.DoesNotExist:
        return "dothi"


def _other_language(request: HttpRequest) -> dict[str, str]:
    code = "en" if get_language() == "vi" else "vi"
    return {"code": code, "name": LANGUAGES[code], "url": _in_language(request, code)}


def _ways(request: HttpRequest) -> list[dict[str, str]]:
    # The public address, and not the one that the request names: that may be a lie.
    return [
        {"code": code, "url": f"{settings.PUBLIC_URL}{_in_language(request, code)}"}
        for code in LANGUAGES
    ]


def _in_language(request: HttpRequest, code: str) -> str:
    """Where this very page is in a language.

    As `django.urls.translate_url`, which would find out anew for each what page this is: by far the
    most of what a page paid for its frame.
    """
    here, match = request.get_full_path(), request.resolver_match
    if match is None or match.url_name is None:
        return here
    try:
        with override(code):
            path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    except NoReverseMatch:
        return here
    _before, mark, query = here.partition("?")
    return f"{path}{mark}{query}"


def _items(request: HttpRequest, entries: Iterable[tuple[str, Any, str]]) -> list[Item]:
    known = [(url, title, icon) for name, title, icon in entries if (url := _address(name))]
    here = max((url for url, *_rest in known if _is_here(request, url)), key=len, default="")
    return [
        Item(url=url, title=title, icon=icon, current=url == here) for url, title, icon in known
    ]


def _desk(request: HttpRequest) -> list[Item]:
    standing = accounts.standing(request.user, on=clock.now().date())
    free = {"", WALL} if settings.PUBLIC_WALL else {""}
    allowed = [entry[:3] for entry in DESK if entry[3] in free or standing.may(entry[3])]
    return _items(request, allowed)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest, url: str) -> bool:
    """Whether the page lies at an entry. The first pages of portal and desk are only themselves."""
    within = len(url) > 4 and not url.endswith("/desk/") and request.path.startswith(url)
    return request.path == url or within
