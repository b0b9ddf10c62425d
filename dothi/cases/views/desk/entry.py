"""Enter dossiers at the counter or from the post: by keyboard alone, several on one visit."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Part, Power
from dothi.cases.models import Agency, Dossier, Party
from dothi.cases.services import Application, BadAnswers, BadApplicant, Person, Refused
from dothi.cases.views.desk.entry_forms import ApplicantForm, HowForm, PapersForm
from dothi.cases.views.desk.queue import title_of
from dothi.core import clock
from dothi.lib import id_card, text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.choices import Prefill, Way
from dothi.procedures.forms import answering
from dothi.procedures.forms.answering import Sheet
from dothi.procedures.rules.definition import Definition

KEPT = "cases_entered"  # In the session: the secrets of a visit, until the next one.
VISIT = re.compile(r"[0-9a-z]{16}")
SHOWN = 30


@dataclass(kw_only=True)
class Desk:
    """What the entry of one dossier is about: who enters where, and for which procedure."""

    request: SignedInRequest
    at: datetime
    definition: Definition
    here: list[Agency]  # Where this person receives.
    agencies: list[Agency]  # All that may decide.
    visit: str

    @property
    def on(self) -> date:
        return self.at.date()


@staff_required
def enter(request: SignedInRequest) -> HttpResponse:
    """First the procedure, then one page with everything; then the list of the visit."""
    at = clock.now()
    agencies = list(selectors.receiving(on=at.date()))
    where = accounts.standing(request.user, on=at.date()).units_for(Power.RECEIVE)
    if not permissions.may_receive(request.user, on=at.date()):
        raise PermissionDenied
    here = [one for one in agencies if one.unit_id in where]
    visit = _visit(request.GET.get("visit", ""))
    code = text_vi.written(request.GET.get("procedure", ""))
    version = procedures.version_of(code, on=at.date())
    if version is None or not here:
        return _choose(request, at, visit, has_agency=bool(here))
    desk = Desk(
        request=request, at=at, here=here, agencies=agencies, visit=visit,
        definition=procedures.content_of(version.pk),
    )  # fmt: skip
    return _post(desk) if request.method == "POST" else _page(desk, _first(desk))


def _visit(text: str) -> str:
    return text if VISIT.fullmatch(text) else ""


# --- Which procedure -----------------------------------------------------------------------------


def _choose(
    request: SignedInRequest, at: datetime, visit: str, *, has_agency: bool
) -> HttpResponse:
    words = request.GET.get("q", "")[:200]
    found = procedures.search(words, on=at.date())
    offered = [
        {
            "code": one.procedure.code,
            "name": wording.said(procedures.content_of(one.pk).name),
            "url": "?" + urlencode({"procedure": one.procedure.code, "visit": visit}),
        }
        for one in found.versions[:SHOWN]
    ]
    context = {
        "words": words, "offered": offered, "meant": found.meant, "visit": visit,
        "has_agency": has_agency, "together": _together(request, visit, at),
    }  # fmt: skip
    return render(request, "cases/desk/enter_choose.html", context)


def _together(request: SignedInRequest, visit: str, at: datetime) -> list[dict[str, Any]]:
    """The dossiers of this visit so far."""
    return [
        {"code": one.code, "title": title_of(one)}
        for one in selectors.of_visit(request.user, visit, on=at.date())
    ]


# --- The page ------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Forms:
    """The parts of the page."""

    who: ApplicantForm
    how: HowForm
    papers: PapersForm
    sheet: Sheet
    said: str = ""  # What a scan came to.
    refused: str = ""
    scans: bool = False  # The cursor stands in the box for the scan.

    @property
    def is_fine(self) -> bool:
        return all((self.who.is_valid(), self.how.is_valid(), self.papers.is_valid()))


def _first(desk: Desk) -> Forms:
    """The empty page; the next dossier of a visit keeps its applicant."""
    person = _of_visit_before(desk)
    initial = _from_party(person) if person else {}
    how: dict[str, Any] = {
        "receiving": desk.here[0].unit.code, "unit": desk.here[0].unit.code,
        "way": Way.DIRECT.value, "copies": 1, "pages": 1, "language": "vi",
    }  # fmt: skip
    return Forms(
        who=_applicant(desk, initial, is_known=bool(initial)),
        how=HowForm(initial=how, here=desk.here, agencies=desk.agencies),
        papers=PapersForm(definition=desk.definition),
        scans=not initial,
        sheet=answering.shown(
            desk.definition.form, _prefilled(desk.definition, initial), on=desk.on
        ),
    )


def _applicant(desk: Desk, initial: dict[str, Any], *, is_known: bool) -> ApplicantForm:
    """Who applies; where that is known, the cursor stands behind it, in what no card says."""
    form = ApplicantForm(initial=initial, allowed=desk.definition.applicants)
    if is_known:
        form.fields["phone"].widget.attrs["autofocus"] = True
    return form


def _of_visit_before(desk: Desk) -> Party | None:
    """Who applied a moment ago on the same visit; that it is read again is noted as any look."""
    before = selectors.of_visit(desk.request.user, desk.visit, on=desk.on)
    if not before:
        return None
    return services.open_party(
        dossier=before[-1], part=Part.APPLICANT, by=desk.request.user, at=desk.at,
        purpose=_("To enter the next dossier of the same visit"),
    )  # fmt: skip


def _from_party(person: Party) -> dict[str, Any]:
    return {
        "kind": person.kind, "name": person.name, "citizen_id": person.citizen_id,
        "born_on": person.born_on, "sex": {True: "female", False: "male", None: ""}[person.female],
        "address": person.address, "phone": person.phone, "email": person.email,
        "tax_code": person.tax_code,
    }  # fmt: skip


def _prefilled(definition: Definition, known: dict[str, Any]) -> dict[str, Any]:
    """Fields of the form that ask for the applicant, as its version marks them."""
    named = {
        Prefill.NAME: "name", Prefill.EMAIL: "email", Prefill.PHONE: "phone",
        Prefill.CITIZEN_ID: "citizen_id",
    }  # fmt: skip
    # Forms call these two as everybody does; no mark of a version names them.
    alike = {"phone": "phone", "address": "address"}
    found: dict[str, Any] = {}
    for field in definition.form.fields:
        source = named.get(field.prefill) if field.prefill else alike.get(field.code)
        if source and known.get(source):
            found[field.code] = known[source]
    return found


def _post(desk: Desk) -> HttpResponse:
    """A scan fills in; anything else is looked at, and entered when nothing is wrong."""
    data = desk.request.POST
    sheet = answering.read(desk.definition.form, data, {}, on=desk.on)
    scan = data.get("scan", "").strip()
    if scan or sheet.deed != answering.NEXT:
        return _page(desk, _as_typed(desk, scan, sheet))
    forms = Forms(
        who=ApplicantForm(data, allowed=desk.definition.applicants),
        how=HowForm(data, here=desk.here, agencies=desk.agencies),
        papers=PapersForm(data, definition=desk.definition),
        sheet=sheet,
    )
    if not (forms.is_fine and sheet.is_done):
        return _page(desk, forms, status=422)
    return _enter(desk, forms)


def _as_typed(desk: Desk, scan: str, sheet: Sheet) -> Forms:
    """The page once more without judging it: what was typed, and over it what a card says."""
    data = desk.request.POST
    who, how, papers = (_of(data, prefix) for prefix in ("who", "how", "papers"))
    filled, said = _scanned(scan) if scan else ({}, "")
    who |= filled
    given = {**_prefilled(desk.definition, who), **_kept(sheet)}
    given |= _prefilled(desk.definition, filled)
    return Forms(
        who=_applicant(desk, who, is_known=bool(filled)),
        how=HowForm(initial=how, here=desk.here, agencies=desk.agencies),
        papers=PapersForm(initial=papers, definition=desk.definition),
        sheet=answering.shown(desk.definition.form, given, on=desk.on),
        said=said,
        scans=bool(scan) and not filled,
    )


def _of(data: QueryDict, prefix: str) -> dict[str, Any]:
    """What was typed into the boxes of one form, by their own names."""
    start = f"{prefix}-"
    return {name[len(start) :]: value for name, value in data.items() if name.startswith(start)}


def _kept(sheet: Sheet) -> dict[str, Any]:
    return {code: said for code, said in sheet.given.items() if said not in (None, "", [])}


def _scanned(text: str) -> tuple[dict[str, Any], str]:
    """What the card says, by the names of the form's boxes, and a sentence about it."""
    try:
        card = id_card.read(text)
    except id_card.NotACard:
        return {}, _("This is not the code of an identity card. Please type the values.")
    found: dict[str, Any] = {
        "name": card.full_name, "citizen_id": card.number, "address": card.address,
        "sex": {True: "female", False: "male", None: ""}[card.female],
    }  # fmt: skip
    if card.born_on:
        found["born_on"] = card.born_on.isoformat()
    return found, _("Read from the card. Please compare it with the face.")


# --- Enter ---------------------------------------------------------------------------------------


def _enter(desk: Desk, forms: Forms) -> HttpResponse:
    who, how = forms.who.cleaned_data, forms.how.cleaned_data
    units = {one.unit.code: one.unit for one in desk.agencies}
    visit = desk.visit or secrets.token_hex(8)
    agent = forms.who.agent
    application = Application(
        procedure=desk.definition.code,
        unit=units[how["unit"]],
        applicant=Person(**forms.who.applicant),
        agent=Person(**agent) if agent else None,
        answers=forms.sheet.answers,
        papers=forms.papers.given,
        summary=who["summary"],
        copies=how["copies"] or 1,
        pages=how["pages"] or 1,
        delivery=how["delivery"],
        post_to=how["post_to"],
        language=how["language"],
    )
    try:
        done = services.enter(
            application=application, by=desk.request.user, at=desk.at,
            receiving_unit=units[how["receiving"]], way=Way(int(how["way"])), visit=visit,
        )  # fmt: skip
    except BadApplicant as error:
        where = forms.how if error.field in forms.how.fields else forms.who
        where.add_error(error.field if error.field in where.fields else None, error.message)
    except BadAnswers as error:
        forms.sheet.faults = list(error.mistakes)
        forms.refused = error.message
    except Refused as error:
        forms.refused = error.message
    else:
        kept = desk.request.session.get(KEPT, {})
        secrets_ = kept.get(visit, {}) | {done.dossier.code: done.secret}
        desk.request.session[KEPT] = {visit: secrets_}
        return redirect("cases:visit", visit=visit)
    return _page(desk, forms, status=422)


def _page(desk: Desk, forms: Forms, *, status: int = 200) -> HttpResponse:
    response = render(
        desk.request,
        "cases/desk/enter.html",
        {
            "title": wording.said(desk.definition.name),
            "code": desk.definition.code,
            "who": forms.who,
            "how": forms.how,
            "papers": forms.papers,
            "sheet": forms.sheet,
            "said": forms.said,
            "scans": forms.scans,
            "refused": forms.refused,
            "visit": desk.visit,
            "back": f"{reverse('cases:enter')}?{urlencode({'visit': desk.visit})}",
            "together": _together(desk.request, desk.visit, desk.at),
        },
        status=status,
    )
    response["Cache-Control"] = "private, no-store"
    return response


# --- The visit -----------------------------------------------------------------------------------


@staff_required
def visit(request: SignedInRequest, visit: str) -> HttpResponse:
    """The dossiers of one visit: codes, secrets once, days, and what to print."""
    at = clock.now()
    if not permissions.may_receive(request.user, on=at.date()):
        raise PermissionDenied
    found = selectors.of_visit(request.user, _visit(visit), on=at.date())
    if not found:
        raise Http404
    known = request.session.get(KEPT, {}).get(visit, {})
    response = render(
        request,
        "cases/desk/visit.html",
        {
            "visit": visit,
            "lines": [_line(one, known.get(one.code, "")) for one in found],
            "has_secrets": bool(known),
            "follow": _follow(),
        },
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _line(dossier: Dossier, secret: str) -> dict[str, Any]:
    return {"dossier": dossier, "title": title_of(dossier), "secret": secret}


def _follow() -> str:
    """Where an applicant follows a dossier, in the language of the page."""
    return "/en/cases/" if get_language() == "en" else "/cases/"
