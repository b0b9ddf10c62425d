"""The workbench: ask in SQL, see the answer as table and chart, take it along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_who
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.limits.http import address_of, limited
from dothi.datastore.workbench import forms, permissions, selectors, services, wording
from dothi.datastore.workbench.models import Question, Run
from dothi.datastore.workbench.rules.limits import MEGABYTE
from dothi.datastore.workbench.views.answers import shown
from dothi.lib import codes

PER_HOUR, HOUR = 120, timedelta(hours=1)
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, kw_only=True)
class Door:
    """The desk's workbench, or everybody's."""

    name: str
    layout: str

    def url(self, page: str, *parts: str) -> str:
        return reverse(f"workbench:{self.name}{page}", args=parts)


DESK = Door(name="desk", layout="web/desk.html")
PUBLIC = Door(name="public", layout="web/portal.html")


def desk(view: View) -> View:
    """The view behind the desk's door."""

    @staff_who(permissions.may_ask)
    def behind(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, door=DESK, **kwargs)

    return behind


def public(view: View) -> View:
    """The view for everybody, so many times an hour."""

    @limited("workbench", limit=PER_HOUR, per=HOUR)
    def before(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, door=PUBLIC, **kwargs)  # type: ignore[return-value]

    return before


def editor(request: HttpRequest, *, door: Door) -> HttpResponseBase:
    """Write a question; send it, or see how it would be answered."""
    if request.method != "POST":
        kept = _kept(request, door)
        text = kept.text if kept else request.GET.get("q", "")[:10_000]
        return _page(request, door, text, kept=kept)
    form = forms.AskForm(request.POST)
    text = request.POST.get("q", "")
    if not form.is_valid():
        return _page(request, door, text, form=form)
    at = clock.now()
    if "explain" in request.POST:
        try:
            steps = services.plan(text, request.user, at=at)
        except services.Refused as refused:
            return _page(request, door, text, refused=refused)
        return _page(request, door, text, steps=steps)
    code = form.cleaned_data["code"]
    try:
        services.ask(text, request.user, code=code, address=address_of(request), at=at)
    except services.AskedBefore:
        messages.info(request, _("This question was sent twice; here is its answer."))
    return redirect(door.url("_run", code))


def _kept(request: HttpRequest, door: Door) -> Question | None:
    code = request.GET.get("kept", "")
    if door is not DESK or not code or not isinstance(request.user, User):
        return None
    on = clock.now().date()
    found = selectors.questions_seen_by(request.user, on=on).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, door: Door, text: str, *, form: forms.AskForm | None = None,
    refused: services.Refused | None = None, steps: list[services.Step] | None = None,
    kept: Question | None = None, run: Run | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    at = clock.now()
    limits = services.limits_of(staff=door is DESK)
    context = {
        "layout": door.layout,
        "door": door.name,
        "here": door.url(""),
        "form": form or forms.AskForm(initial={"q": text, "code": codes.secret()}),
        "refused": _told(refused),
        "steps": [
            {"text": wording.step(one.name, one.detail), "rows": one.rows, "name": one.name,
             "detail": one.detail, "dots": range(one.depth)}
            for one in steps or ()
        ],
        "limits": limits,
        "megabytes": limits.bytes // MEGABYTE,
        "names": selectors.names_for(request.user, on=at.date()),
        "kept": kept,
        "run": run,
        **_of_desk(request, door, text, kept),
        **more,
    }  # fmt: skip
    wrong = refused is not None or (form is not None and bool(form.errors))
    return render(request, "workbench/bench.html", context, status=422 if wrong else 200)


def _told(refused: services.Refused | None) -> dict[str, Any] | None:
    if refused is None:
        return None
    sentence = wording.fault(refused.fault, refused.word, refused.word)
    return {"text": sentence, "line": refused.line, "column": refused.column}


def _of_desk(request: HttpRequest, door: Door, text: str, kept: Question | None) -> dict[str, Any]:
    if door is not DESK or not isinstance(request.user, User):
        return {}
    at = clock.now()
    units = selectors.units_of(request.user, on=at.date())
    mine = kept if kept is not None and permissions.may_change(request.user, kept) else None
    first = {"title": kept.title, "unit": kept.unit_id or ""} if mine and kept else {}
    return {
        "questions": [
            {"question": one, "mine": permissions.may_change(request.user, one)}
            for one in selectors.questions_seen_by(request.user, on=at.date())[:50]
        ],
        "running": list(selectors.running_of(request.user, at=at)),
        "keep_form": forms.KeepForm(units=units, initial=first),
        "keep_of": mine.code if mine else "",
        "text": text,
    }


def run(request: HttpRequest, code: str, *, door: Door) -> HttpResponseBase:
    """The answer, or why there is none."""
    found = run_of(request, code)
    at = clock.now()
    try:
        answer = shown(request, found, at=at, here=door.url("_run", code))
    except services.Gone:
        answer = {"gone": True}
    failed = None
    if found.fault:
        failed = {
            "text": wording.fault(found.fault, found.word, found.said),
            "line": found.line, "column": found.column,
        }  # fmt: skip
    return _page(
        request, door, found.question, run=found, answer=answer, failed=failed,
        files=[(form, door.url("_file", code, form)) for form in ("csv", "xlsx")],
        cancel_url=door.url("_cancel", code),
    )  # fmt: skip


def run_of(request: HttpRequest, code: str) -> Run:
    try:
        return selectors.run_seen_by(request.user, code)
    except Run.DoesNotExist as error:
        raise Http404 from error


@require_POST
def cancel(request: HttpRequest, code: str, *, door: Door) -> HttpResponseBase:
    """End a question that is on its way."""
    run_of(request, code)
    if services.cancel(selectors.runs_seen_by(request.user, code)):
        messages.success(request, _("It is being ended."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect(door.url("_run", code))


@require_POST
def cancel_all(request: HttpRequest, *, door: Door) -> HttpResponseBase:
    """End the questions of this person that are on their way, wherever they were sent from."""
    if services.cancel(selectors.running_of(_user(request), at=clock.now())):
        messages.success(request, _("It is being ended."))
    return redirect(door.url(""))


def names(request: HttpRequest, *, door: Door) -> HttpResponseBase:
    """Datasets and columns for completion."""
    response = JsonResponse(selectors.names_for(request.user, on=clock.now().date()))
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_POST
def keep(request: HttpRequest, *, door: Door) -> HttpResponseBase:
    """Keep a question."""
    user, at = _user(request), clock.now()
    units = {unit.pk: unit for unit in selectors.units_of(user, on=at.date())}
    form = forms.KeepForm(request.POST, units=units.values())
    text = request.POST.get("q", "")
    if not form.is_valid():
        return _page(request, door, text, keep_form=form)
    try:
        question = services.keep(
            title=form.cleaned_data["title"], text=text, owner=user,
            unit=units.get(form.cleaned_data["unit"]), at=at, of=request.POST.get("of", ""),
        )  # fmt: skip
    except services.Refused as refused:
        return _page(request, door, text, refused=refused)
    messages.success(request, _("Kept."))
    return redirect(f"{door.url('')}?kept={question.code}")


def drop(request: HttpRequest, code: str, *, door: Door) -> HttpResponseBase:
    """Ask, then throw a kept question away."""
    user = _user(request)
    found = selectors.questions_seen_by(user, on=clock.now().date()).filter(code=code).first()
    if found is None:
        raise Http404
    if not permissions.may_change(user, found):
        raise PermissionDenied
    if request.method == "POST":
        services.drop(found)
        messages.success(request, _("Thrown away."))
        return redirect(door.url(""))
    return render(request, "workbench/drop.html", {"question": found, "here": door.url("")})


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
