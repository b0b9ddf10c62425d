"""From pairs to clusters: the surest first, and never two that a person told apart."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


class Clusters:
    """Union-find that knows which members must stay apart."""

    def __init__(self, apart: Iterable[tuple[Hashable, Hashable]] = ()) -> None:
        self._up: dict[Hashable, Hashable] = {}
        self._members: dict[Hashable, set[Hashable]] = {}
        # Per member, with whom it must not be. Few: people decided them one by one.
        self._apart: dict[Hashable, set[Hashable]] = defaultdict(set)
        for one, other in apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def top(self, member: Hashable) -> Hashable:
        up = self._up
        if member not in up:
            up[member] = member
            return member
        while up[member] != member:
            up[member] = up[up[member]]
            member = up[member]
        return member

    def join(self, one: Hashable, other: Hashable) -> bool:
        """Put two clusters together; False where that would bring together what is kept apart."""
        left, right = self.top(one), self.top(other)
        if left == right:
            return True
        mine = self._members.setdefault(left, {left})
        theirs = self._members.setdefault(right, {right})
        if len(mine) < len(theirs):
            left, right, mine, theirs = right, left, theirs, mine
        if self._apart and any(
            self._apart[member] & mine for member in theirs if member in self._apart
        ):
            return False
        self._up[right] = left
        mine |= theirs
        del self._members[right]
        return True

    def groups(self) -> list[set[Hashable]]:
        """Every cluster of two or more."""
        return [members for members in self._members.values() if len(members) > 1]


def clusters(
    pairs: Iterable[tuple[T, T, float]],
    *,
    link_at: float,
    same: Iterable[tuple[T, T]] = (),
    different: Iterable[tuple[T, T]] = (),
) -> list[set[T]]:
    """Join what people called the same, then pairs from the heaviest down to `link_at`.

    What people called different never ends in one cluster, by whatever way; when two decisions
    contradict each other, "different" wins: wrongly joined does more harm than wrongly parted.
    """
    made = Clusters(different)
    for one, other in same:
        made.join(one, other)
    heavy = sorted((pair for pair in pairs if pair[2] >= link_at), key=lambda pair: -pair[2])
    for one, other, _weight in heavy:
        made.join(one, other)
    return made.groups()  # type: ignore[return-value]


def inherit(
    fresh: Iterable[set[T]], old: Mapping[T, str], since: Mapping[T, int] | None = None
) -> dict[frozenset[T], str]:
    """Which old code each new cluster goes on with; "" for a new one.

    A cluster goes on with the code that most of its members had; each code goes on once, with the
    cluster that holds most of it. Of two that hold as much, with the one whose members have had it
    longer (`since`, growing in time): so what came in by a merge leaves without it.
    """
    age = since or {}
    shares: list[tuple[int, int, str, frozenset[T]]] = []
    answer: dict[frozenset[T], str] = {}
    for members in fresh:
        group = frozenset(members)
        answer[group] = ""
        holders: dict[str, list[T]] = defaultdict(list)
        for member in group:
            if code := old.get(member, ""):
                holders[code].append(member)
        shares += [
            (-len(members), min(age.get(one, 0) for one in members), code, group)
            for code, members in holders.items()
        ]
    taken: set[str] = set()
    for _count, _age, code, group in sorted(shares, key=lambda share: share[:3]):
        if code not in taken and not answer[group]:
            answer[group] = code
            taken.add(code)
    return answer
