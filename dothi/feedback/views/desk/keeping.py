"""The catalogue, for those who keep it: what holds, since when, by which decision."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dothi.accounts.choices import Role
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.clocks.choices import Kind, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.feedback import permissions, services
from dothi.feedback.choices import Act, AnswerKind, Channel, Duty, Parameter, Urgency
from dothi.feedback.models import (
    AnswerTemplate,
    Category,
    Partner,
    Question,
    Route,
    Setting,
    TimeLimit,
)
from dothi.feedback.selectors import catalogue
from dothi.feedback.services import Refused
from dothi.feedback.views.desk import keeping_forms as forms
from dothi.feedback.views.shared import unit_of

Cells = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One kind of rows: how they are listed, filled in and kept."""

    title: Any
    add: Any
    form: type[forms.Keeping]
    heads: tuple[Any, ...]
    rows: Callable[[], QuerySet[Any]]
    cells: Callable[[Any], Cells]
    keep: Callable[[Any, Any, datetime], Model]
    # A changed row of these is a new row: the old one ends on that day.
    by_period: bool = False


def _plain(form: Any, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


def _keep_category(form: Any, by: Any, at: datetime) -> Model:
    return services.set_category(**form.cleaned_data, by=by, at=at)


def _keep_question(form: Any, by: Any, at: datetime) -> Model:
    data = form.cleaned_data
    return services.set_question(
        **{**data, "category": form.subject(), "kind": AnswerKind(data["kind"]),
           "options": data["options"].splitlines()},
        by=by, at=at,
    )  # fmt: skip


def _keep_partner(form: Any, by: Any, at: datetime) -> Model:
    return services.set_partner(**form.cleaned_data, by=by, at=at)


def _keep_template(form: Any, by: Any, at: datetime) -> Model:
    data = {**form.cleaned_data, "category": form.subject()}
    return services.set_template(**data, by=by, at=at)


def _keep_limit(form: Any, by: Any, at: datetime) -> Model:
    data = form.cleaned_data
    return services.set_limit(
        duty=Duty(data["duty"]), urgency=Urgency(data["urgency"]), kind=Kind(data["kind"]),
        spec=form.spec(), category=form.subject(), source=data["source"],
        valid_from=data["valid_from"], by=by, at=at,
    )  # fmt: skip


def _keep_figure(form: Any, by: Any, at: datetime) -> Model:
    data = form.cleaned_data
    return services.set_parameter(
        parameter=Parameter(data["parameter"]), value=data["value"], source=data["source"],
        valid_from=data["valid_from"], by=by, at=at,
    )  # fmt: skip


def _keep_route(form: Any, by: Any, at: datetime) -> Model:
    """Add a rule; a changed one takes the place of the old one, which ends today."""
    data, on = form.cleaned_data, form.on
    partners = {row.code: row for row in catalogue.current().partners.values()}
    try:
        with transaction.atomic():
            if form.row is not None:
                services.end_route(route=form.row, on=on, by=by, at=at)
            return services.add_route(
                order=data["order"],
                category=form.subject(),
                area=unit_of(data["area"], at=at),
                channel=data["channel"],
                hours=(data["from_hour"], data["to_hour"]) if data["from_hour"] else None,
                weekdays=data["weekdays"],
                to_unit=unit_of(data["to_unit"], at=at),
                to_role=Role(data["to_role"]),
                partner=partners.get(data["partner"]),
                source=data["source"],
                valid_from=max(data["valid_from"], on)
                if form.row is not None
                else data["valid_from"],
                by=by,
                at=at,
            )
    except IntegrityError as error:
        raise services.CatalogueRefused(
            _("Another rule has this place in the order on that day.")
        ) from error


def _spec_words(row: TimeLimit) -> str:
    spec = Spec.from_json(row.spec)
    return f"{spec.amount} {TimeUnit(spec.unit).label}"


def _subject(row: Any) -> str:
    return row.category.name if row.category else _("All others")


def _route_cells(row: Route) -> Cells:
    hours = f"{row.from_hour:%H:%M}–{row.to_hour:%H:%M}" if row.from_hour and row.to_hour else ""
    days = ", ".join(str(label) for day, label in forms.WEEKDAYS if day in row.weekdays)
    channel = str(dict(Channel.choices).get(row.channel, ""))
    area = row.area.name if row.area else ""
    when = " · ".join(filter(None, (area, channel, hours, days)))
    to = row.to_unit.name if row.to_unit else _("The unit of the place")
    partner = f" + {row.partner.name}" if row.partner else ""
    subject = row.category.name if row.category else _("Any")
    return str(row.order), subject, when, f"{to}, {Role(row.to_role).label}{partner}"


def _question_cells(row: Question) -> Cells:
    answers = ", ".join(words for _key, words in row.choices)
    must = _("must be answered") if row.required else ""
    how = filter(None, (str(row.get_kind_display()), answers, must))
    return row.label, row.category.name, " · ".join(how)


SHELVES: dict[str, Shelf] = {
    "subjects": Shelf(
        title=gettext_lazy("Subjects"),
        add=gettext_lazy("Add a subject"),
        form=forms.CategoryForm,
        heads=(gettext_lazy("Name"), gettext_lazy("Group"), gettext_lazy("Name at 1022")),
        rows=lambda: Category.objects.order_by("order", "code"),
        cells=lambda row: (row.name, row.group_name, row.hotline_code),
        keep=_keep_category,
    ),
    "questions": Shelf(
        title=gettext_lazy("Questions"),
        add=gettext_lazy("Add a question"),
        form=forms.QuestionForm,
        heads=(gettext_lazy("Question"), gettext_lazy("Subject"),
               gettext_lazy("How it is answered")),
        rows=lambda: Question.objects.select_related("category")
        .order_by("category__order", "category", "order", "id"),
        cells=_question_cells,
        keep=_keep_question,
    ),
    "routes": Shelf(
        title=gettext_lazy("Routes"),
        add=gettext_lazy("Add a rule"),
        form=forms.RouteForm,
        heads=(gettext_lazy("Order"), gettext_lazy("Subject"), gettext_lazy("Only where and when"),
               gettext_lazy("Goes to")),
        rows=lambda: Route.objects.select_related("category", "area", "to_unit", "partner")
        .order_by("order", "id"),
        cells=_route_cells,
        keep=_keep_route,
    ),
    "limits": Shelf(
        title=gettext_lazy("Time limits"),
        add=gettext_lazy("Set a time limit"),
        form=forms.LimitForm,
        heads=(gettext_lazy("Duty"), gettext_lazy("Subject"), gettext_lazy("Urgency"),
               gettext_lazy("Time"), gettext_lazy("Decision")),
        rows=lambda: TimeLimit.objects.select_related("category")
        .order_by("duty", "category", "urgency", "valid_from"),
        cells=lambda row: (row.get_duty_display(), _subject(row), row.get_urgency_display(),
                           _spec_words(row), row.source),
        keep=_keep_limit,
        by_period=True,
    ),
    "figures": Shelf(
        title=gettext_lazy("Figures that are set"),
        add=gettext_lazy("Set a figure"),
        form=forms.FigureForm,
        heads=(gettext_lazy("Figure"), gettext_lazy("Value"), gettext_lazy("Decision")),
        rows=lambda: Setting.objects.order_by("parameter", "valid_from"),
        cells=lambda row: (row.get_parameter_display(), str(row.value), row.source),
        keep=_keep_figure,
        by_period=True,
    ),
    "partners": Shelf(
        title=gettext_lazy("Partners"),
        add=gettext_lazy("Add a partner"),
        form=forms.PartnerForm,
        heads=(gettext_lazy("Name"), gettext_lazy("E-mail"), gettext_lazy("Telephone")),
        rows=lambda: Partner.objects.order_by("name_vi"),
        cells=lambda row: (row.name, row.email, row.phone),
        keep=_keep_partner,
    ),
    "templates": Shelf(
        title=gettext_lazy("Templates for answers"),
        add=gettext_lazy("Add a template"),
        form=forms.TemplateForm,
        heads=(gettext_lazy("Title"), gettext_lazy("For"), gettext_lazy("Subject")),
        rows=lambda: AnswerTemplate.objects.select_related("category").order_by("act", "title_vi"),
        cells=lambda row: (row.title, str(Act(row.act).label), _subject(row)),
        keep=_keep_template,
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row as it is listed."""

    row: Any
    cells: Cells
    holds: bool
    period: str


def _shelf(request: SignedInRequest, name: str) -> Shelf:
    if not permissions.may_manage(request.user, on=clock.now().date()):
        raise PermissionDenied
    if name not in SHELVES:
        raise Http404
    return SHELVES[name]


def _line(shelf: Shelf, row: Any, on: date) -> Line:
    if isinstance(row, AnswerTemplate):
        return Line(row=row, cells=shelf.cells(row), holds=row.active, period="")
    ends = f" – {row.valid_to:%d/%m/%Y}" if row.valid_to else ""
    return Line(
        row=row,
        cells=shelf.cells(row),
        holds=row.valid_to is None or row.valid_to > on,
        period=f"{row.valid_from:%d/%m/%Y}{ends}",
    )


@staff_required
def shelf(request: SignedInRequest, name: str) -> HttpResponse:
    """All rows of a kind; what has ended stands below."""
    kind = _shelf(request, name)
    at = clock.now()
    lines = [_line(kind, row, at.date()) for row in kind.rows()]
    context: dict[str, Any] = {
        "name": name,
        "shelf": kind,
        "shelves": SHELVES,
        "lines": [line for line in lines if line.holds],
        "ended": [line for line in lines if not line.holds],
    }
    if name == "routes":
        context |= _tried(request, at)
    return render(request, "feedback/desk/shelf.html", context)


def _tried(request: SignedInRequest, at: datetime) -> dict[str, Any]:
    """Where a report of this subject, ward, channel and moment would go."""
    form = forms.TryForm(request.GET or None, on=at.date())
    if not request.GET or not form.is_valid():
        return {"form": form}
    data = form.cleaned_data
    moment = data["moment"] or at
    known = catalogue.current()
    category, unit = known.by_code[data["category"]], unit_of(data["unit"], at=at)
    assert unit is not None
    route = known.route(
        category_id=category.pk, unit_id=unit.pk, channel=data["channel"], at=moment
    )
    if route is None:
        return {"form": form, "tried": _("No rule fits: the duty operator of the whole area gets "
                                         "it, and has 5 minutes to send it on.")}  # fmt: skip
    to = known.units[route.to_unit_id] if route.to_unit_id else unit
    partner = known.partners.get(route.partner_id or 0)
    return {
        "form": form,
        "tried": _("Rule %(order)d: %(unit)s, %(post)s%(partner)s.")
        % {
            "order": route.order,
            "unit": to.name,
            "post": Role(route.to_role).label,
            "partner": f" + {partner.name}" if partner else "",
        },
    }


@staff_required
def row(request: SignedInRequest, name: str, pk: int | None = None) -> HttpResponse:
    """Add a row, or change one."""
    kind = _shelf(request, name)
    at = clock.now()
    found = kind.rows().filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise Http404
    form = kind.form(request.POST or None, on=at.date(), row=found)
    if request.method == "POST" and form.is_valid():
        try:
            kind.keep(form, request.user, at)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Kept."))
            return redirect("feedback:shelf", name=name)
    return render(
        request,
        "feedback/desk/shelf_row.html",
        {"name": name, "shelf": kind, "form": form, "row": found,
         "ends": found is not None and _ends(found, at.date()), "today": at.date()},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _ends(found: Any, on: date) -> bool:
    if isinstance(found, AnswerTemplate):
        return found.active
    return found.valid_to is None or found.valid_to > on


@staff_required
@require_POST
def end(request: SignedInRequest, name: str, pk: int) -> HttpResponse:
    """End a row on a day."""
    kind = _shelf(request, name)
    at = clock.now()
    found = kind.rows().filter(pk=pk).first()
    if found is None:
        raise Http404
    try:
        on = date.fromisoformat(request.POST.get("on", "")) if "on" in request.POST else at.date()
        services.end_row(row=found, on=on, by=request.user, at=at)
    except ValueError:
        messages.error(request, _("Please give the day as year, month and day."))
        return redirect("feedback:shelf_row", name=name, pk=pk)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("feedback:shelf_row", name=name, pk=pk)
    messages.success(request, _("It ends on that day."))
    return redirect("feedback:shelf", name=name)


@staff_required
@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a rule one place up or down."""
    kind = _shelf(request, "routes")
    at = clock.now()
    found = kind.rows().filter(pk=pk).first()
    if found is None:
        raise Http404
    up = request.POST.get("way") == "up"
    try:
        services.move_route(route=found, up=up, on=at.date(), by=request.user, at=at)
    except Refused as error:
        messages.error(request, error.message)
    return redirect("feedback:shelf", name="routes")
