"""The desk of the catalogue: write a version of a procedure, look at it, publish it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest, staff_who
from dothi.core import clock
from dothi.procedures import permissions, selectors, services, wording
from dothi.procedures.choices import Part, State
from dothi.procedures.forms import answering, designing
from dothi.procedures.rules import places
from dothi.procedures.rules.definition import Definition
from dothi.procedures.rules.publishing import flaws
from dothi.procedures.services import AnotherWasFaster, Flawed, FourEyes, NotADefinition, NotThen
from dothi.procedures.views.drafts import (
    draft_of,
    holds,
    lists_of,
    newest_of,
    short,
    versions_of,
)
from dothi.procedures.views.public import page_of

ROLES = frozenset(Role.values)


@staff_who(permissions.may_see)
def listed(request: SignedInRequest) -> HttpResponse:
    """All procedures, with what holds and what is being written."""
    today = clock.now().date()
    rows = []
    for procedure in selectors.designs():
        versions = list(procedure.versions.all())
        draft = next((one for one in versions if one.state == State.DRAFT), None)
        published = [one for one in versions if one.state == State.PUBLISHED]
        held = next((one for one in published if holds(one, today)), None)
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
    versions = versions_of(code)
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
            "versions": [(one, holds(one, today)) for one in versions],
            "draft": draft,
            "lists": lists_of(newest.definition, "", designing.LISTS),
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
    versions = versions_of(code)
    if all(one.state == State.PUBLISHED for one in versions):
        document = versions[0].content
        services.draft(document=document, by=request.user.actor, at=clock.now())
    return redirect("procedures:design", code=code)


@staff_who(permissions.may_see)
def draft_file(request: SignedInRequest, code: str) -> HttpResponse:
    """The newest version as a file, the draft where there is one."""
    response = HttpResponse(services.exported(newest_of(code)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{code}.json"'
    return response


@staff_who(permissions.may_see)
def compare(request: SignedInRequest, code: str) -> HttpResponse:
    """What the draft says otherwise than the newest published version."""
    versions = versions_of(code)
    draft = versions[0]
    published = next((one for one in versions if one.state == State.PUBLISHED), None)
    if draft.state != State.DRAFT or published is None:
        raise Http404
    found = [
        (" › ".join(one.place), short(one.before), short(one.after))
        for one in places.changes(published.definition, draft.definition)
    ]
    return render(
        request, "procedures/desk/compare.html",
        {"code": code, "changes": found, "published": published, "draft": draft},
    )  # fmt: skip


@staff_who(permissions.may_design)
def discard(request: SignedInRequest, code: str) -> HttpResponse:
    """Ask before the draft is thrown away, then do it."""
    draft = draft_of(code)
    published = [one for one in versions_of(code) if one.state == State.PUBLISHED]
    writers = sorted(accounts.names_of(draft.writers).values())
    stale = request.method == "POST" and request.POST.get("read_at") != draft.changed_at.isoformat()
    if request.method == "POST" and not stale:
        try:
            services.discard(version=draft, by=request.user.actor, at=clock.now())
        except AnotherWasFaster:
            stale = True
        else:
            messages.success(request, _("The draft was thrown away."))
            if published:
                return redirect("procedures:design", code=code)
            return redirect("procedures:designer")
    return render(
        request, "procedures/desk/discard.html",
        {"code": code, "name": wording.said(draft.content.name), "draft": draft,
         "published": published, "stale": stale, "writers": writers},
        status=409 if stale else 200,
    )  # fmt: skip


@staff_who(permissions.may_publish)
@require_POST
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """Publish the draft that was read, from a day on."""
    draft = draft_of(code)
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
    version = newest_of(code)
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
    form = newest_of(code).content.form
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


# --- What the pages are made of -------------------------------------------------------------------


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
