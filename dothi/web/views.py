"""The shell's own pages."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.clocks.choices import View
from dothi.core.clocks.selectors import ClockView, Line
from dothi.core.inbox import selectors as inbox
from dothi.core.limits.http import limited
from dothi.lib.drawing import Marker
from dothi.portal import selectors as portal
from dothi.portal.views.shared import count
from dothi.units import selectors as units
from dothi.web import front
from dothi.web.context import THEMES

YEAR = 365 * 24 * 3600
PAGE = 50


def home(request: HttpRequest) -> HttpResponse:
    """The front page: four questions in the order in which people have them."""
    at = clock.now()
    count(request, portal.SITE)
    return render(request, "web/home.html", {"panels": front.panels(at), "at": at})


@limited("web.search", limit=1200, per=timedelta(hours=1), methods=("GET", "POST"))
def search(request: HttpRequest) -> HttpResponse:
    """One search over everything that citizens may see."""
    words = request.GET.get("q", "").strip()[:100]
    groups = front.search(words, clock.now())
    return render(request, "web/search.html", {"words": words, "groups": groups})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's wish in a cookie; works without a script."""
    chosen = request.POST.get("theme", "")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = reverse("web:home")
    response = redirect(target)
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", httponly=True)
    return response


@staff_required
def work(request: SignedInRequest) -> HttpResponse:
    """All open duties of the person and the posts, most urgent first."""
    at = clock.now()
    standing = accounts.standing(request.user, on=at.date())
    duties = inbox.open_for(pairs=standing.pairs, person_id=request.user.pk)
    first = list(duties[:PAGE])
    return render(
        request,
        "web/work.html",
        {
            "mine": [duty for duty in first if duty.person_id is not None],
            "posts": [duty for duty in first if duty.person_id is None],
            "load": inbox.load(duties, at=at),
            "shown": len(first),
            "at": at,
            "near": at + inbox.NEAR,
        },
    )


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


def help_page(request: HttpRequest) -> HttpResponse:
    """How to report, what the codes are, and how the time limit is counted."""
    return render(request, "web/help.html")


@staff_required
def first_day(request: SignedInRequest) -> HttpResponse:
    """What an officer needs to know on the first day."""
    return render(request, "web/first_day.html")


def parts(request: HttpRequest) -> HttpResponse:
    """The living catalogue: each part of the design, drawn from real values."""
    at = clock.now()
    areas = units.ward_areas(at.date())
    return render(request, "web/parts.html", {"at": at, "areas": areas, **_samples(areas)})


def _samples(areas: list[Any]) -> dict[str, Any]:
    at = clock.now()
    lines = (
        Line(text="Tiếp nhận lúc 09:00 02/03/2026.", at=at),
        Line(text="Thời hạn: 5 ngày làm việc.", source="QĐ 1478/QĐ-UBND"),
        Line(text="Đến hạn lúc 17:00 09/03/2026."),
    )
    tones = ("good", "near", "late", "paused")
    return {
        "chips": [
            ClockView(state=state, label=str(state.label), words=str(state.label), due_at=at,
                      lines=lines)
            for state in View
        ],
        "markers": [
            Marker(lon=area.centroid.lon, lat=area.centroid.lat, title=area.name, tone=tone)
            for area, tone in zip(areas, tones, strict=False)
        ],
        "values": [
            (f"{day:02}/03", value) for day, value in enumerate((62, 70, 68, 81, 79, 88, 92), 2)
        ],
        "entries": [
            {"at": at, "title": "Đã tiếp nhận", "text": "Phường Minh Phụng"},
            {"at": at, "title": "Đã gửi", "text": ""},
        ],
    }  # fmt: skip


def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the house on its screen."""
    return JsonResponse(
        {
            "name": "dothi",
            "short_name": "dothi",
            "start_url": "/",
            "display": "minimal-ui",
            "background_color": "#fdfbf7",
            "theme_color": "#8a1f1b",
            "icons": [{"src": static("web/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )


def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers are asked to leave alone."""
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /accounts/", "Disallow: /live/"]
    lines.append(f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
