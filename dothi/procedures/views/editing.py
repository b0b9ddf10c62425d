"""One entry of a draft: read it, write it, add one, move it, take it out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_who
from dothi.core import clock
from dothi.procedures import permissions, services, wording
from dothi.procedures.choices import FieldType, Part
from dothi.procedures.forms import designing
from dothi.procedures.models import Version
from dothi.procedures.rules import places
from dothi.procedures.services import AnotherWasFaster, NotADefinition
from dothi.procedures.views.drafts import above, draft_of, lists_of, short


@staff_who(permissions.may_design)
def edit(request: SignedInRequest, code: str, place: str = "") -> HttpResponse:
    """One entry of the draft: read it, write it, add one."""
    draft = draft_of(code)
    entry = _entry(place)
    node = _node(draft, place)
    if request.method != "POST":
        form = entry(initial=entry.load(node) if node else None)
        return _edited(request, draft, place, form, node)
    form = entry(request.POST)
    if not form.is_valid():
        return _edited(request, draft, place, form, node, status=422)
    document = places.put(draft.definition, place, form.dump(node))
    if request.POST.get("read_at") != draft.changed_at.isoformat():
        return _edited(request, draft, place, form, node, status=409, stale=_now(draft, document))
    try:
        services.draft(
            document=document, by=request.user.actor, at=clock.now(), note=draft.note,
            read_at=draft.changed_at,
        )  # fmt: skip
    except NotADefinition as error:
        _blame(form, place, error)
        return _edited(request, draft, place, form, node, status=422)
    except AnotherWasFaster:
        draft = draft_of(code)
        return _edited(
            request, draft, place, form, node, status=409, stale=_now(draft, document)
        )  # fmt: skip
    messages.success(request, _("Kept."))
    return redirect(_after(code, place, document))


@staff_who(permissions.may_design)
@require_POST
def change(request: SignedInRequest, code: str, place: str) -> HttpResponse:
    """Move an entry of the draft, or take it out."""
    draft = draft_of(code)
    deed = request.POST.get("do", "")
    if request.POST.get("read_at") != draft.changed_at.isoformat():
        messages.error(request, _("Somebody else changed the draft meanwhile. Look again."))
        return redirect(above(code, place))
    try:
        if deed == "remove":
            document = places.without(draft.definition, place)
        else:
            document = places.moved(draft.definition, place, by=-1 if deed == "up" else 1)
        services.draft(
            document=document, by=request.user.actor, at=clock.now(), note=draft.note,
            read_at=draft.changed_at,
        )  # fmt: skip
    except places.NoPlace as error:
        raise Http404 from error
    except (NotADefinition, AnotherWasFaster):
        messages.error(request, _("This could not be done. Look again."))
    return redirect(above(code, place))


# --- What the page is made of ---------------------------------------------------------------------


def _edited(
    request: SignedInRequest, draft: Version, place: str, form: designing.Entry,
    node: dict[str, Any], *, status: int = 200, stale: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    code = draft.procedure.code
    definition = draft.content
    lists = form.lists
    if isinstance(form, designing.FieldEntry) and node.get("type") == FieldType.GROUP:
        lists = designing.GroupEntry.lists
    return render(
        request,
        "procedures/desk/edit.html",
        {
            "code": code,
            "name": wording.said(definition.name),
            "place": place,
            "draft": draft,
            "form": form,
            "lists": lists_of(draft.definition, place, lists) if node else [],
            "above": above(code, place) if place else reverse("procedures:design", args=[code]),
            "says": wording.condition(definition.form, node.get("when")),
            "conditional": "when" in form.fields,
            "pickable": [
                (one.code, wording.said(one.name), [option.code for option in one.options])
                for one in definition.form.fields
            ],
            "stale": stale,
            "tries": place.startswith("form"),
        },
        status=status,
    )


def _now(draft: Version, document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Where what was sent and what somebody else kept meanwhile differ."""
    return [
        (" › ".join(one.place), short(one.before), short(one.after))
        for one in places.changes(draft.definition, document)
    ]


def _blame(form: designing.Entry, place: str, error: NotADefinition) -> None:
    holder = place.removesuffix(places.NEW).strip(".")
    for where, why in error.places:
        parts = where.removeprefix(holder).strip(".").split(".")
        if place.endswith(places.NEW):
            parts = parts[1:]  # The number that it would get.
        name = form.field_of(".".join(parts)) or form.field_of(parts[0] if parts else "")
        form.add_error(name, why if name else f"{where}: {why}")


def _entry(place: str) -> type[designing.Entry]:
    parts = [part for part in place.split(".") if not part.isdecimal() and part != places.NEW]
    if not parts:
        raise Http404
    if parts[0] == "sources":
        if len(parts) != 2 or parts[1] not in Part.values:
            raise Http404
        return designing.SourceEntry
    entry = designing.ENTRIES.get(parts[-1])
    if entry is None or (place and not (place[-1].isdecimal() or place.endswith(places.NEW))):
        raise Http404
    return entry


def _node(draft: Version, place: str) -> dict[str, Any]:
    try:
        node = places.at(draft.definition, place)
    except places.NoPlace as error:
        if place.startswith("sources."):
            return {}
        raise Http404 from error
    if not isinstance(node, dict):
        raise Http404
    return node


def _after(code: str, place: str, document: dict[str, Any]) -> str:
    """Where one goes after keeping: to a new entry that holds lists, else one level up."""
    if place.endswith(f".{places.NEW}"):
        holder = place.removesuffix(f".{places.NEW}")
        if designing.ENTRIES[holder.split(".")[-1]].lists:
            number = len(places.at(document, holder)) - 1
            return reverse("procedures:design_edit", args=[code, f"{holder}.{number}"])
    return above(code, place)
