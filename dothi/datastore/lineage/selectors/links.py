"""Questions about the way of data: where a column comes from, who uses it."""

from collections.abc import Collection, Iterable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.lineage import registry
from dothi.datastore.lineage.choices import Kind
from dothi.datastore.lineage.models import Edge
from dothi.datastore.lineage.rules import graph
from dothi.datastore.lineage.rules.graph import Link, Point, Step


def all_links() -> list[Link]:
    """Every link that holds now, once, for work that no person asks for."""
    return _once(Edge.objects.filter(gone_at=None).order_by("id"))


def links_used(user: User | AnonymousUser, *, on: date) -> list[Link]:
    """Every link that holds now, save to things that this person does not find by name."""
    named = registry.titles_for(user, on)
    return [link for link in all_links() if _is_named(link, named)]


def links_into(dataset: str) -> list[Link]:
    """What a dataset is made from, for work that no person asks for."""
    edges = Edge.objects.filter(gone_at=None, target_kind=Kind.DATASET, target_name=dataset)
    return _once(edges.order_by("id"))


def links_seen_by(user: User | AnonymousUser, *, on: date) -> list[Link]:
    """What this person may know of: between datasets that they may find; what is not open is for
    those who look after data."""
    edges = Edge.objects.filter(gone_at=None).order_by("id")
    named = registry.titles_for(user, on)
    if not accounts.standing(user, on=on).may(Power.SEE):
        edges = edges.filter(
            Q(open=True) | Q(target_kind__in=registry.names, target_name__in=named)
        )
    seen = {*catalogue.datasets_seen_by(user, on=on).order_by().values_list("code", flat=True)}
    return [link for link in _once(edges) if _is_seen(link, seen) and _is_named(link, named)]


def unnamed_uses_of(
    dataset: str, columns: Collection[str], user: User | AnonymousUser, *, on: date
) -> int:
    """How many things use columns that this person may know of, and not by name: the kept
    questions of others. For who looks after data."""
    if not accounts.standing(user, on=on).may(Power.SEE):
        return 0
    named = registry.titles_for(user, on)
    links = all_links()
    found = {
        step.point.whole
        for column in columns
        for step in uses_of(dataset, column, links)
        if not _is_named(step.link, named)
    }
    return len(found)


def _is_named(link: Link, named: Collection[str]) -> bool:
    return all(
        end.name in named for end in (link.source, link.target) if end.kind in registry.names
    )


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
