"""Questions about the way of data: where a column comes from, who uses it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.lineage.choices import Kind
from dothi.datastore.lineage.models import Edge
from dothi.datastore.lineage.rules import graph, openlineage
from dothi.datastore.lineage.rules.graph import Link, Point, Step
from dothi.datastore.quality import selectors as quality
from dothi.datastore.quality.choices import Outcome
from dothi.datastore.tables import selectors as tables


def all_links() -> list[Link]:
    """Every link that holds now, once, for work that no person asks for."""
    return _once(Edge.objects.filter(gone_at=None).order_by("id"))


def links_seen_by(user: User | AnonymousUser, *, on: date) -> list[Link]:
    """What this person may know of: between datasets that they may find; what is not open is for
    those who look after data."""
    edges = Edge.objects.filter(gone_at=None).order_by("id")
    if not accounts.standing(user, on=on).may(Power.SEE):
        edges = edges.filter(open=True)
    seen = {*catalogue.datasets_seen_by(user, on=on).order_by().values_list("code", flat=True)}
    return [link for link in _once(edges) if _is_seen(link, seen)]


def _once(edges: Iterable[Edge]) -> list[Link]:
    return list(dict.fromkeys(edge.link for edge in edges))


def _is_seen(link: Link, codes: Collection[str]) -> bool:
    """A source is named by its dataset."""
    return all(
        end.name in codes
        for end in (link.source, link.target)
        if end.kind in {Kind.DATASET, Kind.SOURCE}
    )


def is_known(dataset: str) -> bool:
    """Whether anything is known of the way of a dataset that everybody may know who finds it."""
    ends = Q(source_kind=Kind.DATASET, source_name=dataset) | Q(
        target_kind=Kind.DATASET, target_name=dataset
    )
    return Edge.objects.filter(ends, gone_at=None, open=True).exists()


def uses_of(dataset: str, column: str, links: Collection[Link]) -> list[Step]:
    """Who uses this column? Of the whole dataset with an empty one; near ones first."""
    return graph.uses(Point(Kind.DATASET, dataset, column), links)


def origins_of(dataset: str, column: str, links: Collection[Link]) -> list[Step]:
    """What is this column made from? Near ones first."""
    return graph.origins(Point(Kind.DATASET, dataset, column), links)


def links_around(dataset: str, column: str, links: Collection[Link]) -> list[Link]:
    """The links of a picture: on the way to the column and on from it; between whole things where
    no column is asked for."""
    of = Point(Kind.DATASET, dataset, column)
    ends = {of, of.whole} if column else {of}
    near = ends | {step.point for step in (*graph.uses(of, links), *graph.origins(of, links))}
    found = [link for link in links if link.source in near and link.target in near]
    if column:
        return [link for link in found if not _is_of_sister(link, of)]
    wholes = {point.whole for point in near}
    return graph.collapsed(
        link for link in links if link.source.whole in wholes and link.target.whole in wholes
    )


def _is_of_sister(link: Link, of: Point) -> bool:
    """A link of another column of the same dataset, reached through the whole of something."""
    return any(
        end.whole == of.whole and end.column and end != of for end in (link.source, link.target)
    )


# --- As events -----------------------------------------------------------------------------------


def events_seen_by(
    user: User | AnonymousUser, dataset: str, *, since: datetime | None, limit: int, on: date
) -> list[dict[str, Any]] | None:
    """The publishes of a dataset as run events of OpenLineage, the newest first; None where this
    person finds no such dataset. The way of the columns is the one that is known today."""
    if not catalogue.datasets_seen_by(user, on=on).filter(code=dataset).exists():
        return None
    versions = tables.versions(dataset)
    if since is not None:
        versions = versions.filter(at__gte=since)
    links = links_seen_by(user, on=on)
    return [
        openlineage.complete(
            openlineage.Published(
                house=settings.PUBLIC_URL, dataset=dataset, run=one.run, number=one.number,
                origin=one.origin, rows=one.rows, bytes=one.bytes, at=local(one.at),
                columns=[(column.name, column.type) for column in one.shape],
                assertions=[
                    openlineage.Assertion(
                        name=result.code, column=result.column,
                        success=result.outcome == Outcome.PASSED,
                    )
                    for result in quality.answers_of(dataset, one.number)
                    if result.outcome != Outcome.UNASKED
                ],
            ),
            links,
        )
        for one in versions[:limit]
    ]  # fmt: skip
