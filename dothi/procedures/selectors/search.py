"""Find a procedure by what happened, with or without marks, and in spite of slips of the finger."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchRank
from django.db.models import F, QuerySet
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dothi.core.searching import holding
from dothi.lib import text_vi
from dothi.procedures.models import Version, Word
from dothi.procedures.selectors.versions import in_force

WORDS = 8  # Of a question; more narrow nothing down.
SLIPS = 2  # Letters wrong, missing, too many or swapped, in the whole question.
SHORTEST = 3  # Letters of a word that can be misspelt and still be known.
MOST = 200
CALLED = 0.2  # What it adds to a rank that the name itself holds every word.
WHOLE = 1.0  # That every word was typed in full.
PHRASES = 20  # That a misspelt question may have meant: more are neither told nor weighed.
KEPT = 4  # Sets of versions whose words a process keeps: those of today, and of some fields.
# What a word is worth where it stands: papers, field and result, name, what happened.
WEIGHTS = [0.05, 0.2, 0.7, 1.0]

_words: dict[frozenset[int], Mapping[str, frozenset[int]]] = {}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, best first. `meant` tells what misspelt words were taken for."""

    versions: tuple[Version, ...]
    meant: str = ""


def search(words: str, *, on: date, area: str = "") -> Found:
    """The procedures in force on a day that hold every word; the last one may be unfinished.

    Where none does, up to two letters of the question may be wrong.
    """
    rows = in_force(on)
    if area:
        rows = rows.filter(procedure__area__code=area)
    tokens = text_vi.tokens(words)[:WORDS]
    if not tokens:
        ordered = rows.order_by("procedure__area__order", "procedure__code")
        return Found(versions=tuple(ordered[:MOST]))
    found = _holding(rows, tokens)
    if found:
        return Found(versions=tuple(found))
    return _nearest(rows, tokens)


def _holding(rows: QuerySet[Version], tokens: Sequence[str]) -> list[Version]:
    query = holding(tokens)
    rank = SearchRank(F("search"), query, weights=WEIGHTS)
    held = rows.filter(search=query).annotate(rank=rank).order_by("-rank", "procedure__code")
    return _called_so_first(list(held[:MOST]), lambda _version: tokens)


def _nearest(rows: QuerySet[Version], tokens: Sequence[str]) -> Found:
    """Those whose words lie closest to the question, all of them within `SLIPS` in sum."""
    held = _held(rows)
    close = [_close(token, list(held)) for token in tokens]
    best = _fewest_slips(held, close)
    if not best:
        return Found(versions=())
    meant = sorted(set(best.values()))
    query = reduce(or_, (holding(phrase.split()) for phrase in meant[:PHRASES]))
    rank = SearchRank(F("search"), query, weights=WEIGHTS)
    found = rows.filter(pk__in=list(best)).annotate(rank=rank).order_by("-rank", "procedure__code")
    taken = {pk: phrase.split() for pk, phrase in best.items()}

    def whole(version: Version) -> float:
        # Words that were typed in full count for more than such as they only begin.
        return sum(a == b for a, b in zip(taken[version.pk], tokens, strict=True)) / len(tokens)

    ordered = _called_so_first(list(found[:MOST]), lambda one: taken[one.pk], whole)
    return Found(versions=tuple(ordered), meant=", ".join(meant[:PHRASES]))


def _called_so_first(
    found: Sequence[Version],
    asked: Callable[[Version], Sequence[str]],
    whole: Callable[[Version], float] = lambda _version: 0.0,
) -> list[Version]:
    """Of those that rank alike, what is called as was asked before what only speaks of it.

    The rank of the database hardly tells them apart: "khai sinh" stands in what happens before a
    copy is asked for as it does in registering a birth.
    """

    def worth(version: Version) -> float:
        names = [text_vi.tokens(name) for name in version.definition["name"].values()]
        called = any(_all_said(asked(version), words) for words in names)
        rank = float(getattr(version, "rank", 0.0))
        return rank + (CALLED if called else 0.0) + WHOLE * whole(version)

    return sorted(found, key=lambda one: (-worth(one), one.procedure.code))


def _all_said(asked: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in asked)


def _held(rows: QuerySet[Version]) -> Mapping[str, frozenset[int]]:
    """Each word with the versions that hold it; read anew when other versions are in force.

    What was published never changes: the same versions have the same words.
    """
    key = frozenset(rows.order_by().values_list("pk", flat=True))
    if key not in _words:
        read: dict[str, set[int]] = defaultdict(set)
        words = Word.objects.filter(version__in=key)
        for word, pk in words.values_list("word", "version_id"):
            read[word].add(pk)
        while len(_words) >= KEPT:
            _words.pop(next(iter(_words)), None)
        _words[key] = {word: frozenset(versions) for word, versions in read.items()}
    return _words[key]


def _fewest_slips(
    held: Mapping[str, frozenset[int]], close: Sequence[Mapping[str, int]]
) -> dict[int, str]:
    """The versions that hold a word near each one asked for, with the fewest slips in sum, and the
    phrase that each of them holds."""
    left: dict[int, tuple[int, dict[int, str]]] | None = None
    # The token that fits the fewest versions first: the others need only look at these.
    order = sorted(range(len(close)), key=lambda at: sum(len(held[word]) for word in close[at]))
    for at in order:
        onward: dict[int, tuple[int, dict[int, str]]] = {}
        for word, slips in sorted(close[at].items(), key=lambda one: (one[1], one[0])):
            for pk in held[word] if left is None else held[word] & left.keys():
                if pk in onward:
                    continue  # A nearer word of it was found.
                before, chosen = left[pk] if left is not None else (0, {})
                if before + slips <= SLIPS:
                    onward[pk] = (before + slips, {**chosen, at: word})
        left = onward
    fewest = min((slips for slips, _chosen in (left or {}).values()), default=0)
    return {
        pk: " ".join(chosen[at] for at in range(len(close)))
        for pk, (slips, chosen) in (left or {}).items()
        if slips == fewest
    }


def _close(token: str, known: Sequence[str]) -> dict[str, int]:
    """The known words that a typed one may stand for, with the number of slips."""
    slips = SLIPS if len(token) > SHORTEST else len(token) - 2
    if any(word.startswith(token) for word in known) or slips < 1:
        return {word: 0 for word in known if word.startswith(token)}
    near = process.extract(token, known, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return {word: int(distance) for word, distance, _ in near}
