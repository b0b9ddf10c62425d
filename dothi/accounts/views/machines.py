"""Programs of other offices: make them known, renew their secret, end them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts import forms, registry, selectors, services
from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.models import Machine
from dothi.accounts.permissions import MANAGE_STAFF
from dothi.core import clock
from dothi.core.hooks import selectors as hooks
from dothi.core.hooks import services as services_of_hooks


@power_required(MANAGE_STAFF)
def machines(request: SignedInRequest) -> HttpResponse:
    """The programs that may come in, and as what."""
    rows = list(selectors.machines_seen_by(request.user, on=clock.now().date()))
    counts = hooks.counts([row.subject for row in rows])
    shown = [_shown(row, counts.get(row.subject, (0, 0))) for row in rows]
    return render(request, "accounts/machines.html", {"machines": shown})


@power_required(MANAGE_STAFF)
@never_cache
def add(request: SignedInRequest) -> HttpResponse:
    """Make a program known; its secret is shown on the answer and nowhere else."""
    now = clock.now()
    units = selectors.standing(request.user, on=now.date()).units_for(MANAGE_STAFF)
    form = forms.MachineForm(request.POST or None, unit_ids=units, on=now.date())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            made = services.register_machine(
                **data, valid_from=now.date(), by=request.user.actor, at=now
            )
        except services.CodeTaken:
            form.add_error("code", _("Another program has this id. Please choose a new one."))
        else:
            return _secret(request, made.machine, made.secret)
    context = {
        "form": form, "title": _("Let a program in"), "verb": _("Let in"),
        "back": "accounts:machines",
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "accounts/form.html", context, status=status)


@power_required(MANAGE_STAFF)
@require_POST
@never_cache
def renew(request: SignedInRequest, code: str) -> HttpResponse:
    """Another secret; the one before ends at once."""
    machine = _alive(request, code)
    secret = services.renew_secret(machine=machine, by=request.user.actor, at=clock.now())
    return _secret(request, machine, secret)


@power_required(MANAGE_STAFF)
@require_POST
def end(request: SignedInRequest, code: str) -> HttpResponse:
    """This program comes in no more."""
    now = clock.now()
    machine = _alive(request, code)
    services.end_machine(machine=machine, by=request.user.actor, at=now, on=now.date())
    messages.success(request, _("%(name)s comes in no more.") % {"name": machine.name})
    return redirect("accounts:machines")


@power_required(MANAGE_STAFF)
@require_POST
def send_again(request: SignedInRequest, code: str) -> HttpResponse:
    """Send the messages that were given up once more."""
    machine = _alive(request, code)
    count = services_of_hooks.send_again(
        owner=machine.subject, by=request.user.actor, at=clock.now()
    )
    messages.success(request, _("Sent again: %(count)d") % {"count": count})
    return redirect("accounts:machines")


def _alive(request: SignedInRequest, code: str) -> Machine:
    rows = selectors.machines_seen_by(request.user, on=clock.now().date())
    return get_object_or_404(rows, code=code, ended_at=None)


def _secret(request: HttpRequest, machine: Machine, secret: str) -> HttpResponse:
    context = {"code": machine.code, "name": machine.name, "secret": secret}
    return render(request, "accounts/machine_secret.html", context)


def _shown(machine: Machine, told: tuple[int, int]) -> dict[str, Any]:
    posts: list[Any] = machine.user.posts_seen  # type: ignore[attr-defined]
    return {
        "code": machine.code,
        "name": machine.name,
        "contact": machine.contact,
        "posts": [f"{post.get_role_display()}, {post.unit.name}" for post in posts],
        "scopes": [registry.scopes.get(scope, scope) for scope in machine.scopes],
        "made_at": machine.made_at,
        "ended_at": machine.ended_at,
        "waiting": told[0],
        "dead": told[1],
    }
