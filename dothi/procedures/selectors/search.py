"""Find a procedure by what happened, with or without marks, and in spite of slips of the finger."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
# What a word is worth where it stands: papers, field and result, name, what happened.
WEIGHTS = [0.05, 0.2, 0.7, 1.0]


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
    held = rows.filter(search=query).annotate(rank=rank)
    return list(held.order_by("-rank", "procedure__code")[:MOST])


def _nearest(rows: QuerySet[Version], tokens: Sequence[str]) -> Found:
    """Those whose words lie closest to the question, all of them within `SLIPS` in sum."""
    words = Word.objects.filter(version__in=rows.order_by())
    known = list(words.values_list("word", flat=True).distinct())
    close = [_close(token, known) for token in tokens]
    held: dict[int, set[str]] = defaultdict(set)
    wanted = {word for options in close for word in options}
    for pk, word in words.filter(word__in=wanted).values_list("version_id", "word"):
        held[pk].add(word)
    meant = _meant(held, close)
    versions: dict[int, Version] = {}
    for phrase in sorted(meant):
        versions |= {one.pk: one for one in _holding(rows, phrase.split())}
    return Found(versions=tuple(versions.values()), meant=", ".join(sorted(meant)))


def _meant(held: Mapping[int, set[str]], close: Sequence[Mapping[str, int]]) -> set[str]:
    """The phrases with the fewest slips that some procedure holds as a whole."""
    slips: dict[str, int] = {}
    for words in held.values():
        chosen = [
            min(words & options.keys(), key=lambda word: (options[word], word), default="")
            for options in close
        ]
        if all(chosen):
            phrase = zip(close, chosen, strict=True)
            slips[" ".join(chosen)] = sum(options[word] for options, word in phrase)
    fewest = min(slips.values(), default=SLIPS + 1)
    return {phrase for phrase, number in slips.items() if number == fewest <= SLIPS}


def _close(token: str, known: Sequence[str]) -> dict[str, int]:
    """The known words that a typed one may stand for, with the number of slips."""
    slips = SLIPS if len(token) > SHORTEST else len(token) - 2
    if any(word.startswith(token) for word in known) or slips < 1:
        return {word: 0 for word in known if word.startswith(token)}
    near = process.extract(token, known, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return {word: int(distance) for word, distance, _ in near}
