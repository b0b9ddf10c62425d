"""Write down which rows are one, with history: memberships are closed and opened, never changed."""

from collections.abc import Iterable

from django.db.models import Q

from dothi.datastore.resolution.choices import Band, Verdict
from dothi.datastore.resolution.models import Change, Entity, Membership, Pair, Project
from dothi.datastore.resolution.rules.clusters import clusters, inherit
from dothi.lib.codes import public_code

BATCH = 5_000
PREFIX = "TT"  # Thực thể.


def recluster(project: Project, records: Iterable[int], change: Change) -> set[str]:
    """Cluster anew all that hangs together with these rows; return codes of changed entities.

    What hangs together by links and decisions does not touch the rest, so the outcome is that of
    clustering everything.
    """
    scope = _connected(project, set(records))
    pairs = list(Pair.objects.filter(project=project, left__in=scope, right__in=scope))
    groups = clusters(
        ((pair.left_id, pair.right_id, pair.weight) for pair in pairs if pair.weight is not None),
        link_at=project.link_at,
        same=_decided(pairs, Verdict.SAME),
        different=_decided(pairs, Verdict.DIFFERENT),
    )
    return write(project, groups, change, scope=scope)


def _decided(pairs: Iterable[Pair], verdict: Verdict) -> list[tuple[int, int]]:
    return [(pair.left_id, pair.right_id) for pair in pairs if pair.verdict == verdict]


def _connected(project: Project, records: set[int]) -> set[int]:
    """These rows and all that links, decisions or entities connect them with."""
    found, edge = set(), set(records)
    ties = Q(band=Band.LINK) | Q(verdict=Verdict.SAME)
    while edge:
        found |= edge
        near = Q(left__in=edge) | Q(right__in=edge)
        pairs = Pair.objects.filter(ties, near, project=project).values_list("left", "right")
        reached = {record for pair in pairs for record in pair}
        entities = Membership.objects.filter(record__in=edge, until=None).values("entity")
        mates = Membership.objects.filter(entity__in=entities, until=None)
        reached |= set(mates.values_list("record", flat=True))
        edge = reached - found
    return found


def write(
    project: Project, groups: list[set[int]], change: Change, *, scope: set[int] | None = None
) -> set[str]:
    """Make memberships what the groups say; within `scope`, or everywhere."""
    current = Membership.objects.filter(entity__project=project, until=None)
    if scope is not None:
        current = current.filter(record__in=scope)
    now: dict[int, tuple[int, str]] = {}
    since: dict[int, int] = {}
    rows = current.values_list("pk", "record", "entity__code", "since")
    for key, record, code, came in rows:
        now[record], since[record] = (key, code), came
    codes = inherit(groups, {record: code for record, (_key, code) in now.items()}, since)
    codes |= _as_before(project, codes, scope)
    codes = {group: code or public_code(PREFIX, change.at) for group, code in codes.items()}
    wanted = {record: code for group, code in codes.items() for record in group}
    gone = [key for record, (key, code) in now.items() if wanted.get(record) != code]
    fresh = {
        record: code
        for record, code in wanted.items()
        if record not in now or now[record][1] != code
    }
    changed = set(fresh.values()) | {
        code for record, (_key, code) in now.items() if wanted.get(record) != code
    }
    for start in range(0, len(gone), BATCH):
        Membership.objects.filter(pk__in=gone[start : start + BATCH]).update(until=change)
    _open(project, fresh, change)
    return changed


def _as_before(
    project: Project, codes: dict[frozenset[int], str], scope: set[int] | None
) -> dict[frozenset[int], str]:
    """What is one again, as after an undo, has the code again that its rows had before, where
    nobody else goes on with it. Only of groups that would get a new code."""
    fresh = {record for group, code in codes.items() if not code for record in group}
    earlier = Membership.objects.filter(entity__project=project, until__isnull=False)
    if scope is not None:
        earlier = earlier.filter(record__in=fresh)
    # The last code that a row had counts.
    had = {
        record: code
        for record, code in earlier.order_by("until").values_list("record", "entity__code")
        if record in fresh
    }
    if not had:
        return {}
    taken = set(codes.values())
    if scope is not None:
        others = Membership.objects.filter(entity__code__in=had.values(), until=None)
        taken |= set(others.exclude(record__in=scope).values_list("entity__code", flat=True))
    free = {record: code for record, code in had.items() if code not in taken}
    return inherit([set(group) for group, code in codes.items() if not code], free)


def _open(project: Project, fresh: dict[int, str], change: Change) -> None:
    Entity.objects.bulk_create(
        (Entity(project=project, code=code) for code in set(fresh.values())),
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    known = dict(project.entities.values_list("code", "pk"))
    Membership.objects.bulk_create(
        (
            Membership(entity_id=known[code], record_id=record, since=change)
            for record, code in fresh.items()
        ),
        batch_size=BATCH,
    )
