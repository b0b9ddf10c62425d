"""One act on many dossiers: choose, say what is needed once, and read what became of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Act, Status
from dothi.cases.models import Dossier
from dothi.cases.services import NotYours
from dothi.cases.views.desk import deeds, showing
from dothi.cases.views.desk.dossier import act_of
from dothi.cases.views.desk.forms import Choices
from dothi.cases.views.desk.queue import QUEUE, batch_acts, title_of
from dothi.core import clock
from dothi.core.worklists import services as worklists
from dothi.core.worklists.http import Shown, said, ticked
from dothi.core.worklists.services import BatchReport
from dothi.procedures import selectors as procedures
from dothi.procedures import wording


class Needs(forms.Form):
    """What an act on many needs to be told, once for all of them."""

    choice = forms.ChoiceField(label=gettext_lazy("How does it end?"))
    text = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, label: str, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box = self.fields["choice"]
        assert isinstance(box, forms.ChoiceField)
        box.label, box.choices = label, choices


@staff_required
@require_POST
def batch(request: SignedInRequest) -> HttpResponse:
    """First the dossiers that were ticked and what the act needs; then what became of each."""
    at = clock.now()
    act = act_of(request.POST.get("act", ""))
    names = dict(batch_acts(request.user, at))
    if act.value not in names:
        raise PermissionDenied
    dossiers = ticked(request, selectors.dossiers_seen_by(request.user, on=at.date()))

    def do(told: Mapping[str, Any]) -> BatchReport:
        return _do(request, act, dossiers, told, at)

    form = _needs(request, act, dossiers, at)
    named = (act.value, names[act.value])
    return QUEUE.batch(request, named, [_shown(one) for one in dossiers], form=form, do=do)


def _shown(one: Dossier) -> Shown:
    return Shown(
        code=one.code, title=title_of(one), state=one.get_status_display(),
        url=reverse("cases:dossier", args=[one.code]),
    )  # fmt: skip


def _needs(
    request: SignedInRequest, act: Act, dossiers: list[Dossier], at: datetime
) -> Needs | None:
    """The form of an act that has to be told something; nothing where it has not."""
    data = said(request)
    if act == Act.HAND_OVER:
        return Needs(data, label=_("How does it end?"), choices=_outcomes(dossiers))
    if act == Act.ASSIGN:
        return Needs(data, label=_("Officer"), choices=_officers(dossiers, at))
    return None


def _outcomes(dossiers: list[Dossier]) -> Choices:
    """Every way in which the steps of these dossiers may end, by its code."""
    found: dict[str, str] = {}
    for one in dossiers:
        step = showing.step_of(one, procedures.content_of(one.version_id))
        for outcome in step.outcomes if step else ():
            found.setdefault(outcome.code, wording.said(outcome.name))
    return list(found.items())


def _officers(dossiers: list[Dossier], at: datetime) -> Choices:
    """Everybody at the posts that have these dossiers, with how much they have."""
    posts = {(one.handling_unit_id, one.handling_role) for one in dossiers}
    people = [
        one for unit, role in posts for one in selectors.colleagues_at(unit, role, on=at.date())
    ]
    return [
        (str(one.user.pk), f"{one.user.get_full_name()} ({one.open})")
        for one in {one.user.pk: one for one in people}.values()
    ]


def _do(
    request: SignedInRequest, act: Act, dossiers: list[Dossier], told: Mapping[str, Any],
    at: datetime,
) -> BatchReport:  # fmt: skip
    data: dict[str, Any] = {"summary": "", "text": told.get("text", "")}
    if act == Act.HAND_OVER:
        data["outcome"] = told["choice"]
    if act == Act.ASSIGN:
        data["person"] = int(told["choice"])

    def one(dossier: Dossier) -> None:
        if not permissions.may(request.user, act, dossier, on=at.date()):
            refuse_now(dossier, act)
        deeds.do(act, user=request.user, dossier=dossier, data=data, at=at)

    return worklists.batch(one, dossiers)


def refuse_now(dossier: Dossier, act: Act) -> None:
    """Say why: either the status is wrong, or the post is."""
    if act not in showing.NEXT.get(Status(dossier.status), ()) and act != Act.ASSIGN:
        raise services.NotAllowedNow(dossier.code, Status(dossier.status))
    raise NotYours
