"""What every house-keeping page shares: who may pass, the tabs, and paging by number."""

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dothi.accounts.http import SignedInRequest, staff_who
from dothi.accounts.models import User
from dothi.core import clock
from dothi.web import permissions
from dothi.web.permissions import MANAGE, SEE

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
PAGE = 50
# Template, address, title.
TABS = (
    ("health", "web:house", _("Health and keys")),
    ("events", "web:house_events", _("Events")),
    ("notices", "web:house_notices", _("Outbox")),
    ("trail", "web:house_trail", _("Audit trail")),
    ("looks", "web:house_looks", _("Looks at personal data")),
    ("calendar", "web:house_calendar", _("Working days")),
    ("units", "web:house_units", _("Units")),
)


def house_required(
    power: str = SEE,
) -> Callable[
    [Callable[Concatenate[SignedInRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let staff pass whose post has the power over the whole house; 403 for others."""
    return staff_who(lambda user, on: permissions.may(user, power, on=on))


def page(
    request: SignedInRequest, tab: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One house-keeping page, with its tab marked."""
    shared = {
        "tabs": [(reverse(name), title, known == tab) for known, name, title in TABS],
        "may_manage": permissions.may(request.user, MANAGE, on=clock.now().date()),
    }
    return render(request, f"web/house/{tab}.html", {**shared, **context}, status=status)


def newest_first(request: HttpRequest, rows: QuerySet[M]) -> tuple[list[M], str]:
    """A page of rows by falling id, and the address of the following page ("" at the end).

    A page begins below a number, not after a count: it costs the same however far back it lies.
    """
    below = number(request.GET.get("below", ""))
    if below is not None:
        rows = rows.filter(pk__lt=below)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    kept = {name: value for name, value in request.GET.items() if name != "below"}
    return found[:PAGE], "?" + urlencode({**kept, "below": found[PAGE - 1].pk})


def number(text: str) -> int | None:
    """A number from an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The sign-in names of actors such as `user:12`, asked at once."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    people = User.objects.filter(pk__in=ids).values_list("pk", "username") if ids else ()
    return {f"user:{key}": name for key, name in people}


def actor_of(text: str) -> str:
    """What a person typed for "who" as audit writes it: a sign-in name becomes `user:12`."""
    user = User.objects.filter(username=text).only("pk").first() if text else None
    return user.actor if user else text
