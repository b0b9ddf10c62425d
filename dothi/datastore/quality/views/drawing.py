"""Figures as plain values and small drawings, which need no script."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import formats

from dothi.core import clock
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.ingestion.wording import title

HEIGHT = 40
LONGEST = 60
# Shades of a map by the share of the fullest cell.
SHADES = (0.05, 0.2, 0.45, 1.0)


def profile(figures: dict[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """What the panel shows of kept figures."""
    by_name = {one.name: one for one in fields}
    return {
        "rows": figures["rows"],
        "exact": figures["exact"],
        "columns": [
            _column(column, by_name[column["name"]], figures["rows"])
            for column in figures["columns"]
            if column["name"] in by_name
        ],
        "places": _places(figures["places"]) if figures["places"] else None,
    }


def _column(column: dict[str, Any], one: Field, rows: int) -> dict[str, Any]:
    top = column.get("top", [])
    most = max((count for _value, count in top), default=0)
    return {
        "title": title(one),
        "type": str(Type(one.type).label),
        "unit": one.unit,
        "personal": column["personal"],
        "filled": column["filled"],
        "empty": column["empty"],
        "share": f"{100 * column['empty'] / rows:.0f}" if rows else "0",
        "distinct": column.get("distinct"),
        "range": [
            value(column[end], one) for end in ("minimum", "maximum") if end in column
        ],
        "mean": _figure(column.get("mean")),
        "median": _figure(column.get("median")),
        "lengths": [column[end] for end in ("shortest", "longest") if end in column],
        "top": [
            {"value": _word(text, one), "count": count, "most": most} for text, count in top
        ],
        "bins": _bins(column.get("bins", []), one),
    }  # fmt: skip


def value(of: Any, one: Field) -> str:
    """A value of a profile as the reader's language writes it."""
    if one.type == Type.DATE:
        return formats.date_format(date.fromisoformat(of), "SHORT_DATE_FORMAT")
    if one.type == Type.MOMENT:
        moment = clock.local(datetime.fromisoformat(of))
        return formats.date_format(moment, "SHORT_DATETIME_FORMAT")
    return _figure(of)


def _figure(of: Any) -> str:
    """Six digits say more of a mean than sixteen."""
    if of is None:
        return ""
    return str(formats.localize(float(f"{of:.6g}") if isinstance(of, float) else of))


def _word(text: str, one: Field) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _bins(bins: list[list[Any]], one: Field) -> dict[str, Any] | None:
    """Bars on a canvas of 100 × `HEIGHT`, and the rows of the twin table."""
    if not bins:
        return None
    most = max(count for _low, _high, count in bins) or 1
    wide = 100 / len(bins)
    bars = []
    for number, (_low, _high, count) in enumerate(bins):
        # A bin with one row among a million is still to be seen.
        tall = max(HEIGHT * count / most, 0.6) if count else 0
        bars.append(
            {"x": f"{number * wide:.2f}", "y": f"{HEIGHT - tall:.2f}", "height": f"{tall:.2f}"}
        )
    return {
        "bars": bars,
        "width": f"{wide * 0.92:.2f}",
        "rows": [(value(low, one), value(high, one), count) for low, high, count in bins],
    }


def _places(places: dict[str, Any]) -> dict[str, Any]:
    """Cells of a map, north above, one unit of the drawing a cell."""
    most = max(count for _x, _y, count in places["cells"])
    return {
        "count": places["count"],
        "across": places["across"],
        "up": places["up"],
        "cells": [
            {"x": x, "y": places["up"] - 1 - y, "shade": _shade(count / most)}
            for x, y, count in places["cells"]
        ],
        "extent": [f"{places[side]:.5f}" for side in ("west", "south", "east", "north")],
    }


def _shade(share: float) -> int:
    return next(number for number, up_to in enumerate(SHADES, start=1) if share <= up_to)
