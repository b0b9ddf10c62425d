"""Report something: one form. A look at what others reported, and at what was found, comes once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.attachments.selectors import thumbnails
from dothi.core.limits.http import limited
from dothi.core.notices import selectors as notices
from dothi.feedback import forms, rules, selectors, services
from dothi.feedback.choices import Visibility
from dothi.feedback.selectors import Similar, Spot
from dothi.feedback.selectors.spots import Sort
from dothi.feedback.services import BadAnswer, Refused
from dothi.feedback.views.citizen.tracking import SECRET
from dothi.feedback.views.shared import contact_of, place_of, take_photos, unit_of
from dothi.lib.drawing import Marker
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

HOUR = timedelta(hours=1)
LANGUAGE = "vi"
THUMB = 320


@dataclass
class Sent:
    """What came with one sending of the form, besides its fields."""

    codes: list[str] = field(default_factory=list)
    found: Point | None = None  # Where a picture was taken, as its camera says.
    refused: list[str] = field(default_factory=list)


@limited("feedback.report", limit=40, per=HOUR)
def report(request: HttpRequest) -> HttpResponse:
    """One form. Without a script its steps are made here: known places, questions, a last look."""
    at = clock.now()
    if request.method != "POST":
        return _page(request, _empty(request, at), Sent(), at)
    if request.POST.get(forms.WRONG_BOX):
        return redirect("feedback:list")
    sent = _take(request, at)
    if "go" in request.POST or "drop" in request.POST:
        return _page(request, _again(request, at), sent, at)
    form = forms.ReportForm(
        request.POST, request.FILES, on=at.date(), spots=_spots(request.POST.get("unit", ""), at)
    )
    valid = form.is_valid()
    for sentence in sent.refused:
        form.add_error("photos", sentence)
    if valid and not sent.refused:
        answer = _send(request, form, sent, at)
        if answer is not None:
            return answer
    return _page(request, form, sent, at, status=422)


def _empty(request: HttpRequest, at: datetime) -> forms.ReportForm:
    initial = {"category": request.GET.get("category", ""), "unit": request.GET.get("unit", "")}
    if isinstance(request.user, User):
        initial |= {"name": request.user.full_name, "email": request.user.email}
        initial["news"] = notices.preferred(request.user.pk) or ""
    spots = _spots(initial["unit"], at)
    return forms.ReportForm(on=at.date(), initial=initial, spots=spots)


def _again(request: HttpRequest, at: datetime) -> forms.ReportForm:
    """The form as it was filled in, without judging it: the reader is not done yet."""
    initial: dict[str, Any] = {
        name: values if len(values) > 1 else values[0]
        for name, values in request.POST.lists()
        if values
    }
    spots = _spots(request.POST.get("unit", ""), at)
    return forms.ReportForm(on=at.date(), initial=initial, spots=spots)


def _spots(unit: str, at: datetime) -> list[Spot]:
    ward = unit_of(unit, at=at)
    return selectors.spots(ward, at=at) if ward else []


def _take(request: HttpRequest, at: datetime) -> Sent:
    """Pictures that came before and were kept, less those that are not wanted, and new ones."""
    kept = [code for code in request.POST.get("taken", "").split() if code.isalnum()]
    unwanted = set(request.POST.getlist("drop"))
    codes, found, refused = take_photos(request.FILES.getlist("photos"), by="public", at=at)
    codes = [code for code in dict.fromkeys(kept + codes) if code not in unwanted]
    if len(codes) > rules.PHOTOS_AT_MOST:
        refused.append(_("Please send at most %(most)d pictures.") % {"most": rules.PHOTOS_AT_MOST})
    return Sent(codes=codes[: rules.PHOTOS_AT_MOST], found=found, refused=refused)


def _send(
    request: HttpRequest, form: forms.ReportForm, sent: Sent, at: datetime
) -> HttpResponse | None:
    data = form.cleaned_data
    place, unit = _where(form, sent, at)
    if not data["seen"]:
        form.place = place
        looks = _looks(form, sent, place, at)
        if looks:
            return _page(request, form, sent, at, looks=looks)
    try:
        submitted = services.submit(
            text=data["text"],
            category=data["category"],
            place=place,
            unit=unit,
            address=data["address"] or (form.chosen_spot.name if form.chosen_spot else ""),
            contact=contact_of(data),
            account=request.user if isinstance(request.user, User) else None,
            photos=sent.codes,
            answers=form.answers,
            language=get_language() or LANGUAGE,
            at=at,
        )
    except BadAnswer as error:
        form.add_error(form.name_of(error.question), error.why)
        return None
    except services.LinkDoesNotOpen:
        sent.codes = []
        form.add_error("photos", _("The pictures waited too long. Please choose them again."))
        return None
    except (services.NoPlace, services.OutsideTheCity) as error:
        form.add_error("unit", error.message)
        return None
    except Refused as error:
        form.add_error(None, error.message)
        return None
    request.session[SECRET] = [submitted.ticket.code, submitted.secret]
    return redirect("feedback:thanks")


def _where(form: forms.ReportForm, sent: Sent, at: datetime) -> tuple[Point | None, Unit | None]:
    """The point that was chosen, a known place, where the picture was taken, the address, the ward.

    A picture from elsewhere tells nothing of the place.
    """
    data = form.cleaned_data
    chosen = place_of(data) or (form.chosen_spot.place if form.chosen_spot else None)
    if chosen is None and sent.found is not None:
        inside = selectors.where(sent.found, at=at).unit is not None
        chosen = sent.found if inside else None
        form.place_from_photo = inside
        form.place_outside = not inside
    place, unit = selectors.located(chosen, address=data["address"], at=at)
    return place, None if place else (unit_of(data["unit"], at=at) or unit)


def _looks(form: forms.ReportForm, sent: Sent, place: Point | None, at: datetime) -> dict[str, Any]:
    """What the sender should see before it goes off: questions, the place found, likely doubles."""
    looks: dict[str, Any] = {}
    if not form.was_asked:
        looks["questions"] = True
    if form.place_from_photo and place:
        looks["found"] = selectors.where(place, at=at)
    if place:
        similar = selectors.similar_nearby(
            place,
            category=form.cleaned_data["category"],
            text=form.cleaned_data["text"],
            photos=sent.codes,
            at=at,
        )
        if similar:
            looks["similar"] = _shown(similar)
            looks["similar_markers"] = [*_points(similar), _here(place)]
    return looks


def _shown(similar: list[Similar]) -> list[dict[str, Any]]:
    """Similar reports with what of them is public."""
    files = selectors.photos_of_all([one.ticket.code for one in similar])
    return [
        {
            "one": one,
            "title": one.ticket.title if one.ticket.visibility == Visibility.PUBLIC else "",
            "photo": next((file.code for file in files[one.ticket.code] if file.public), ""),
        }
        for one in similar
    ]


def _points(similar: list[Similar]) -> list[Marker]:
    return [
        Marker(lon=one.ticket.lon, lat=one.ticket.lat, title=one.ticket.category.name, tone="near")
        for one in similar
        if one.ticket.lon is not None and one.ticket.lat is not None
    ]


def _here(place: Point) -> Marker:
    return Marker(lon=place.lon, lat=place.lat, title=_("Your place"), tone="late")


def _page(
    request: HttpRequest,
    form: forms.ReportForm,
    sent: Sent,
    at: datetime,
    *,
    looks: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    place = form.place or _kept_place(form)
    context = {
        "form": form,
        "areas": units.ward_areas(at.date()),
        "taken": " ".join(sent.codes),
        "kept": [
            {"code": code, "thumb": thumb}
            for code, thumb in thumbnails(sent.codes, size=THUMB).items()
        ],
        "place": place,
        "place_words": selectors.where(place, at=at).words if place else "",
        "spots": _grouped(form.spots),
        "most": rules.PHOTOS_AT_MOST,
        **(looks or {}),
    }
    return render(request, "feedback/report.html", context, status=status)


def _kept_place(form: forms.ReportForm) -> Point | None:
    """The point that the form came with, so that it is on the map again."""
    source = form.data if form.is_bound else form.initial
    try:
        point = Point(float(source.get("lon") or ""), float(source.get("lat") or ""))
    except ValueError:
        return None
    return point if point.on_earth else None


def _grouped(spots: list[Spot]) -> list[tuple[str, list[Spot]]]:
    groups = [(sort, [one for one in spots if one.sort == sort]) for sort in Sort]
    return [(str(sort.label), found) for sort, found in groups if found]


# --- What a script asks for -------------------------------------------------------------------


@require_POST
@limited("feedback.photo", limit=120, per=HOUR)
def photo(request: HttpRequest) -> JsonResponse:
    """Take one picture in while the form is still being written."""
    at = clock.now()
    codes, place, refused = take_photos(request.FILES.getlist("photo")[:1], by="public", at=at)
    if not codes:
        words = refused[0] if refused else _("The file is empty. Please choose it again.")
        return JsonResponse({"error": words}, status=422)
    answer: dict[str, Any] = {"code": codes[0], "thumb": thumbnails(codes, size=THUMB)[codes[0]]}
    if place is not None:
        found = selectors.where(place, at=at)
        answer["place"] = {
            "lon": place.lon, "lat": place.lat, "inside": found.unit is not None,
            "words": found.words,
        }  # fmt: skip
    return JsonResponse(answer)


@require_GET
@limited("feedback.where", limit=1200, per=HOUR, methods=("GET",))
def where(request: HttpRequest) -> JsonResponse:
    """What is at a point, in words: the ward, and a known address close by."""
    try:
        point = Point(float(request.GET.get("lon", "")), float(request.GET.get("lat", "")))
    except ValueError:
        return JsonResponse({"error": _("This is no place.")}, status=422)
    found = selectors.where(point, at=clock.now())
    return JsonResponse(
        {"inside": found.unit is not None, "unit": found.unit.code if found.unit else "",
         "words": found.words}
    )  # fmt: skip


@require_GET
@limited("feedback.spots", limit=1200, per=HOUR, methods=("GET",))
def spots(request: HttpRequest) -> JsonResponse:
    """Known addresses like the one that is being typed."""
    words = request.GET.get("q", "")[: rules.ADDRESS_LENGTH].replace("\0", "")
    found = selectors.spots_like(words, at=clock.now())
    return JsonResponse(
        {"spots": [{"name": one.name, "lon": one.place.lon, "lat": one.place.lat}
                   for one in found]}
    )  # fmt: skip


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """What a subject asks, as a part of the form."""
    at = clock.now()
    form = forms.ReportForm(on=at.date(), initial={"category": request.GET.get("category", "")})
    return render(request, "feedback/_questions.html", {"form": form})
