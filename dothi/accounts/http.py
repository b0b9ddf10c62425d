"""What doors of other domains need: who is behind a request, and who may pass."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dothi.accounts import selectors
from dothi.accounts.choices import Level
from dothi.accounts.models import User
from dothi.core import clock

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request behind `login_required`, `staff_required` or `power_required`."""

    user: User


View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def turned_away(request: HttpRequest) -> HttpResponseBase | None:
    """None for staff with a second step; else where they are sent to set it up.

    Raises:
        PermissionDenied: somebody is signed in who holds no post today.
    """
    standing = selectors.standing(request.user, on=clock.now().date())
    if not standing.is_staff:
        raise PermissionDenied
    if standing.has_second_step:
        return None
    messages.warning(
        request,
        _("Staff sign in with a second step. Please set it up now; then your desk opens."),
    )
    return redirect("mfa_index")


def staff_required(
    view: View[P],
) -> Door[P]:
    """Let staff with a second step pass: 302 to sign in or to set it up, 403 for others."""

    @login_required
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if (answer := turned_away(request)) is not None:
            return answer
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return door


def staff_who(
    may: Callable[[User, date], bool],
) -> Callable[[View[P]], Door[P]]:
    """Let staff with a second step pass of whom the question is true today; 403 for others."""

    def around(
        view: View[P],
    ) -> Door[P]:
        @staff_required
        @wraps(view)
        def door(
            request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not may(request.user, clock.now().date()):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return door

    return around


def power_required(
    power: str,
) -> Callable[[View[P]], Door[P]]:
    """Let staff pass who have the power in some unit. In which one, the view asks again."""
    return staff_who(lambda user, on: selectors.may(user, power, None, on=on))


def level_required(
    level: Level,
) -> Callable[[View[P]], Door[P]]:
    """Let citizens pass whom the house knows well enough; others are told how to get there."""

    def around(
        view: View[P],
    ) -> Door[P]:
        @login_required
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not selectors.level_at_least(request.user, level):
                return redirect("accounts:level", level=level.value)
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return door

    return around
