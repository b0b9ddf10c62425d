"""The rows of a dataset before a reader: filtered, sorted, grouped, drawn; all in the link."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.ingestion.wording import title
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Door
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.viewer import services
from dothi.datastore.viewer.choices import Bucket, How, Measure, Show
from dothi.datastore.viewer.rules.address import Address, read, written
from dothi.datastore.viewer.rules.look import NUMBERS, TIMES
from dothi.datastore.viewer.wording import Spelling
from dothi.lib import tables as sheets
from dothi.lib.drawing import Marker
from dothi.units import selectors as units

PAGE, DRAWN, ON_MAP = 100, 40, 200
ROOMS = 3  # Filters that the form has room for, at least.
HOUR = timedelta(hours=1)
NOT_THERE = (sharing.NotShared, sharing.NothingYet, ObjectDoesNotExist)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A column of what is shown."""

    name: str
    title: str
    number: bool
    sort_url: str
    sorted: str  # ascending, descending, or nothing.


@require_safe
@limited("viewer", limit=6000, per=HOUR, methods=("GET",))  # type: ignore[arg-type]
def view(request: HttpRequest, code: str) -> HttpResponseBase:
    """`/data/CODE/view`: the whole page, with everything to change what is seen."""
    return _page(request, code, request.user, "viewer/view.html")


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@limited("viewer", limit=6000, per=HOUR, methods=("GET",))  # type: ignore[arg-type]
def embed(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same, small, for pages of others. Only what is open: nobody is signed in here."""
    return _page(request, code, AnonymousUser(), "viewer/embed.html")


@require_safe
@limited("sharing.download", limit=6000, per=HOUR, methods=("GET",))  # type: ignore[arg-type]
def table(request: HttpRequest, code: str) -> HttpResponseBase:
    """All rows of what is seen as CSV, not only the page."""
    address = _address(request)
    if isinstance(address, services.NotUnderstood):
        return HttpResponse(_("That cannot be shown."), status=400, content_type="text/plain")
    try:
        opening = _open(code, request.user, address, Door.DOWNLOAD)
        if address.look.groups:
            seen = services.seen(opening, address.look, limit=services.MOST_GROUPS)
            heads, rows = seen.heads, iter(seen.rows)
        else:
            heads = address.look.columns or tuple(one.name for one in opening.fields)
            rows = services.every(opening, address.look)
    except NOT_THERE as error:
        raise Http404 from error
    except VersionClosed:
        return _closed(request, code)
    except (services.NotUnderstood, services.TooSlow):
        return HttpResponse(_("That cannot be shown."), status=400, content_type="text/plain")
    response = StreamingHttpResponse(_lines(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-v{opening.version}-view.csv"'
    response["X-Robots-Tag"] = "noindex"
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


def _lines(heads: Any, rows: Iterator[list[Any]]) -> Iterator[bytes]:
    cells = ([_cell(value) for value in row] for row in rows)
    for line in sheets.exact_csv_lines(list(heads), cells):
        yield line.encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.local(value).isoformat() if value.tzinfo else value.isoformat()
    return sheets.plain(value) if isinstance(value, str) else str(value)


def _address(request: HttpRequest) -> Address | services.NotUnderstood:
    try:
        return read(dict(request.GET.lists()))
    except services.NotUnderstood as error:
        return error


def _open(code: str, user: Any, address: Address, door: Door = Door.PAGE) -> sharing.Opening:
    return sharing.open_dataset(code, user, at=clock.now(), version=address.version, door=door)


def _closed(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "viewer/closed.html", {"code": code}, status=410)


def _page(request: HttpRequest, code: str, user: Any, template: str) -> HttpResponse:
    address = _address(request)
    wrong = ""
    if isinstance(address, services.NotUnderstood):
        wrong, address = address.what, read({})
    try:
        opening = _open(code, user, address)
    except NOT_THERE as error:
        raise Http404 from error
    except VersionClosed:
        return _closed(request, code)
    answer: dict[str, Any] = {}
    try:
        answer = _answer(request, opening, address)
    except services.NotUnderstood as error:
        wrong = error.what
    except services.TooSlow:
        wrong = _("It took longer than it may. Please narrow it.")
    context = {
        "opening": opening,
        "dataset_url": reverse("catalogue:dataset", args=[code]),
        "wrong": wrong,
        **_choices(opening, address),
        **_links(code, opening, address),
        **answer,
    }
    response = render(request, template, context, status=400 if wrong else 200)
    if request.user.is_authenticated and not isinstance(user, AnonymousUser):
        response["Cache-Control"] = "private, no-store"
    return response


def _answer(request: HttpRequest, opening: sharing.Opening, address: Address) -> dict[str, Any]:
    """One page of rows, what is drawn of them, and where the next page is."""
    look, offset = address.look, (address.page - 1) * PAGE
    if address.show == Show.MAP:
        look = replace(look, columns=())
    seen = services.seen(opening, look, limit=PAGE, offset=offset)
    fields = {one.name: one for one in opening.fields}
    heads = [_head(name, fields, address) for name in seen.heads]
    buckets = [bucket for _name, bucket in look.groups]
    for row in seen.rows:
        for place, bucket in enumerate(buckets):
            row[place] = _stretch(row[place], bucket)
    chart = _chart(seen, heads, address)
    return {
        "heads": heads,
        "rows": _cells(seen, fields),
        "hidden": seen.hidden,
        "total": services.total(opening, look) if not look.groups else None,
        "from": offset + 1,
        "to": offset + len(seen.rows),
        # The version is pinned on the way through the pages, so that none is seen twice.
        "next_url": f"?{written(address, page=address.page + 1, version=opening.version)}"
        if seen.more
        else "",
        "first_url": f"?{written(address)}" if address.page > 1 else "",
        "chart": chart,
        # Bars are a table themselves: the same figures do not stand there twice.
        "only_chart": chart is not None
        and address.show == Show.BARS
        and len(buckets) == 1
        and not seen.more
        and address.page == 1
        and len(seen.rows) <= DRAWN,
        **(_map(request, opening, seen, address) if address.show == Show.MAP else {}),
    }


def _cells(seen: services.Seen, fields: dict[str, Field]) -> list[list[str]]:
    spelling, columns = Spelling(), [fields.get(name) for name in seen.heads]
    return [
        [spelling.cell(value, one) for value, one in zip(row, columns, strict=True)]
        for row in seen.rows
    ]


def _head(name: str, fields: dict[str, Field], address: Address) -> Head:
    measure, _dot, column = name.partition(".")
    if name in fields:
        words = title(fields[name])
    else:
        word = str(Measure(measure).label)
        words = f"{word}: {title(fields[column])}" if column else word
    down = dict(address.look.sort).get(name)
    turned = replace(address, look=replace(address.look, sort=((name, down is False),)), page=1)
    kind = fields[name].type if name in fields else None
    return Head(
        name=name, title=words, number=kind in NUMBERS or kind is None,
        sort_url=f"?{written(turned)}",
        sorted="" if down is None else "descending" if down else "ascending",
    )  # fmt: skip


def _stretch(value: Any, bucket: Bucket) -> Any:
    """A month or a year, not its first day."""
    if isinstance(value, date) and bucket in {Bucket.MONTH, Bucket.YEAR}:
        return f"{value:%m/%Y}" if bucket == Bucket.MONTH else f"{value:%Y}"
    return value


def _chart(seen: services.Seen, heads: list[Head], address: Address) -> dict[str, Any] | None:
    """A bar or a point for each group; without groups, the first number for the first words."""
    if address.show not in {Show.BARS, Show.LINE}:
        return None
    words = next((i for i, head in enumerate(heads) if not head.number), 0)
    groups = len(address.look.groups)
    values = groups or next((i for i, head in enumerate(heads) if head.number and i != words), None)
    if values is None or not seen.rows:
        return None
    rows = seen.rows if address.show == Show.LINE else seen.rows[:DRAWN]
    spelling = Spelling()
    points = [
        (" · ".join(spelling.cell(one, None) or "—" for one in row[: max(groups, 1)])
         if groups else spelling.cell(row[words], None), float(row[values]))
        for row in rows
        if isinstance(row[values], int | float)
    ]  # fmt: skip
    return {
        "points": points, "kind": address.show.value, "label": heads[values].title,
        "words": heads[words if not groups else 0].title,
    }  # fmt: skip


def _map(
    request: HttpRequest, opening: sharing.Opening, seen: services.Seen, address: Address
) -> dict[str, Any]:
    """The places of this page's rows; the table below is the list that says the same."""
    places = sharing.places_of(opening)
    if places is None or address.look.groups:
        return {}
    where = [seen.heads.index(name) for name in places]
    named = next((i for i, name in enumerate(seen.heads) if name not in places), 0)
    spelling, markers = Spelling(), []
    for row in seen.rows[:ON_MAP]:
        point = _point([row[i] for i in where])
        if point is not None:
            title = spelling.cell(row[named], None)
            markers.append(Marker(lon=point[0], lat=point[1], title=title))
    return {"areas": units.ward_areas(clock.now().date()), "markers": markers, "mapped": True}


def _point(values: list[Any]) -> tuple[float, float] | None:
    if any(value is None for value in values):
        return None
    if len(values) == 2:
        return float(values[0]), float(values[1])
    import json

    import shapely

    middle = shapely.geometry.shape(json.loads(values[0])).representative_point()
    return middle.x, middle.y


def _links(code: str, opening: sharing.Opening, address: Address) -> dict[str, Any]:
    here = f"{settings.PUBLIC_URL}{reverse('viewer:view', args=[code])}"
    embedded = f"{settings.PUBLIC_URL}{reverse('viewer:embed', args=[code])}"
    query = written(address)
    pinned = written(address, version=opening.version)
    return {
        "link": f"{here}?{query}" if query else here,
        "pinned_link": f"{here}?{pinned}",
        "embed_link": f"{embedded}?{query}" if query else embedded,
        "csv_url": f"{reverse('viewer:table', args=[code])}?{query}",
        "all_url": reverse("viewer:view", args=[code]),
        "pinned": address.version,
    }


def _choices(opening: sharing.Opening, address: Address) -> dict[str, Any]:
    """What the form offers, and what of it is chosen."""
    look = address.look
    fields = list(opening.fields)
    named = [(one.name, title(one)) for one in fields]
    groups = [
        (f"{one.name}.{bucket}" if bucket else one.name,
         f"{title(one)}, {Bucket(bucket).label}" if one.type in TIMES else title(one))
        for one in fields
        for bucket in (Bucket if one.type in TIMES else [Bucket.WHOLE])
        if one.type != Type.GEOMETRY
    ]  # fmt: skip
    measures = [("count", str(Measure.COUNT.label))] + [
        (f"{measure}.{one.name}", f"{measure.label}: {title(one)}")
        for one in fields
        if one.type in NUMBERS
        for measure in Measure
        if measure != Measure.COUNT
    ]
    chosen = [f"{name}.{bucket}" if bucket else name for name, bucket in look.groups]
    sort = next((f"-{name}" if down else name for name, down in look.sort), "")
    filters = [
        {"column": one.column, "how": one.how.value, "value": "".join(one.values)}
        for one in look.filters
    ]
    empty = {"column": "", "how": How.IS.value, "value": ""}
    rooms = max(ROOMS, len(filters) + 1)
    return {
        "grouped_sort": (sort, sort.removeprefix("-")) if look.groups and sort else None,
        "q": look.words,
        "filters": [*filters, *[empty] * (rooms - len(filters))],
        "filtered": bool(filters or look.words),
        "columns": [{"name": n, "title": t, "on": n in look.columns} for n, t in named],
        "named": named,
        "hows": How.choices,
        "sorts": [
            pair
            for name, words in named
            for pair in ((name, f"{words} ↑"), (f"-{name}", f"{words} ↓"))
        ],
        "sort": sort,
        "groups": groups,
        "grouped": [*chosen, "", ""][:2],
        "measures": measures,
        "measure": next(
            (f"{one}.{name}" if name else one.value for one, name in look.measures), "count"
        ),
        "shows": [
            choice
            for choice in Show.choices
            if choice[0] != Show.MAP or sharing.places_of(opening) is not None
        ],
        "show": address.show.value,
    }
