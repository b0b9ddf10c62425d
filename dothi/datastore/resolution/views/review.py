"""The clerical review: one pair after another, and entities with their golden record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.resolution import forms, permissions, selectors, services
from dothi.datastore.resolution.choices import Kind, Power, Verdict
from dothi.datastore.resolution.models import Change, Entity, Pair, Project
from dothi.datastore.resolution.views import wording
from dothi.datastore.resolution.views.projects import found_for
from dothi.lib import text_vi

WIDEST = 20.0  # Bits that fill the bar of the waterfall.


def _reviewable(request: SignedInRequest, code: str, at: datetime) -> Project:
    """The project, if this person may see values of its rows."""
    project = found_for(request, code, at)
    if not permissions.may_review(request.user, project, on=at.date()):
        raise PermissionDenied
    return project


def post_of(request: SignedInRequest, at: datetime) -> str:
    """In what capacity somebody looks: "Specialist, Phường …"; names are not kept."""
    posts = accounts.posts_of(request.user, on=at.date())
    return ", ".join(f"{Role(one.role).label}, {one.unit.name}" for one in posts)[:200]


@power_required(Power.REVIEW)
def review(request: SignedInRequest, code: str) -> HttpResponse:
    """The next pair that waits, or the news that none does."""
    project = _reviewable(request, code, clock.now())
    after = request.GET.get("after", "")
    skipped = project.pairs.filter(pk=int(after)).first() if after.isdecimal() else None
    pair = selectors.next_waiting(project, after=skipped) or selectors.next_waiting(project)
    if pair is None:
        messages.success(request, _("No pair waits any more."))
        return redirect("resolution:project", code=code)
    return redirect("resolution:pair", code=code, pk=pair.pk)


@never_cache
@power_required(Power.REVIEW)
def pair(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Two rows side by side, with what speaks for and against. Opening it is logged."""
    at = clock.now()
    found = _pair(_reviewable(request, code, at), pk)
    try:
        left, right = services.open_pair(
            pair=found, by=request.user, post=post_of(request, at), at=at
        )
    except services.NotOpen as error:
        messages.error(request, error.message)
        return redirect("resolution:project", code=code)
    return render(
        request,
        "resolution/pair.html",
        {
            "project": found.project,
            "pair": found,
            "rows": _side_by_side(found.project, left, right),
            "steps": _waterfall(found),
            "weight": wording.bits(found.weight) if found.weight is not None else "",
            "link_at": wording.bits(found.project.link_at),
            "waiting": selectors.counts(found.project).waiting,
            "verdict": Verdict(found.verdict).label if found.verdict else "",
            "entities": [selectors.entity_of(found.left), selectors.entity_of(found.right)],
        },
    )


def _pair(project: Project, pk: int) -> Pair:
    pair = (
        project.pairs.filter(pk=pk)
        .select_related("left", "right", "project__unit")
        .first()
    )  # fmt: skip
    if pair is None:
        raise Http404
    return pair


def _side_by_side(
    project: Project, left: Mapping[str, str], right: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "label": wording.ROLES[role],
            "left": left.get(role, ""),
            "right": right.get(role, ""),
            "differs": _told(left.get(role, "")) != _told(right.get(role, "")),
        }
        for role in selectors.model_of(project).roles
        if left.get(role) or right.get(role)
    ]


def _told(text: str) -> str:
    return text_vi.exact_key(text)


def _waterfall(pair: Pair) -> list[dict[str, Any]]:
    return [
        {
            "what": wording.comparison(step.comparison, pair.project.kind),
            "how": wording.LEVELS[step.level],
            "bits": wording.bits(step.bits),
            "total": wording.bits(step.total),
            "for": step.bits >= 0,
            "size": round(min(abs(step.bits), WIDEST), 1),
        }
        for step in selectors.explain(pair)
    ]


@require_POST
@power_required(Power.REVIEW)
def decide(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Write down the verdict and go on with the next pair."""
    at = clock.now()
    found = _pair(_reviewable(request, code, at), pk)
    form = forms.VerdictForm(request.POST)
    if not form.is_valid() or form.cleaned_data["was"] != found.verdict:
        messages.error(request, services.NotAllowedNow().message)
        return redirect("resolution:pair", code=code, pk=pk)
    try:
        services.decide(
            pair=found, verdict=Verdict(form.cleaned_data["verdict"]), by=request.user, at=at,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
    except services.Refused as error:
        messages.error(request, error.message)
        return redirect("resolution:pair", code=code, pk=pk)
    messages.success(request, _("Kept. It can be undone on the page of the entity."))
    return redirect("resolution:review", code=code)


# --- Entities ------------------------------------------------------------------------------------


@never_cache
@power_required(Power.REVIEW)
def entity(request: SignedInRequest, code: str, slug: str) -> HttpResponse:
    """The golden record, the rows behind it, and how it came about. Opening it is logged."""
    at = clock.now()
    project = _reviewable(request, code, at)
    found = _entity(project, slug)
    try:
        rows, golden = services.open_entity(
            entity=found, by=request.user, post=post_of(request, at), at=at
        )
    except services.NotOpen as error:
        messages.error(request, error.message)
        return redirect("resolution:project", code=code)
    roles = selectors.model_of(project).roles
    return render(
        request,
        "resolution/entity.html",
        {
            "project": project,
            "kind": Kind(project.kind).label,
            "entity": found,
            "golden": [
                {
                    "label": wording.ROLES[one.role],
                    "value": one.value,
                    "dataset": one.dataset,
                    "key": one.key,
                    "rule": wording.RULES[one.rule],
                    "others": one.others,
                }
                for one in golden
            ],
            "heads": [wording.ROLES[role] for role in roles],
            "rows": [
                {"record": record, "values": [values.get(role, "") for role in roles]}
                for record, values in rows
            ],
            "history": [_change(one) for one in selectors.history_of(found)],
        },
    )


def _entity(project: Project, code: str) -> Entity:
    found = project.entities.filter(code=code).select_related("project__unit").first()
    if found is None:
        raise Http404
    return found


def _change(one: Change) -> dict[str, Any]:
    undone = hasattr(one, "undone_by")
    return {
        "pk": one.pk,
        "at": one.at,
        "title": wording.CHANGES[one.kind],
        "reason": one.reason,
        "undone": undone,
        "may_undo": not undone and one.kind in {"decision", "merge", "split"},
    }


@require_POST
@power_required(Power.REVIEW)
def reshape(request: SignedInRequest, code: str, slug: str, deed: str) -> HttpResponse:
    """Merge with another entity, or let some rows go."""
    at = clock.now()
    project = _reviewable(request, code, at)
    found = _entity(project, slug)
    try:
        _reshape(request, project, found, deed, at)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Done. It stands in the history and can be undone."))
    if selectors.members(found):
        return redirect("resolution:entity", code=code, slug=slug)
    return redirect("resolution:project", code=code)


def _reshape(
    request: SignedInRequest, project: Project, found: Entity, deed: str, at: datetime
) -> None:
    if deed == "merge":
        form: forms.ReasonForm = forms.MergeForm(request.POST)
        if not form.is_valid():
            raise services.NotAllowedNow
        other = project.entities.filter(code=form.cleaned_data["other"]).first()
        if other is None:
            raise services.NotAllowedNow
        services.merge(
            one=found, other=other, by=request.user, at=at, reason=form.cleaned_data["reason"]
        )
        return
    form = forms.SplitForm(request.POST, rows=[row.pk for row in selectors.members(found)])
    if not form.is_valid():
        raise services.NotAllowedNow
    services.split(
        entity=found, out=form.cleaned_data["out"], by=request.user, at=at,
        reason=form.cleaned_data["reason"],
    )  # fmt: skip


@require_POST
@power_required(Power.REVIEW)
def undo(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take back a change that a person made."""
    at = clock.now()
    project = _reviewable(request, code, at)
    change = project.changes.filter(pk=pk).select_related("project__unit").first()
    if change is None:
        raise Http404
    form = forms.ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.undo(change=change, by=request.user, at=at, reason=reason)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Undone."))
    return redirect("resolution:project", code=code)
