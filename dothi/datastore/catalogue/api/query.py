"""The part of Solr's language that harvesters of CKAN speak: `q`, `fq`, `sort`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from dothi.datastore.catalogue import ports
from dothi.datastore.catalogue.choices import Classification, Share, State, Type
from dothi.datastore.catalogue.models import Column, Dataset
from dothi.datastore.catalogue.rules.contract import LONGITUDE

# `+organization:unit-q11`, `-tags:"công viên"`, `groups:(a OR b)`, `metadata_modified:[x TO *]`.
_TERM = re.compile(r'([+-]?)([\w.]+):("[^"]*"|\([^)]*\)|\[[^\]]*\]|[^\s()]+)')
_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]", re.IGNORECASE)
_SORTS = {
    "metadata_modified": "changed_at", "metadata_created": "created_at", "name": "code",
    "id": "code", "title": "title_vi", "title_string": "title_vi",
}  # fmt: skip


class BadQuery(Exception):
    """A query that we do not understand; nothing is guessed."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """Words to look for, and what narrows them."""

    words: str
    narrows: Q


def parse(q: str, fq: str) -> Query:
    """Read both.

    Raises:
        BadQuery: a field or a form that we do not know.
    """
    narrows, _rest = _terms(fq, strict=True)
    more, words = _terms(q, strict=False)
    plain = " ".join(word for word in words.split() if word not in {"*:*", "AND", "OR", "NOT"})
    return Query(words=plain.replace("*", " ").strip(), narrows=narrows & more)


def _terms(text: str, *, strict: bool) -> tuple[Q, str]:
    found = Q()
    rest = text.replace("*:*", " ")
    for sign, name, value in _TERM.findall(rest):
        condition = _condition(name, value)
        found &= ~condition if sign == "-" else condition
    rest = _TERM.sub(" ", rest)
    if strict and rest.replace("AND", " ").strip():
        raise BadQuery(rest.strip()[:80])
    return found, rest


def _condition(name: str, value: str) -> Q:
    if name in {"metadata_modified", "metadata_created"}:
        return _between(_SORTS[name], value)
    if name not in _FIELDS:
        raise BadQuery(name)
    found = Q()
    for one in _choices(value):
        found |= _FIELDS[name](one)
    return found


def _choices(value: str) -> list[str]:
    if value.startswith("("):
        parts = re.findall(r'"[^"]*"|[^\s]+', value[1:-1])
        return [part.strip('"') for part in parts if part != "OR"]
    return [value.strip('"')]


def _between(column: str, value: str) -> Q:
    bounds = _RANGE.fullmatch(value)
    if bounds is None:
        raise BadQuery(value)
    found = Q()
    for text, how in ((bounds[1], "gte"), (bounds[2], "lte")):
        if text != "*":
            found &= Q(**{f"{column}__{how}": _moment(text)})
    return found


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(text) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def with_format(value: str) -> Q:
    """Datasets that can be had in a format: YAML is the contract, others are their rows."""
    form = value.upper()
    if form == "YAML":
        return Q(contract__isnull=False)
    if form not in ports.FORMS:
        return Q(pk__in=[])
    rows = Q(code__in=[code for ask in ports.with_rows for code in ask()])
    if form != "GEOJSON":
        return rows
    placed = Column.objects.filter(
        Q(type=Type.GEOMETRY) | Q(name__in=LONGITUDE), classification=Classification.PUBLIC
    )
    return rows & Q(pk__in=placed.values("dataset"))


def _private(value: str) -> Q:
    public = Q(state=State.PUBLISHED, share=Share.OPEN)
    return public if value.lower() == "false" else ~public


_FIELDS: dict[str, Callable[[str], Q]] = {
    "name": lambda value: Q(code=value),
    "id": lambda value: Q(code=value),
    "organization": lambda value: Q(unit__code__iexact=value.removeprefix("unit-")),
    "owner_org": lambda value: Q(unit__code__iexact=value.removeprefix("unit-")),
    "groups": lambda value: Q(themes__contains=[value]),
    "tags": lambda value: Q(keywords__contains=[value]),
    "license_id": lambda value: Q(licence=value),
    "res_format": lambda value: with_format(value),
    "type": lambda value: Q() if value == "dataset" else Q(pk__in=[]),
    "dataset_type": lambda value: Q() if value == "dataset" else Q(pk__in=[]),
    "state": lambda value: Q() if value == "active" else Q(pk__in=[]),
    "private": _private,
    "title": lambda value: Q(title_vi__icontains=value) | Q(title_en__icontains=value),
}


def ordered(rows: QuerySet[Dataset], sort: str) -> QuerySet[Dataset]:
    """The rows as `sort` says; `score` leaves them as the search put them.

    Raises:
        BadQuery: a column that we do not know.
    """
    order: list[OrderBy] = []
    for part in sort.split(","):
        name, _, way = part.strip().partition(" ")
        if name in {"", "score", "views_recent"}:
            continue
        if name not in _SORTS:
            raise BadQuery(name)
        column = Lower(_SORTS[name]) if name in {"title", "title_string"} else F(_SORTS[name])
        order.append(column.desc() if way.strip() == "desc" else column.asc())
    return rows.order_by(*order, "code") if order else rows
