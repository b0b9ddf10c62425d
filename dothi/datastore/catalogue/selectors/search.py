"""Find datasets by words without marks, by what they hold, by who answers, by place and time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q, QuerySet
from rapidfuzz import fuzz, process

from dothi.accounts.models import User
from dothi.core.searching import holding
from dothi.datastore.catalogue.models import Column, Dataset, Word
from dothi.datastore.catalogue.selectors.seen import datasets_seen_by
from dothi.lib import text_vi
from dothi.units import selectors as units
from dothi.units.models import Unit

WORDS = 8  # Of a question; more narrow nothing down.
LIKE = 75.0  # Of 100: a word that somebody may have meant.
SHORTEST = 4  # Letters of a word that can be misspelt and still be known.


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a search is narrowed to. What is empty narrows nothing."""

    theme: str = ""
    unit: str = ""  # Code of the unit whose steward answers for it.
    share: str = ""
    kind: str = ""
    rhythm: str = ""
    licence: str = ""
    keyword: str = ""
    column: str = ""  # Words in the name or title of one column.
    place: str = ""  # Code of a unit: what is about it, about what holds it or lies in it.
    on: date | None = None  # A day that the data cover; also the day on which `place` is meant.


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of what was found, best first."""

    datasets: tuple[Dataset, ...]
    total: int
    start: int
    # What the words were taken for where nothing holds them as they were written.
    meant: str = ""

    @property
    def more(self) -> bool:
        return self.start + len(self.datasets) < self.total


def search(
    words: str, filters: Filters, user: User | AnonymousUser, *, on: date, start: int = 0,
    limit: int = 20,
) -> Page:  # fmt: skip
    """The datasets that this person may see and that hold every word, which may be unfinished.

    A word that none of them holds is taken for the one that looks most like it.
    """
    seen = datasets_seen_by(user, on=on)
    found, meant = matching(words, filters, seen, on=on)
    shown = list(found[start : start + limit])
    total = start + len(shown) if shown and len(shown) < limit else found.count()
    return Page(datasets=tuple(shown), total=total, start=start, meant=meant)


def matching(
    words: str, filters: Filters, seen: QuerySet[Dataset], *, on: date
) -> tuple[QuerySet[Dataset], str]:
    """The rows of `search` without a page, and what the words were taken for."""
    narrowed = _narrowed(seen, filters, on=on)
    tokens = text_vi.tokens(words)[:WORDS]
    if not tokens:
        return narrowed.order_by("-published_at", "code"), ""
    found = _holding(narrowed, tokens)
    if found.exists():
        return found, ""
    mended = _mended(tokens, seen)
    if mended == tokens:
        return found, ""
    return _holding(narrowed, mended), " ".join(mended)


def _holding(rows: QuerySet[Dataset], tokens: list[str]) -> QuerySet[Dataset]:
    query = holding(tokens)
    ranked = rows.filter(search=query).annotate(rank=SearchRank(F("search"), query))
    return ranked.order_by("-rank", "-published_at", "code")


def _mended(tokens: list[str], seen: QuerySet[Dataset]) -> list[str]:
    """The words with those that nobody uses replaced by the one most like each."""
    known = list(
        Word.objects.filter(dataset__in=seen.order_by().values("pk"))
        .values_list("word", flat=True)
        .distinct()
    )
    return [_nearest(token, known) for token in tokens]


def _nearest(token: str, known: Collection[str]) -> str:
    if len(token) < SHORTEST or any(word.startswith(token) for word in known):
        return token
    best = process.extractOne(token, known, scorer=fuzz.ratio, score_cutoff=LIKE)
    return best[0] if best is not None else token


def _narrowed(rows: QuerySet[Dataset], filters: Filters, *, on: date) -> QuerySet[Dataset]:
    for name in ("share", "kind", "rhythm", "licence"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.theme:
        rows = rows.filter(themes__contains=[filters.theme])
    if filters.keyword:
        rows = rows.filter(keywords__contains=[filters.keyword])
    if filters.unit:
        rows = rows.filter(unit__code=filters.unit)
    if filters.column:
        rows = rows.filter(pk__in=_with_column(filters.column))
    if filters.on is not None:
        rows = rows.filter(
            Q(covers_from=None) | Q(covers_from__lte=filters.on),
            Q(covers_to=None) | Q(covers_to__gt=filters.on),
        )
    if filters.place:
        rows = rows.filter(place_id__in=_around(filters.place, on=filters.on or on))
    return rows


def _with_column(words: str) -> QuerySet[Column]:
    """The datasets of columns in which every word begins some word."""
    columns = Column.objects.values("dataset")
    for token in text_vi.tokens(words)[:WORDS]:
        columns = columns.filter(Q(folded__startswith=token) | Q(folded__contains=f" {token}"))
    return columns  # type: ignore[return-value]


def _around(code: str, *, on: date) -> set[int]:
    """The unit that had the code that day, all above and below it, and what they were before."""
    try:
        unit = units.unit_of(code, on=on)
    except Unit.DoesNotExist:
        return set()
    near = {*units.ancestors(unit, include_self=True), *units.descendants(unit, on=on)}
    return {one.pk for one in near} | set(_once(unit, on=on))


def _once(unit: Unit, *, on: date) -> Iterator[int]:
    """What was on the ground of the unit before each reorganisation."""
    for day in units.boundaries():
        if day <= on:
            eve = day - timedelta(days=1)
            yield from units.origins_on(unit, on=eve).values_list("pk", flat=True)
