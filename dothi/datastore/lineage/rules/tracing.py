"""From which columns of which tables an Ibis expression makes each of its columns. Pure.

Values are followed through projections, joins and aggregates down to the tables. What is read on
the way and reaches no value (conditions, groups, the ends of a join) decides which rows count: it
is indirect, and so for every column of the result.
"""

from collections.abc import Iterator
from typing import Any

from ibis.expr import operations as ops
from ibis.expr.types import Table

from dothi.datastore.lineage.choices import How

Column = tuple[str, str]  # Table, column.


def columns_of(expression: Table) -> dict[str, dict[Column, How]]:
    """Each column of the result with the columns that it is made from."""
    node = expression.op()
    known: dict[Any, frozenset[Column]] = {}
    deciding: set[Column] = set()
    for value in _deciding(node):
        deciding |= _direct(value, known)
    found: dict[str, dict[Column, How]] = {}
    for name, value in node.values.items():
        direct = _direct(value, known)
        found[name] = {
            one: How.DIRECT if one in direct else How.INDIRECT for one in sorted(deciding | direct)
        }
    return found


def _deciding(node: Any) -> Iterator[Any]:
    """Conditions, groups, orders and the ends of joins, anywhere in the expression."""
    for relation in node.find(ops.Relation):
        match relation:
            case ops.Filter():
                yield from relation.predicates
            case ops.Aggregate():
                yield from relation.groups.values()
            case ops.Sort():
                yield from relation.keys
            case ops.JoinChain():
                for link in relation.rest:
                    yield from link.predicates
            case ops.Distinct():
                yield from relation.values.values()


def _direct(value: Any, known: dict[Any, frozenset[Column]]) -> frozenset[Column]:
    if value not in known:
        known[value] = frozenset(_sources(value, known))
    return known[value]


def _sources(value: Any, known: dict[Any, frozenset[Column]]) -> set[Column]:
    if isinstance(value, ops.Field):
        return _of_relation(value.rel, value.name, known)
    found: set[Column] = set()
    for one in value.__children__:
        if isinstance(one, ops.Value):
            found |= _direct(one, known)
    if isinstance(value, ops.Subquery):
        for one in value.rel.values.values():
            found |= _direct(one, known)
    return found


def _of_relation(relation: Any, name: str, known: dict[Any, frozenset[Column]]) -> set[Column]:
    if isinstance(relation, ops.PhysicalTable):
        return {(relation.name, name)}
    if isinstance(relation, ops.Set):  # A row of the one or of the other.
        both = (relation.left, relation.right)
        return {one for side in both for one in _of_relation(side, name, known)}
    return set(_direct(relation.values[name], known))
