"""Around every request: one snapshot of who somebody is, and a closed door before every desk."""

import re
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dothi.accounts import selectors
from dothi.accounts.http import turned_away

DESK = re.compile(r"/(en/)?desk(/|$)")


class StandingMiddleware:
    """Remember for the time of a request what a person may do, and keep the desk for staff.

    The views say it too (`staff_required`); a view of the desk that forgot it is closed here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with selectors.remembering():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        if not DESK.match(request.path_info):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return turned_away(request)
