"""Keep what the collectors tell as facts: new links begin, those that are told no more end."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from dothi.core import locks
from dothi.datastore.lineage import registry
from dothi.datastore.lineage.models import Edge
from dothi.datastore.lineage.rules.graph import Link

logger = logging.getLogger(__name__)
GATHERERS = 7_433  # Space of advisory locks: one gathers at a time, on every machine.


def gather(*, at: datetime) -> int:
    """Ask all collectors. Return how many links began or ended; 0 also when somebody else asks.

    One that breaks off leaves what it told before, and keeps no other one back.
    """
    changed = 0
    with locks.tried(GATHERERS, 0) as ours:
        if not ours:
            return 0
        for name, collector in registry.collectors.items():
            try:
                changed += _keep(name, list(collector()), at)
            except Exception:
                logger.exception("links of %s could not be gathered", name)
    return changed


@transaction.atomic
def _keep(name: str, told: Iterable[Link], at: datetime) -> int:
    wanted = {(link.source, link.target, link.how): link for link in told}
    known = {}
    over = []
    for edge in Edge.objects.filter(told_by=name, gone_at=None):
        link = edge.link
        key = (link.source, link.target, link.how)
        if key in wanted and wanted[key].open == link.open:
            known[key] = edge
        else:
            over.append(edge.pk)
    Edge.objects.filter(pk__in=over).update(gone_at=at)
    new = [_edge(name, link, at) for key, link in wanted.items() if key not in known]
    Edge.objects.bulk_create(new)
    return len(over) + len(new)


def _edge(name: str, link: Link, at: datetime) -> Edge:
    source, target = link.source, link.target
    return Edge(
        source_kind=source.kind, source_name=source.name, source_column=source.column,
        target_kind=target.kind, target_name=target.name, target_column=target.column,
        how=link.how, open=link.open, told_by=name, seen_at=at,
    )  # fmt: skip
