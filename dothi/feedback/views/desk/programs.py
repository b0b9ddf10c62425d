"""Programs of others and their keys: who has one, a new one, the end of one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.feedback import permissions, services
from dothi.feedback.selectors import programs as selectors
from dothi.feedback.services import Refused
from dothi.feedback.views.desk.keeping import SHELVES
from dothi.feedback.views.desk.keeping_forms import ProgramForm


def _check(request: SignedInRequest) -> None:
    if not permissions.may_manage(request.user, on=clock.now().date()):
        raise PermissionDenied


@staff_required
def programs(request: SignedInRequest) -> HttpResponse:
    """All programs. A new key is shown in the answer to the form, and kept nowhere."""
    _check(request)
    form, key = ProgramForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            key = services.issue_key(**form.cleaned_data, by=request.user, at=clock.now())
        except Refused as error:
            form.add_error(None, error.message)
    response = render(
        request,
        "feedback/desk/programs.html",
        {
            "form": ProgramForm() if key else form,
            "key": key,
            "issued": form.cleaned_data["name"] if key else "",
            "rows": selectors.programs(),
            "shelves": SHELVES,
            "name": "programs",
        },
        status=422 if form.errors else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def end_program(request: SignedInRequest, code: str) -> HttpResponse:
    """The key opens nothing any more; the program gets a new one under another code."""
    _check(request)
    if services.end_key(code=code, by=request.user, at=clock.now()):
        messages.success(request, _("The key opens nothing any more."))
    return redirect("feedback:programs")
