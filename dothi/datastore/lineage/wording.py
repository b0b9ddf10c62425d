"""Ends of links in words, in the active language."""

from collections.abc import Collection, Mapping
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.indicators.registry import indicators
from dothi.datastore.lineage import registry, selectors
from dothi.datastore.lineage.choices import Fault, How, Kind
from dothi.datastore.lineage.rules.graph import Point
from dothi.datastore.quality.registry import table_rules


def titles(user: User | AnonymousUser, on: date) -> dict[str, str]:
    """Titles by code, of all datasets and of the questions that this person finds; asked once a
    page."""
    datasets = {one.code: one.title for one in catalogue.every_dataset()}
    return {**datasets, **registry.titles_for(user, on)}


def name(point: Point, titles: Mapping[str, str]) -> str:
    """What an end is called, without its column."""
    match point.kind:
        case Kind.DATASET | Kind.QUERY:
            return titles.get(point.name, point.name)
        case Kind.SOURCE:
            return _("File for “%(title)s”") % {"title": titles.get(point.name, point.name)}
        case Kind.INDICATOR | Kind.TILE:
            known = indicators.get(point.name)
            return str(known.title) if known is not None else point.name
        case Kind.RULE:
            rule = table_rules.get(point.name)
            return str(rule.title) if rule is not None else point.name
    return point.name


def kind(point: Point) -> str:
    return str(Kind(point.kind).label)


def fault(code: str) -> str:
    """Why runs are not sent, in a sentence; nothing where nothing is wrong."""
    return str(Fault(code).label) if code else ""


def how(of: How) -> str:
    return str(How(of).label)


def touched_by(code: str, columns: Collection[str], user: User, on: date) -> list[str]:
    """Who uses columns that a new contract changes: what a steward reads before agreeing."""
    links = selectors.links_used(user, on=on)
    steps = [step for column in columns for step in selectors.uses_of(code, column, links)]
    known = titles(user, on)
    said = list(dict.fromkeys(f"{kind(one.point)}: {name(one.point, known)}" for one in steps))
    others = selectors.unnamed_uses_of(code, columns, user, on=on)
    return [*said, unnamed(others)] if others else said


def unnamed(count: int) -> str:
    """What uses a column and is named to others only."""
    return _("Saved queries of others: %(count)s") % {"count": count}
