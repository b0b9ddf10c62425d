"""The parts of the design, each once. The living catalogue is `/web/parts`."""

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from dothi.lib import charts, text_vi
from dothi.lib.drawing import SHAPES, Marker, draw_map
from dothi.web.icons import ICONS

register = template.Library()


@register.simple_tag
def badge(state: str, label: str) -> SafeString:
    """A state in colour, shape and words: `{% badge "overdue" "Overdue" %}`."""
    return format_html('<span class="badge {}">{}</span>', state, label)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing that repeats what the words beside it say: `{% icon "search" %}`."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS[name],
    )


@register.inclusion_tag("web/parts/clock.html")
def clock_chip(view: Any) -> dict[str, Any]:
    """Time left in words; opens to the line-by-line explanation. Takes a `ClockView`."""
    return {"view": view}


@register.inclusion_tag("web/parts/tile.html")
def tile(label: str, value: Any, tone: str = "", help: str = "", name: str = "") -> dict[str, Any]:
    """One large figure. `tone` is good, near or late; `name` lets a script find it."""
    return {"label": label, "value": value, "tone": tone, "help": help, "name": name}


@register.inclusion_tag("web/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """What a list says when there is nothing in it, and what one can do."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("web/parts/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """The way here: titles and addresses in turn; the last title stands alone."""
    steps = [(pairs[i], pairs[i + 1]) for i in range(0, len(pairs) - 1, 2)]
    return {"steps": steps, "here": pairs[-1] if len(pairs) % 2 else ""}


@register.inclusion_tag("web/parts/errors.html")
def error_summary(form: Any) -> dict[str, Any]:
    """All errors of a form at its top, each a link to its field."""
    faults = [(field, error) for field in form for error in field.errors]
    return {"form": form, "faults": faults, "whole": form.non_field_errors()}


@register.inclusion_tag("web/parts/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first. Entries have `.at`, `.title`, `.text`."""
    return {"entries": entries}


@register.simple_tag
def table_rows(rows: Iterable[Sequence[str]], heads: Sequence[Any]) -> SafeString:
    """The rows of a large table, one text for each of its `heads`, which know `.number`.

    Written here: a loop of the template costs ten times as much for each cell.
    """
    begins = ['<td class="number">' if head.number else "<td>" for head in heads]
    lines = (
        "".join(f"{begin}{html.escape(text)}</td>" for begin, text in zip(begins, row, strict=True))
        for row in rows
    )
    return SafeString("".join(f"<tr>{line}</tr>" for line in lines))


@register.simple_tag
def options(pairs: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """The options of a long choice: value and words of each, the chosen one marked.

    Written here for the same reason as `table_rows`.
    """
    return SafeString(
        "".join(
            f'<option value="{html.escape(str(value))}"{" selected" if value == chosen else ""}>'
            f"{html.escape(str(words))}</option>"
            for value, words in pairs
        )
    )


@register.inclusion_tag("web/parts/pages.html")
def pages(next_url: str = "", first_url: str = "") -> dict[str, Any]:
    """Onwards through a long list, and back to its beginning."""
    return {"next_url": next_url, "first_url": first_url}


@register.inclusion_tag("web/parts/trend.html")
def trend(
    points: Sequence[tuple[str, float]], label: str, unit: str = "", low: float | None = None
) -> dict[str, Any]:
    """A line of values over days, with the table that says the same. Points are (day, value).

    `low` is where the scale begins when all values lie above it.
    """
    known = [(day, value) for day, value in points if math.isfinite(value)]
    if len(known) < 2:
        return {"label": label, "points": known, "unit": unit}
    values = [value for _day, value in known]
    bottom = min(values) if low is None else min([low, *values])
    span = (max(values) - bottom) or 1
    places = [
        (round(100 * i / (len(known) - 1), 2), round(38 - 36 * (value - bottom) / span, 2))
        for i, value in enumerate(values)
    ]
    line = "L".join(f"{x} {y}" for x, y in places)
    return {
        "label": label,
        "points": known,
        "unit": unit,
        "line": f"M{line}",
        "under": f"M0 40L{line}L100 40z",
        "end": f"M{places[-1][0]} {places[-1][1]}h0",
        "first": known[0],
        "last": known[-1],
    }


@register.inclusion_tag("web/parts/chart.html")
def chart(
    points: Sequence[tuple[str, float]], label: str, kind: str = "bars", words: str = ""
) -> dict[str, Any]:
    """Values by words: bars are a table with a bar in each row, a line has its table beside it."""
    drawn = charts.line(points) if kind == "line" else None
    lowest = min([0.0, *(value for _word, value in points)])
    highest = max([0.0, *(value for _word, value in points)])
    return {
        "points": points, "label": label, "words": words, "drawn": drawn,
        "lowest": lowest, "highest": highest if highest > lowest else lowest + 1,
    }  # fmt: skip


@register.inclusion_tag("web/parts/map.html")
def map_picture(
    areas: Sequence[Any],
    markers: Sequence[Marker] = (),
    label: str = "",
    geojson: str = "",
    pick: bool = False,
    around: bool = False,
    legend: bool = False,
) -> dict[str, Any]:
    """A map drawn here, without a script, and the list that says the same.

    `areas` are shapes of `units.selectors.ward_areas`; `geojson` is where a script finds the
    points to draw it anew, larger and live. `pick` lets the reader choose a place. `around` shows
    only the neighbourhood of the markers, `legend` what the shapes mean.
    """
    drawing = draw_map(areas, markers, around=around)
    return {
        "drawing": drawing,
        "label": label,
        "geojson": geojson,
        "pick": pick,
        "legend": LEGEND if legend else (),
    }


LEGEND = [
    (tone, SHAPES[tone], label)
    for tone, label in (
        ("good", gettext_lazy("In time, or done")),
        ("near", gettext_lazy("Urgent")),
        ("late", gettext_lazy("Overdue")),
        ("paused", gettext_lazy("Waiting for an answer")),
    )
]


@register.filter
def dong(value: int) -> str:
    """An amount of money: `{{ amount|dong }}` is 1.234.000 ₫."""
    return text_vi.money(value)


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code, drawn here: `{% qr address "QR code of the address" %}`. Black on white always."""
    drawn = segno.make(text, error="m")
    modules = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(drawn.matrix_iter(border=2))
        for x, dark in enumerate(row)
        if dark
    ]
    size = drawn.symbol_size(border=2)[0]
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
        size,
        label,
        "".join(modules),
    )
