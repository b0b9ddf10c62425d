"""Ask for a use of a dataset, and follow what one asked for: officers, citizens and partners."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest
from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.sharing import selectors, services
from dothi.datastore.sharing.choices import State, SubjectKind
from dothi.datastore.sharing.forms import AskForm, TermsForm
from dothi.datastore.sharing.models import Application, Grant
from dothi.datastore.sharing.views import shared

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset


def panel(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """On the page of a dataset: what this reader holds on it, and the way to ask for more."""
    at = clock.now()
    user = request.user
    dataset = _seen(user, code, on=at.date()) if isinstance(user, User) else None
    held: list[dict[str, Any]] = []
    if isinstance(user, User):
        grants = selectors.grants_held_by(user, on=at.date()).filter(dataset__code=code)
        held = [shared.grant_shown(one, at=at) for one in grants]
    may_ask = dataset is not None and services.may_ask(dataset, request.user, at=at)  # type: ignore[arg-type]
    return {"code": code, "held": held, "may_ask": may_ask} if may_ask or held else None


def _seen(user: Any, code: str, *, on: date) -> "Dataset | None":
    return catalogue.datasets_seen_by(user, on=on).filter(code=code).first()


@never_cache
@login_required
def ask(request: SignedInRequest, code: str) -> HttpResponse:
    """The form: for whom, what for, which columns, which rows, until when."""
    at = clock.now()
    dataset = _seen(request.user, code, on=at.date())
    if dataset is None or not services.may_ask(dataset, request.user, at=at):
        raise Http404
    contract = dataset.agreed
    assert contract is not None
    offers = _offers(request.user, on=at.date())
    renewed = _renewed(request, code)
    form = AskForm(
        request.POST or None, contract=contract, offers=offers,
        initial=_of_grant(renewed) if renewed else None,
    )  # fmt: skip
    if form.is_valid():
        try:
            made = services.ask(
                dataset=dataset, asker=request.user, to=_to(form, request.user, on=at.date()),
                terms=form.terms(), at=at, renews=renewed,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Your request is with those who answer for the data."))
            return redirect("sharing:my_request", code=made.code)
    status = 422 if form.is_bound else 200
    return render(
        request, "sharing/ask.html", {"form": form, "dataset": dataset, "renewed": renewed},
        status=status,
    )  # fmt: skip


def _offers(user: User, *, on: date) -> list[tuple[str, str]]:
    """Oneself (in each post), the post, the unit, and keys of one's own programs."""
    found: list[tuple[str, str]] = []
    posts = accounts.standing(user, on=on).posts
    for post in posts:
        found.append((f"me:{post.unit_id}", _("Myself, at %(unit)s") % {"unit": post.unit.name}))
    for post in posts:
        label = Role(post.role).label
        found.append((f"post:{post.pk}", f"{_('Whoever holds a post')}: {label}, {post.unit.name}"))
    for number, name in {post.unit_id: post.unit.name for post in posts}.items():
        found.append((f"unit:{number}", f"{_('Everybody with a post in a unit')}: {name}"))
    if not posts:
        found.append(("me:", _("Myself")))
    keys = catalogue.keys_of(user).filter(ended_at=None)
    return found + [(f"key:{key.pk}", f"{_('A program, by its key')}: {key.name}") for key in keys]


def _to(form: AskForm, user: User, *, on: date) -> services.To:
    """The choices of the form are the person's own; the verb looks once more."""
    kind, _colon, number = form.cleaned_data["to"].partition(":")
    partner = form.cleaned_data["partner"]
    posts = {str(post.pk): post for post in accounts.standing(user, on=on).posts}
    units = {str(post.unit_id): post.unit for post in posts.values()}
    if kind == "post":
        post = posts[number]
        return services.To(kind=SubjectKind.POST, unit=post.unit, role=post.role)
    if kind == "unit":
        return services.To(kind=SubjectKind.UNIT, unit=units[number])
    if kind == "key":
        return services.To(kind=SubjectKind.KEY, key=int(number), partner=partner)
    return services.To(kind=SubjectKind.PERSON, user=user, unit=units.get(number), partner=partner)


def _renewed(request: SignedInRequest, code: str) -> Grant | None:
    """The use that is to go on, of those that this person asked for."""
    own = selectors.applications_of(request.user).filter(
        dataset__code=code, grant__code=request.GET.get("renews", "")
    )
    found = own.first()
    return found.grant if found else None


def _of_grant(grant: Grant) -> dict[str, Any]:
    return TermsForm.filled(
        purpose=grant.purpose, legal_basis=grant.legal_basis, columns=grant.columns,
        where=grant.where, figures_only=grant.figures_only,
    )  # fmt: skip


@never_cache
@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """Everything that one asked for and holds."""
    at = clock.now()
    held = selectors.grants_held_by(request.user, on=at.date())
    return render(
        request,
        "sharing/mine.html",
        {
            "requests": [
                shared.application_shown(one, at=at)
                for one in selectors.applications_of(request.user)[:100]
            ],
            "uses": [shared.grant_shown(one, at=at) for one in held[:100]],
        },
    )


@never_cache
@login_required
def my_request(request: SignedInRequest, code: str) -> HttpResponse:
    """One request: how it stands; a question of the office is answered here."""
    at = clock.now()
    found = _own(request, code)
    form = None
    contract = found.dataset.agreed
    if found.state == State.RETURNED and contract is not None:
        filled = TermsForm.filled(
            purpose=found.purpose, legal_basis=found.legal_basis, columns=found.columns,
            where=found.where, figures_only=found.figures_only, expires_on=found.expires_on,
        )  # fmt: skip
        form = TermsForm(request.POST or None, contract=contract, initial=filled)
        if form.is_valid() and _replied(request, found, form, at):
            return redirect("sharing:my_request", code=code)
    status = 422 if form is not None and form.is_bound else 200
    context = {"shown": shared.application_shown(found, at=at, explained=True), "form": form}
    return render(request, "sharing/my_request.html", context, status=status)


def _replied(request: SignedInRequest, found: Application, form: TermsForm, at: datetime) -> bool:
    text = request.POST.get("text", "")
    try:
        services.reply(application=found, at=at, text=text, terms=form.terms())
    except services.Refused as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, _("Your answer is with those who answer for the data."))
    return True


def _own(request: SignedInRequest, code: str) -> Application:
    found = selectors.applications_of(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@require_POST
@login_required
def withdraw(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a request back."""
    try:
        services.withdraw(application=_own(request, code), at=clock.now())
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("sharing:my_request", code=code)


def _held(request: SignedInRequest, code: str) -> Grant:
    """A use that one asked for or holds today."""
    asked = selectors.applications_of(request.user).filter(grant__code=code).first()
    if asked is not None and asked.grant is not None:
        return asked.grant
    held = selectors.grants_held_by(request.user, on=clock.now().date()).filter(code=code).first()
    if held is None:
        raise Http404
    return held


@never_cache
@login_required
def my_use(request: SignedInRequest, code: str) -> HttpResponse:
    """One use: its terms, the files, what use was made, how to renew it or give it back."""
    at = clock.now()
    found = _held(request, code)
    asked = selectors.applications_of(request.user).filter(grant=found).exists()
    return render(
        request,
        "sharing/my_use.html",
        {
            "shown": shared.grant_shown(found, at=at, explained=True),
            "report": shared.report(found),
            "asked": asked,
            "forms": ("csv", "xlsx", "json", "parquet"),
        },
    )


@never_cache
@login_required
def my_paper(request: SignedInRequest, code: str, number: str) -> FileResponse:
    return shared.paper(_held(request, code), number)


@require_POST
@login_required
def give_back(request: SignedInRequest, code: str) -> HttpResponse:
    """The asker ends the own use before its day."""
    own = selectors.applications_of(request.user).filter(grant__code=code).first()
    if own is None or own.grant is None:
        raise Http404
    try:
        services.end(
            grant=own.grant, by=request.user.actor, at=clock.now(),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The use has ended."))
    return redirect("sharing:my_use", code=code)
