"""Search over folded words in PostgreSQL: what a question holds, by what a row is found."""

from collections.abc import Iterable, Mapping

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Value
from django.db.models.expressions import CombinedExpression

Vector = SearchVector | CombinedExpression


def holding(words: Iterable[str]) -> SearchQuery:
    """What holds every one of these folded words (`text_vi.tokens`); each may be unfinished."""
    begun = " & ".join(f"{word}:*" for word in words)
    return SearchQuery(begun, search_type="raw", config="simple")


def weighed(texts: Mapping[str, str]) -> Vector:
    """The column by which a row is found: folded text by its weight, A to D."""
    parts = [
        SearchVector(Value(text), config="simple", weight=weight) for weight, text in texts.items()
    ]
    vector: Vector = parts[0]
    for part in parts[1:]:
        vector = vector + part
    return vector
