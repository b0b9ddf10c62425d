"""Ends of links in words, in the active language."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.indicators.registry import indicators
from dothi.datastore.lineage import selectors
from dothi.datastore.lineage.choices import How, Kind
from dothi.datastore.lineage.rules.graph import Point
from dothi.datastore.quality.registry import table_rules


def titles() -> dict[str, str]:
    """Titles of all datasets by code; asked once a page."""
    return {one.code: one.title for one in catalogue.every_dataset()}


def name(point: Point, datasets: Mapping[str, str]) -> str:
    """What an end is called, without its column."""
    match point.kind:
        case Kind.DATASET:
            return datasets.get(point.name, point.name)
        case Kind.SOURCE:
            return _("File for “%(title)s”") % {"title": datasets.get(point.name, point.name)}
        case Kind.INDICATOR | Kind.TILE:
            known = indicators.get(point.name)
            return str(known.title) if known is not None else point.name
        case Kind.RULE:
            rule = table_rules.get(point.name)
            return str(rule.title) if rule is not None else point.name
    return point.name


def kind(point: Point) -> str:
    return str(Kind(point.kind).label)


def how(of: How) -> str:
    return str(How(of).label)


def touched_by(code: str, columns: Collection[str]) -> list[str]:
    """Who uses columns that a new contract changes: what a steward reads before agreeing."""
    links = selectors.all_links()
    steps = [step for column in columns for step in selectors.uses_of(code, column, links)]
    datasets = titles()
    return list(dict.fromkeys(f"{kind(one.point)}: {name(one.point, datasets)}" for one in steps))
