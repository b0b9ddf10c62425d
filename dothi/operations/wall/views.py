"""The wall, its stream, and the morning brief."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.core.events.selectors import Position, head
from dothi.datastore.indicators import selectors as indicators
from dothi.feedback import selectors as feedback
from dothi.lib.drawing import SHAPES, Drawing, Marker, draw_map
from dothi.operations.wall import forms, live, permissions, rules, selectors, services
from dothi.operations.wall.choices import Power, Tone
from dothi.operations.wall.models import MapPoint
from dothi.units import selectors as units
from dothi.units.selectors import Shape

# How the drawn map of the house calls these tones.
DRAWN = {Tone.CALM: "good", Tone.NEAR: "near", Tone.LATE: "late", Tone.PAUSED: "paused"}


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What the map of one screen is narrowed to: a ward, a subject, both or nothing."""

    unit: str = ""
    category: str = ""
    words: str = ""


def wall(request: HttpRequest) -> HttpResponseBase:
    """The live picture: map, figures, wards. Everything on it is public or a count."""
    at = clock.now()
    if not permissions.may_see_wall(request.user, on=at.date()):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
    # The place in the log is read before the picture: what comes between is drawn twice, not lost.
    place = head()
    shapes = units.ward_areas(at.date())
    subjects = feedback.catalogue.current().categories(on=at.date())
    narrowing = _narrowing(request, shapes, subjects)
    shown = selectors.points(unit_code=narrowing.unit, category=narrowing.category)
    board = selectors.board(at=at)
    return render(
        request,
        "operations/wall.html",
        {
            "board": board,
            "may_arrange": accounts.may(request.user, Power.ARRANGE, None, on=at.date()),
            "drawing": _drawing(shapes, shown),
            "shown": len(shown),
            "legend": [(tone, tone.label, SHAPES[DRAWN[tone]]) for tone in Tone],
            "trend": _trend(selectors.trend(at=at)),
            "latest": selectors.latest(at=at),
            "shapes": shapes,
            "subjects": subjects,
            "narrowing": narrowing,
            "place": str(place),
            "silence_ms": int(rules.SILENCE.total_seconds() * 1000),
            "zone": settings.TIME_ZONE,
            "at": at,
        },
    )


def _narrowing(request: HttpRequest, shapes: Sequence[Shape], subjects: Sequence[Any]) -> Narrowing:
    """What the address asks for; what is unknown narrows nothing."""
    wards = {shape.code: shape.name for shape in shapes}
    names = {subject.code: subject.name for subject in subjects}
    unit, category = request.GET.get("unit", ""), request.GET.get("category", "")
    return Narrowing(
        unit=unit if unit in wards else "",
        category=category if category in names else "",
        words=" · ".join(name for name in (wards.get(unit, ""), names.get(category, "")) if name),
    )


def _drawing(shapes: Sequence[Shape], points: Sequence[MapPoint]) -> Drawing:
    """Late points are drawn last, so that nothing hides them."""
    return draw_map(
        shapes,
        [
            Marker(lon=point.lon, lat=point.lat, title=point.source, tone=DRAWN[Tone(point.tone)])
            for point in sorted(points, key=lambda point: point.tone == Tone.LATE)
        ],
    )


def _trend(days: list[tuple[date, float]]) -> list[tuple[str, float]]:
    return [(f"{day:%d/%m}", round(value, 1)) for day, value in days]


def latest(request: HttpRequest) -> HttpResponseBase:
    """The last few things that happened, as a piece of the page in the reader's language."""
    at = clock.now()
    if not permissions.may_see_wall(request.user, on=at.date()):
        raise PermissionDenied
    return render(request, "operations/_latest.html", {"latest": selectors.latest(at=at)})


def features(request: HttpRequest) -> HttpResponseBase:
    """The live map as GeoJSON, with the place in the log that it shows."""
    if not permissions.may_see_wall(request.user, on=clock.now().date()):
        raise PermissionDenied
    response = JsonResponse(selectors.map_features(), content_type="application/geo+json")
    response["Cache-Control"] = "no-store"
    return response


def areas(request: HttpRequest) -> JsonResponse:
    """The wards in force today as GeoJSON: public ground. `label` is where a name has most room."""
    shapes = units.ward_areas(clock.now().date())
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": shape.code,
                    "geometry": shape.geometry,
                    "properties": {
                        "code": shape.code,
                        "name": shape.name,
                        "label": [shape.label.lon, shape.label.lat],
                    },
                }
                for shape in shapes
            ],
        },
        content_type="application/geo+json",
    )


async def stream(request: HttpRequest) -> HttpResponseBase:
    """The stream of the wall. A screen that was away says where it left and misses nothing."""
    user = await request.auser()
    allowed = await sync_to_async(permissions.may_see_wall)(user, on=clock.now().date())
    if not allowed:
        return HttpResponse(status=403)
    left = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    try:
        after = Position.parse(left) if left else None
    except ValueError:
        return HttpResponse("Last-Event-ID is no place in the log.\n", status=400)
    response = StreamingHttpResponse(live.frames(after), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@power_required(Power.BRIEF)
def brief(request: SignedInRequest) -> HttpResponse:
    """What a leader reads in the morning, on a phone."""
    at = clock.now()
    standing = accounts.standing(request.user, on=at.date())
    names = dict.fromkeys(post.unit.name for post in standing.posts)
    return render(
        request,
        "operations/brief.html",
        {
            "brief": selectors.brief(request.user, at=at, units=tuple(names)),
            "wanted": selectors.wants_brief(request.user),
            "from": rules.BRIEF_FROM,
        },
    )


@require_POST
@power_required(Power.BRIEF)
def brief_mail(request: SignedInRequest) -> HttpResponse:
    """Begin or stop sending the brief to the own address."""
    at = clock.now()
    if request.POST.get("wanted") == "1":
        try:
            services.want_brief(user=request.user, at=at)
        except services.NoAddress:
            messages.error(request, _("Your account has no e-mail address. Please ask the office."))
        else:
            messages.success(request, _("You will get the brief each working morning."))
    else:
        services.stop_brief(user=request.user, at=at)
        messages.success(request, _("You will get no brief by e-mail any more."))
    return redirect("operations:brief")


@power_required(Power.ARRANGE)
def tiles(request: SignedInRequest) -> HttpResponse:
    """Which figures the wall shows, in which order, and from which values on they warn."""
    at = clock.now()
    offered = indicators.indicators_seen_by(request.user, on=at.date())
    form = forms.ArrangeForm(
        request.POST or None, indicators=offered, places=selectors.arranged(),
        revision=selectors.revision_of(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.arrange_wall(
                places=form.places, revision=form.cleaned_data["revision"], by=request.user, at=at
            )
        except services.ArrangedMeanwhile:
            form.add_error(
                None,
                _("Somebody saved another arrangement meanwhile. Open the page again and look."),
            )
        else:
            messages.success(request, _("The wall shows these figures from now on."))
            return redirect("operations:tiles")
    return render(
        request, "operations/tiles.html", {"form": form, "offered": offered, "list": forms.LIST}
    )
