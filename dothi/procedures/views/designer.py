"""The desk of the catalogue: write a version of a procedure, look at it, publish it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest, staff_who
from dothi.core import clock
from dothi.core.clocks.choices import TimeUnit
from dothi.procedures import permissions, selectors, services, wording
from dothi.procedures.choices import FieldType, Part, State
from dothi.procedures.forms import answering, designing
from dothi.procedures.models import Version
from dothi.procedures.rules import places
from dothi.procedures.rules.definition import Definition
from dothi.procedures.rules.publishing import flaws
from dothi.procedures.services import AnotherWasFaster, Flawed, FourEyes, NotADefinition, NotThen
from dothi.procedures.views.public import page_of

ROLES = frozenset(Role.values)
SHOWN = 300  # Signs of a value in a comparison.


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry of a list on a page of the designer."""

    place: str
    title: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A list of entries, and where one is added."""

    name: str
    title: Any
    lines: list[Line]


@staff_who(permissions.may_see)
def listed(request: SignedInRequest) -> HttpResponse:
    """All procedures, with what holds and what is being written."""
    today = clock.now().date()
    rows = []
    for procedure in selectors.designs():
        versions = list(procedure.versions.all())
        draft = next((one for one in versions if one.state == State.DRAFT), None)
        published = [one for one in versions if one.state == State.PUBLISHED]
        held = next((one for one in published if _holds(one, today)), None)
        newest = versions[0].content
        rows.append(
            {
                "code": procedure.code, "area": procedure.area.name,
                "name": wording.said(newest.name), "draft": draft, "held": held,
                "doubts": len(newest.to_confirm),
            }
        )  # fmt: skip
    return render(
        request,
        "procedures/desk/list.html",
        {"rows": rows, "file": designing.FileForm(),
         "designs": permissions.may_design(request.user, today)},
    )  # fmt: skip


@staff_who(permissions.may_design)
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin a procedure that the catalogue does not have yet."""
    form = designing.BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if selectors.versions_of(code):
            form.add_error("code", _("The catalogue has this procedure already."))
        else:
            services.draft(document=form.document, by=request.user.actor, at=clock.now())
            return redirect("procedures:design", code=code)
    return render(
        request, "procedures/desk/new.html", {"form": form}, status=422 if form.errors else 200
    )


@staff_who(permissions.may_design)
@require_POST
def take_file(request: SignedInRequest) -> HttpResponse:
    """Take a file over as the draft of the procedure that it names."""
    form = designing.FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            document = services.read_file(file.read(), name=file.name)
            code = str(document.get("code", ""))
            if any(one.state == State.DRAFT for one in selectors.versions_of(code)):
                form.add_error("file", _("This procedure has a draft already. Publish it first."))
            else:
                made = services.draft(document=document, by=request.user.actor, at=clock.now())
                messages.success(request, _("The file was taken over as a draft."))
                return redirect("procedures:design", code=made.procedure.code)
        except NotADefinition as error:
            for where, why in error.places[:20]:
                form.add_error("file", f"{where}: {why}")
        except services.UnknownArea as error:
            form.add_error("file", _("The catalogue has no field “%(code)s”.") % {"code": error})
    return render(request, "procedures/desk/import.html", {"form": form}, status=422)


@staff_who(permissions.may_see)
def overview(request: SignedInRequest, code: str) -> HttpResponse:
    """One procedure: its versions, what its draft says, what is wrong with it."""
    return _overview(request, code, designing.PublishForm())


def _overview(
    request: SignedInRequest, code: str, form: designing.PublishForm, *, status: int = 200
) -> HttpResponse:
    versions = _versions(code)
    today = clock.now().date()
    draft = next((one for one in versions if one.state == State.DRAFT), None)
    newest = draft or versions[0]
    definition = newest.content
    return render(
        request,
        "procedures/desk/overview.html",
        {
            "code": code,
            "name": wording.said(definition.name),
            "versions": [(one, _holds(one, today)) for one in versions],
            "draft": draft,
            "lists": _lists(newest.definition, "", designing.LISTS),
            "sources": [
                (part, definition.sources.get(part), part in definition.to_confirm) for part in Part
            ],
            "flaws": _flaws(code, definition),
            "form": form,
            "designs": permissions.may_design(request.user, today),
            "publishes": permissions.may_publish(request.user, today),
            "own": draft is not None and request.user.actor in draft.writers,
        },
        status=status,
    )


@staff_who(permissions.may_design)
@require_POST
def begin_again(request: SignedInRequest, code: str) -> HttpResponse:
    """Begin a draft from the newest published version."""
    versions = _versions(code)
    if all(one.state == State.PUBLISHED for one in versions):
        document = versions[0].content
        services.draft(document=document, by=request.user.actor, at=clock.now())
    return redirect("procedures:design", code=code)


@staff_who(permissions.may_see)
def draft_file(request: SignedInRequest, code: str) -> HttpResponse:
    """The newest version as a file, the draft where there is one."""
    response = HttpResponse(services.exported(_newest(code)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{code}.json"'
    return response


@staff_who(permissions.may_see)
def compare(request: SignedInRequest, code: str) -> HttpResponse:
    """What the draft says otherwise than the newest published version."""
    versions = _versions(code)
    draft = versions[0]
    published = next((one for one in versions if one.state == State.PUBLISHED), None)
    if draft.state != State.DRAFT or published is None:
        raise Http404
    found = [
        (" › ".join(one.place), _short(one.before), _short(one.after))
        for one in places.changes(published.definition, draft.definition)
    ]
    return render(
        request, "procedures/desk/compare.html",
        {"code": code, "changes": found, "published": published, "draft": draft},
    )  # fmt: skip


@staff_who(permissions.may_publish)
@require_POST
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """Publish the draft that was read, from a day on."""
    draft = _draft(code)
    form = designing.PublishForm(request.POST)
    if form.is_valid():
        if draft.changed_at.isoformat() != request.POST.get("read_at"):
            form.add_error(None, _("The draft was changed since you read it. Please read again."))
            return _overview(request, code, form, status=409)
        try:
            services.publish(
                version=draft, valid_from=form.cleaned_data["valid_from"],
                by=request.user.actor, at=clock.now(),
            )  # fmt: skip
        except FourEyes:
            form.add_error(None, _("Who wrote it does not publish it. Ask another leader."))
        except Flawed:
            form.add_error(None, _("Something is still missing: see the list."))
        except NotThen:
            form.add_error("valid_from", _("Another version holds from that day or a later one."))
        except AnotherWasFaster:
            form.add_error(None, _("The draft was changed since you read it. Please read again."))
        else:
            messages.success(request, _("Published."))
            return redirect("procedures:design", code=code)
    return _overview(request, code, form, status=422)


@staff_who(permissions.may_see)
@xframe_options_sameorigin
def preview(request: SignedInRequest, code: str) -> HttpResponse:
    """The citizen's page as the newest version would show it."""
    version = _newest(code)
    context = page_of(version.content, office=True)
    return render(
        request, "procedures/page.html",
        context | {"area": version.procedure.area, "number": version.number,
                   "valid_from": version.valid_from, "preview": True},
    )  # fmt: skip


@staff_who(permissions.may_see)
@xframe_options_sameorigin
def try_form(request: SignedInRequest, code: str) -> HttpResponse:
    """The form as people fill it in; nothing of it is kept."""
    form = _newest(code).content.form
    on = clock.now().date()
    if request.method == "POST":
        sheet = answering.read(form, request.POST, {}, on=on)
    else:
        sheet = answering.shown(form, {}, on=on)
    return render(
        request,
        "procedures/desk/try.html",
        {"code": code, "sheet": sheet,
         "answers": wording.answers(form, sheet.answers) if sheet.is_done else []},
        status=422 if sheet.faults else 200,
    )  # fmt: skip


@staff_who(permissions.may_design)
def edit(request: SignedInRequest, code: str, place: str = "") -> HttpResponse:
    """One entry of the draft: read it, write it, add one."""
    draft = _draft(code)
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
        draft = _draft(code)
        return _edited(
            request, draft, place, form, node, status=409, stale=_now(draft, document)
        )  # fmt: skip
    messages.success(request, _("Kept."))
    return redirect(_after(code, place, document))


@staff_who(permissions.may_design)
@require_POST
def change(request: SignedInRequest, code: str, place: str) -> HttpResponse:
    """Move an entry of the draft, or take it out."""
    draft = _draft(code)
    deed = request.POST.get("do", "")
    if request.POST.get("read_at") != draft.changed_at.isoformat():
        messages.error(request, _("Somebody else changed the draft meanwhile. Look again."))
        return redirect(_above(code, place))
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
    return redirect(_above(code, place))


# --- What the pages are made of


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
            "lists": _lists(draft.definition, place, lists) if node else [],
            "above": _above(code, place) if place else reverse("procedures:design", args=[code]),
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
        (" › ".join(one.place), _short(one.before), _short(one.after))
        for one in places.changes(draft.definition, document)
    ]


def _blame(form: designing.Entry, place: str, error: NotADefinition) -> None:
    above = place.removesuffix(places.NEW).strip(".")
    for where, why in error.places:
        parts = where.removeprefix(above).strip(".").split(".")
        if place.endswith(places.NEW):
            parts = parts[1:]  # The number that it would get.
        name = form.field_of(".".join(parts)) or form.field_of(parts[0] if parts else "")
        form.add_error(name, why if name else f"{where}: {why}")


def _lists(document: Any, place: str, lists: Any) -> list[Listed]:
    found = []
    for name, title in lists:
        path = f"{place}.{name}" if place else name
        rows = places.at(document, path)
        lines = [_line(f"{path}.{number}", row) for number, row in enumerate(rows or [])]
        found.append(Listed(name=path, title=title, lines=lines))
    return found


def _line(place: str, row: dict[str, Any]) -> Line:
    name = row.get("name") or {}
    title = name.get("en" if get_language() == "en" else "vi", "")
    about = [str(row[key]) for key in ("code", "type", "role", "amount", "article") if row.get(key)]
    spec = row.get("spec") or {}
    if spec:
        about.append(
            f"{spec.get('amount', 0)} {TimeUnit(spec.get('unit', TimeUnit.WORK_DAYS)).label}"
        )
    if row.get("when"):
        about.append(_("only sometimes"))
    return Line(place=place, title=title or (about[0] if about else place), about=" · ".join(about))


def _flaws(code: str, definition: Definition) -> list[tuple[str, str, str]]:
    """What is wrong: where (in words), what, and the address where it is mended."""
    found = []
    for flaw in flaws(definition, roles=ROLES):
        place = places.place_of(definition, flaw.where)
        known = dict(Part.choices)
        name = str(known.get(flaw.where, flaw.where))
        found.append((name, str(flaw.fault.label), _address(code, place, flaw.where)))
    return found


ON_OVERVIEW = {
    "papers": "papers", "limit": "limits", "result": "results", "fee": "fees", "form":
    "form.sections", "basis": "basis", "steps": "steps", "limits": "limits", "fees": "fees",
    "sections": "form.sections",
}  # fmt: skip


def _address(code: str, place: str, where: str) -> str:
    if place:
        return reverse("procedures:design_edit", args=[code, place])
    first = where.partition(".")[0]
    if first in ON_OVERVIEW:
        return f"{reverse('procedures:design', args=[code])}#{ON_OVERVIEW[first]}"
    return reverse("procedures:design_about", args=[code])


def _entry(place: str) -> type[designing.Entry]:
    parts = [part for part in place.split(".") if not part.isdigit() and part != places.NEW]
    if not parts:
        raise Http404
    if parts[0] == "sources":
        if len(parts) != 2 or parts[1] not in Part.values:
            raise Http404
        return designing.SourceEntry
    entry = designing.ENTRIES.get(parts[-1])
    if entry is None or (place and not (place[-1].isdigit() or place.endswith(places.NEW))):
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
    return _above(code, place)


def _above(code: str, place: str) -> str:
    """The page that lists an entry."""
    parts = place.split(".")[:-1]
    while parts and not parts[-1].isdigit():
        parts.pop()
    if parts:
        return reverse("procedures:design_edit", args=[code, ".".join(parts)])
    anchor = "form.sections" if place.startswith("form.") else place.partition(".")[0]
    return f"{reverse('procedures:design', args=[code])}#{anchor}"


def _holds(version: Version, on: Any) -> bool:
    return (
        version.valid_from is not None
        and version.valid_from <= on
        and (version.valid_to is None or on < version.valid_to)
    )


def _short(value: Any) -> str:
    if value is None:
        return "–"
    text = str(value.get("vi", value)) if isinstance(value, dict) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _versions(code: str) -> list[Version]:
    versions = selectors.versions_of(code)
    if not versions:
        raise Http404
    return versions


def _newest(code: str) -> Version:
    return _versions(code)[0]


def _draft(code: str) -> Version:
    newest = _newest(code)
    if newest.state != State.DRAFT:
        raise Http404
    return newest
