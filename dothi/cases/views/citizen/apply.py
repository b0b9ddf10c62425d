"""Apply online, step by step; every step is kept, and works without a script."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.models import User
from dothi.cases import selectors, services
from dothi.cases.choices import Parameter
from dothi.cases.services import Refused
from dothi.cases.views.citizen import forms, showing
from dothi.cases.views.citizen.way import CHECK, PAPERS, START, WHO, WISHES, Work, opened
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.core.notices import selectors as notices
from dothi.core.secret_pages import kept_private
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Applicant, Channel
from dothi.procedures.forms import answering
from dothi.units import selectors as units
from dothi.units.models import Unit

HOUR = timedelta(hours=1)
Step = Callable[..., HttpResponse]


def step(view: Callable[..., HttpResponse]) -> Step:
    """A page of a draft: opened by its text, kept by nobody; a draft that is gone is explained."""

    @wraps(view)
    def run(request: HttpRequest, text: str, **more: Any) -> HttpResponse:
        try:
            work = opened(request, text)
            return kept_private(view(request, work, **more))
        except services.LinkDoesNotOpen:
            return kept_private(render(request, "cases/apply/gone.html", status=404))

    return run


# --- Begin, and come back ------------------------------------------------------------------------


@limited("cases.begin", limit=40, per=HOUR)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """What it takes, which office, and for whom: then the draft is begun."""
    at = clock.now()
    version = procedures.version_of(code, on=at.date())
    if version is None:
        raise Http404
    definition = procedures.content_of(version.pk)
    if definition.channel != Channel.OWN:
        return redirect("procedures:page", code=code)
    form = _start_form(request, definition.applicants)
    if request.method == "POST" and form.is_valid():
        user = request.user if isinstance(request.user, User) else None
        try:
            begun = services.begin_draft(
                procedure=code, at=at, account=user, language=get_language() or "vi"
            )
        except Refused as error:
            form.add_error(None, error.message)
        else:
            work = Work(draft=begun.draft, text=begun.secret, at=at)
            _keep_start(work, form.cleaned_data)
            return redirect("cases:later", text=begun.secret)
    context = {
        "form": form, "code": code, "name": showing.said(definition.name),
        "papers": showing.asked_papers(definition),
        "days": selectors.setting(Parameter.DRAFT_DAYS, on=at.date()),
        "signed_in": isinstance(request.user, User),
    }  # fmt: skip
    return render(request, "cases/apply/begin.html", context, status=422 if form.errors else 200)


def _start_form(
    request: HttpRequest, kinds: tuple[Applicant, ...], initial: dict[str, Any] | None = None
) -> forms.StartForm:
    agencies = selectors.receiving(on=clock.now().date())
    first = kinds[0].value if kinds else Applicant.CITIZEN.value
    return forms.StartForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": first, "acting": forms.SELF} | (initial or {}),
        units=[(one.unit.code, one.name) for one in agencies],
        kinds=[one.value for one in kinds],
    )


def _keep_start(work: Work, data: dict[str, Any]) -> None:
    work.draft.unit = _unit(data["unit"], work)
    work.keep(done=START, kind=data["kind"], acting=data["acting"] == forms.OTHER)


def _unit(code: str, work: Work) -> Unit:
    return units.unit_of(code, on=work.on)


@limited("cases.resume", limit=60, per=HOUR)
def resume(request: HttpRequest) -> HttpResponse:
    """Come back to a draft by its secret code."""
    form = forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = "".join(form.cleaned_data["code"].split())
        if selectors.draft_by(text, at=clock.now()) is not None:
            return redirect("cases:draft", text=text)
        if selectors.by_tracking(text, at=clock.now()) is not None:
            return redirect("cases:track", text=text)
        form.add_error("code", _("Nothing is kept under this code. Please check each letter."))
    return render(
        request, "cases/apply/resume.html", {"form": form}, status=422 if form.errors else 200
    )


@step
def draft(request: HttpRequest, work: Work) -> HttpResponse:
    """Go on where it was left."""
    return redirect(work.first_open() or work.url(CHECK))


@step
def later(request: HttpRequest, work: Work) -> HttpResponse:
    """The code by which one comes back: at the beginning, and whenever it is asked for."""
    secret = work.text if "." not in work.text else ""
    link = selectors.page_url(f"cases/apply/{work.text}/", get_language() or "vi")
    context = {
        "secret": secret, "link": link if secret else "", "work": work,
        "next_url": work.first_open() or work.url(CHECK),
        "is_new": WHO not in work.content.get("done", []),
    }  # fmt: skip
    return render(request, "cases/apply/later.html", context)


@step
def drop(request: HttpRequest, work: Work) -> HttpResponse:
    """Throw the draft away, after one more question."""
    if request.method == "POST":
        services.throw_away(draft=work.draft)
        messages.success(request, _("The draft and its files were deleted."))
        return redirect("procedures:page", code=work.definition.code)
    return render(request, "cases/apply/drop.html", {"work": work})


# --- The steps -----------------------------------------------------------------------------------


def page(
    request: HttpRequest, work: Work, here: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One step on its page, with the way through all of them."""
    shared = {
        "work": work, "stops": list(work.stops(here)), "back": work.before(here),
        "later": work.url("later"),
    }  # fmt: skip
    name = here.partition(".")[0]
    return render(request, f"cases/apply/{name}.html", shared | context, status=status)


@step
def start(request: HttpRequest, work: Work) -> HttpResponse:
    """Another office, another kind of applicant, or for somebody else after all."""
    form = _start_form(
        request, work.definition.applicants,
        {
            "unit": work.draft.unit.code if work.draft.unit else "",
            "kind": work.content.get("kind", ""),
            "acting": forms.OTHER if work.acting else forms.SELF,
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        _keep_start(work, form.cleaned_data)
        return redirect(work.after(START))
    return page(request, work, START, {"form": form}, status=422 if form.errors else 200)


@step
def who(request: HttpRequest, work: Work) -> HttpResponse:
    """The person or business that applies, and who acts for it."""
    person, agent = _who_forms(request, work)
    shown = [form for form in (person, agent) if form is not None]
    if request.method == "POST" and all([form.is_valid() for form in shown]):
        said = {"applicant": _plain(person), "agent": _plain(agent) if agent else {}}
        wrong = _wrong_person(work, said)
        if wrong is None:
            work.keep(done=WHO, **said)
            return redirect(work.after(WHO))
        (agent if agent and wrong[0] == "agent" else person).add_error(wrong[1], wrong[2])
    bad = any(form.errors for form in shown)
    context = {"person": person, "agent": agent, "kind": _kind_of(work).label}
    return page(request, work, WHO, context, status=422 if bad else 200)


def _kind_of(work: Work) -> Applicant:
    return Applicant(work.content.get("kind") or Applicant.CITIZEN)


def _who_forms(request: HttpRequest, work: Work) -> tuple[forms.PersonForm, forms.AgentForm | None]:
    data = request.POST if request.method == "POST" else None
    known = {"name": request.user.full_name} if isinstance(request.user, User) else {}
    plain = forms.PersonForm if _kind_of(work) == Applicant.CITIZEN else forms.OrganisationForm
    themselves = known if plain is forms.PersonForm and not work.acting else {}
    person = plain(data, initial=themselves | _as_typed(work.content.get("applicant", {})))
    if not work.acting:
        return person, None
    return person, forms.AgentForm(data, initial=known | _as_typed(work.content.get("agent", {})))


def _as_typed(said: dict[str, Any]) -> dict[str, Any]:
    born = said.get("born_on")
    return said | ({"born_on": showing.day(born)} if born else {})


def _plain(form: forms.PersonForm) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in form.cleaned_data.items()
        if value
    }


def _wrong_person(work: Work, said: dict[str, Any]) -> tuple[str, str, str] | None:
    """Whose box is wrong, which, and why: told at once and not only when it is sent."""
    for part in ("applicant", "agent"):
        if not said[part]:
            continue
        try:
            services.checked_person(services.person_of(said[part]))
        except services.BadApplicant as error:
            return part, error.field, error.message
    return None


@step
def section(request: HttpRequest, work: Work, section: str) -> HttpResponse:
    """One section of the form of the procedure."""
    form, here = work.definition.form, f"form.{section}"
    if section not in {one.code for one in form.sections}:
        raise Http404
    if request.method == "POST":
        sheet = answering.read(form, request.POST, work.answers, on=work.on, section=section)
        work.keep(done=here if sheet.is_done else "", answers=sheet.given)
        if sheet.goes_back:
            return redirect(work.before(here))
        if sheet.is_done:
            return redirect(work.after(here))
    else:
        known = work.answers
        if here not in work.content.get("done", []):
            known = procedures.prefilled(form, request.user, at=work.at) | known
        sheet = answering.shown(form, known, on=work.on, section=section)
    return page(request, work, here, {"sheet": sheet}, status=422 if sheet.faults else 200)


@step
def papers(request: HttpRequest, work: Work) -> HttpResponse:
    """The papers, each with its files; one given before is offered."""
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        answer = _with_papers(request, work, user)
        if answer is not None:
            return answer
    context = {
        "papers": showing.papers_of(work, user), "most": services.FILES_AT_MOST,
        "signed_in": user is not None,
    }  # fmt: skip
    return page(request, work, PAPERS, context)


def _with_papers(request: HttpRequest, work: Work, user: User | None) -> HttpResponse | None:
    """What was chosen is laid in; then one of the things that the page can do."""
    refused = _take(request, work)
    for sentence in refused:
        messages.error(request, sentence)
    deed, _dash, what = request.POST.get("do", "next").partition("-")
    if deed == "remove":
        services.detach(draft=work.draft, file=what, at=work.at)
    elif deed == "reuse" and user is not None:
        _reuse(request, work, user, what)
    elif deed == "unuse":
        reused = work.content.get("reused", {})
        work.keep(reused={paper: key for paper, key in reused.items() if paper != what})
    elif deed == "next" and not refused:
        missing = services.missing_from(work.draft)
        if not missing:
            work.keep(done=PAPERS)
            return redirect(work.after(PAPERS))
        names = "; ".join(showing.said(paper.name) for paper in missing)
        messages.error(request, _("These papers are missing: %(names)s.") % {"names": names})
    return redirect(work.url(PAPERS))


def _take(request: HttpRequest, work: Work) -> list[str]:
    refused: list[str] = []
    for paper in work.definition.papers:
        files = [(one, one.name or "") for one in request.FILES.getlist(f"paper-{paper.code}")]
        if files:
            refused += services.attach(draft=work.draft, paper=paper.code, files=files, at=work.at)
            work.__dict__.pop("content", None)
    return refused


def _reuse(request: HttpRequest, work: Work, user: User, paper: str) -> None:
    if request.POST.get(f"consent-{paper}") != "1":
        messages.error(request, _("Please tick that you agree to use the paper again."))
        return
    offered = {one.code: one.before for one in showing.papers_of(work, user)}
    found = offered.get(paper)
    if found is not None:
        work.keep(reused=work.content.get("reused", {}) | {paper: found.pk})


@require_POST
@limited("cases.attach", limit=240, per=HOUR)
def attach(request: HttpRequest, text: str, paper: str) -> JsonResponse:
    """Take one file for a script that shows how far it is; the page is loaded anew after it."""
    try:
        work = opened(request, text)
        files = [(one, one.name or "") for one in request.FILES.getlist("file")[:1]]
        refused = services.attach(draft=work.draft, paper=paper, files=files, at=work.at)
    except Refused as error:
        return JsonResponse({"error": error.message}, status=404)
    if refused:
        return JsonResponse({"error": refused[0]}, status=422)
    return JsonResponse({"taken": True})


def _phone(work: Work) -> str:
    """The number of whoever acts: news go there."""
    part = "agent" if work.content.get("acting") else "applicant"
    return str(work.content.get(part, {}).get("phone", ""))


@step
def wishes(request: HttpRequest, work: Work) -> HttpResponse:
    """How to be told, and how to get the result."""
    user = request.user if isinstance(request.user, User) else None
    kept = work.content.get("wishes", {})
    chosen = notices.preferred(user.pk if user else None)
    initial = {
        "news": chosen or ("in_app" if user else "email"),
        "delivery": "counter",
        "email": user.email if user else "",
        "address": work.content.get("applicant", {}).get("address", ""),
    } | {name: value for name, value in kept.items() if value}
    form = forms.WishesForm(
        request.POST if request.method == "POST" else None, initial=initial,
        signed_in=user is not None, phone=_phone(work),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        work.keep(done=WISHES, wishes=dict(form.cleaned_data))
        return redirect(work.after(WISHES))
    return page(request, work, WISHES, {"form": form}, status=422 if form.errors else 200)


def renewed(request: HttpRequest, work: Work) -> HttpResponse | None:
    """Where the way leads when another version holds meanwhile, or none; None: go on here."""
    try:
        if services.renew(draft=work.draft, at=work.at):
            messages.warning(request, services.VersionChanged().message)
            return redirect(work.url(CHECK))
    except services.NotOffered as error:
        messages.error(request, error.message)
        return redirect("procedures:page", code=work.definition.code)
    return None


@step
def check(request: HttpRequest, work: Work) -> HttpResponse:
    """Everything once more, before it is signed."""
    elsewhere = renewed(request, work)
    if elsewhere is not None:
        return elsewhere
    context = showing.checked(work)
    if request.method == "POST" and not context["open"]:
        work.keep(done=CHECK)
        return redirect(work.after(CHECK))
    still = request.method == "POST"
    return page(request, work, CHECK, context | {"refused": still}, status=422 if still else 200)
