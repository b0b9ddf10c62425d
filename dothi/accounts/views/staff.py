"""Doors of the accounts: the first password, the level, and the staff pages of the desk."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dothi.accounts import forms, permissions, selectors, services
from dothi.accounts.choices import Level, Role
from dothi.accounts.http import SignedInRequest, power_required, staff_required
from dothi.accounts.models import Delegation, Post, User
from dothi.accounts.permissions import MANAGE_STAFF, SEE_STAFF
from dothi.core import clock
from dothi.core.limits.http import limited


# Nobody guesses 130 bits; the limit spares the machine.
@never_cache
@limited("accounts.start", limit=240, per=timedelta(hours=1), methods=("GET", "POST"))
@sensitive_post_parameters("password")
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password by a one-time link."""
    now = clock.now()
    user = selectors.start_link_user(token, at=now)
    if user is None:
        return render(request, "accounts/start_closed.html", status=410)
    form = forms.StartForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            services.start_with(token=token, password=form.cleaned_data["password"], at=now)
        except services.LinkDoesNotOpen:
            return render(request, "accounts/start_closed.html", status=410)
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("account_login")
    return _page(request, "accounts/start.html", form, person=user)


@login_required
def level(request: SignedInRequest, level: str) -> HttpResponse:
    """Say how to reach the level that a service asks for."""
    if level not in Level.values:
        raise Http404
    return render(request, "accounts/level.html", {"wanted": Level(level)})


@power_required(SEE_STAFF)
def staff(request: SignedInRequest) -> HttpResponse:
    today = clock.now().date()
    people = selectors.staff_seen_by(request.user, on=today)
    standing = selectors.standing(request.user, on=today)
    context = {"people": people, "may_manage": standing.may(MANAGE_STAFF)}
    return render(request, "accounts/staff.html", context)


@power_required(MANAGE_STAFF)
def add(request: SignedInRequest) -> HttpResponse:
    now = clock.now()
    units = selectors.standing(request.user, on=now.date()).units_for(MANAGE_STAFF)
    form = forms.PersonForm(
        request.POST or None, unit_ids=units, on=now.date(), initial={"valid_from": now.date()}
    )
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, request.user.actor
        user = services.create_staff(
            username=data["username"],
            full_name=data["full_name"],
            email=data["email"],
            at=now,
            by=by,
        )
        services.appoint(user=user, **_post(data), at=now, by=by)
        return redirect("accounts:person", username=user.username)
    return _page(request, "accounts/form.html", form, title=_("Add a person"), verb=_("Add"))


@power_required(SEE_STAFF)
def person(request: SignedInRequest, username: str) -> HttpResponse:
    today = clock.now().date()
    who = _person(request, username)
    return render(
        request,
        "accounts/person.html",
        {
            "person": who,
            "lent": list(selectors.delegations_of(who.posts_seen, on=today)),
            "may_manage": permissions.may_manage(request.user, who, on=today),
        },
    )


@power_required(MANAGE_STAFF)
def appoint(request: SignedInRequest, username: str) -> HttpResponse:
    now = clock.now()
    who = _person(request, username)
    units = selectors.standing(request.user, on=now.date()).units_for(MANAGE_STAFF)
    form = forms.PostForm(
        request.POST or None, unit_ids=units, on=now.date(), initial={"valid_from": now.date()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.appoint(user=who, **_post(form.cleaned_data), at=now, by=request.user.actor)
        except services.PostOverlaps:
            form.add_error(None, _("The person holds this post in part of that time already."))
        else:
            return redirect("accounts:person", username=who.username)
    title = _("New post for %(name)s") % {"name": who.get_full_name()}
    return _page(request, "accounts/form.html", form, title=title, verb=_("Appoint"))


@power_required(MANAGE_STAFF)
def end_post(request: SignedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    post = get_object_or_404(Post.objects.select_related("user", "unit"), pk=pk)
    if not permissions.may_end_post(request.user, post, on=now.date()):
        raise Http404
    form = forms.EndPostForm(request.POST or None, initial={"on": now.date()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.end_post(
                post=post, on=data["on"], reason=data["reason"], at=now, by=request.user.actor
            )
        except services.LastAdministrator:
            form.add_error(None, _("This is the last administrator of the house."))
        else:
            return redirect("accounts:person", username=post.user.username)
    return _page(request, "accounts/form.html", form, title=_("End the post"), verb=_("End"))


@staff_required
def lend_own(request: SignedInRequest) -> HttpResponse:
    """My posts: lend them while I am away, take them back."""
    today = clock.now().date()
    standing = selectors.standing(request.user, on=today)
    own = [post for post in standing.posts if post.user_id == request.user.pk]
    context = {
        "own": [(post, permissions.may_lend(request.user, post, on=today)) for post in own],
        "borrowed": standing.lent,
        "lent": list(selectors.delegations_of(own, on=today)),
    }
    return render(request, "accounts/lend_own.html", context)


@staff_required
def lend(request: SignedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    post = get_object_or_404(Post.objects.select_related("user", "unit"), pk=pk)
    if not permissions.may_lend(request.user, post, on=now.date()):
        raise Http404
    form = forms.DelegateForm(request.POST or None, post=post, on=now.date())
    if request.method == "POST" and form.is_valid():
        try:
            services.delegate(post=post, **form.cleaned_data, at=now, by=request.user.actor)
        except services.NotLent:
            form.add_error(None, _("The post cannot be lent for these days. Is it lent already?"))
        else:
            return _back(request, post)
    words = {"title": _("Lend the post"), "verb": _("Lend")}
    return _page(request, "accounts/form.html", form, back="accounts:lend_own", **words)


@staff_required
@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    lent = get_object_or_404(
        Delegation.objects.select_related("post__user", "post__unit", "to"), pk=pk
    )
    if not permissions.may_take_back(request.user, lent, on=now.date()):
        raise Http404
    services.end_delegation(delegation=lent, at=now, by=request.user.actor)
    return _back(request, lent.post)


@power_required(MANAGE_STAFF)
@require_POST
def make_link(request: SignedInRequest, username: str) -> HttpResponse:
    who = _managed(request, username)
    try:
        token = services.invite(user=who, at=clock.now(), by=request.user.actor)
    except services.InvitationsNeedAPerson as exc:
        raise PermissionDenied from exc
    context = {"person": who, "link": services.start_url(token)}
    return render(request, "accounts/link.html", context)


@power_required(MANAGE_STAFF)
def reset(request: SignedInRequest, username: str) -> HttpResponse:
    who = _managed(request, username)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.reset_second_step(
            user=who, reason=form.cleaned_data["reason"], at=clock.now(), by=request.user.actor
        )
        messages.success(request, _("The second step is reset; all sessions ended."))
        return redirect("accounts:person", username=who.username)
    title = _("Reset the second step")
    return _page(request, "accounts/form.html", form, title=title, verb=_("Reset"))


@power_required(MANAGE_STAFF)
def leave(request: SignedInRequest, username: str) -> HttpResponse:
    now = clock.now()
    who = _managed(request, username)
    form = forms.LeaveForm(
        request.POST or None, person=who, on=now.date(), initial={"on": now.date()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.leave(user=who, **form.cleaned_data, at=now, by=request.user.actor)
        except services.NotYet:
            form.add_error("on", _("This day has not come yet."))
        except services.LastAdministrator:
            form.add_error(None, _("This is the last administrator of the house."))
        except services.SuccessorIsNoStaff:
            form.add_error("successor", _("Choose somebody who holds a post today."))
        else:
            messages.success(request, _("The account is locked and the duties are handed on."))
            return redirect("accounts:staff")
    title = _("%(name)s leaves") % {"name": who.get_full_name()}
    return _page(request, "accounts/form.html", form, title=title, verb=_("Lock and hand on"))


@power_required(MANAGE_STAFF)
def import_file(request: SignedInRequest) -> HttpResponse:
    """Show what a file would do; do it when asked to."""
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        _only_for_the_whole_house(request)
        try:
            report = services.import_staff(
                form.cleaned_data["file"],
                at=clock.now(),
                by=request.user.actor,
                preview="preview" in request.POST,
            )
        except services.StaffFileError as exc:
            form.add_error("file", str(exc))
    context = {"columns": services.COLUMNS, "report": report}
    return _page(request, "accounts/import.html", form, **context)


def _only_for_the_whole_house(request: SignedInRequest) -> None:
    """A sheet may name any unit: it is for who looks after the root."""
    standing = selectors.standing(request.user, on=clock.now().date())
    tops = [post for post in standing.posts if post.role == Role.ADMINISTRATOR]
    if not any(post.unit.parent_id is None for post in tops):
        raise PermissionDenied


def _person(request: SignedInRequest, username: str) -> Any:
    people = selectors.staff_seen_by(request.user, on=clock.now().date())
    return get_object_or_404(people, username=username)


def _managed(request: SignedInRequest, username: str) -> User:
    who: User = _person(request, username)
    if not permissions.may_manage(request.user, who, on=clock.now().date()):
        raise PermissionDenied
    return who


def _post(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": data["unit"],
        "role": Role(data["role"]),
        "title": data["title"],
        "valid_from": data["valid_from"],
        "valid_to": data["valid_to"],
    }


def _back(request: SignedInRequest, post: Post) -> HttpResponse:
    """To where somebody can see what was done."""
    if post.user_id == request.user.pk:
        return redirect("accounts:lend_own")
    if selectors.may(request.user, SEE_STAFF, post.unit_id, on=clock.now().date()):
        return redirect("accounts:person", username=post.user.username)
    return redirect("accounts:lend_own")


def _page(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    back = {"back": "accounts:staff"}
    return render(request, template, {"form": form, **back, **context}, status=status)
