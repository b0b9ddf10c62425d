"""The words by which a procedure is found, written once when a version is published."""

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.db.models.expressions import CombinedExpression

from dothi.lib import text_vi
from dothi.procedures.models import Area, Version, Word
from dothi.procedures.rules.definition import Definition, Words

LONGEST_WORD = 40


def index(version: Version) -> None:
    """Write the search column and the words of a published version."""
    weighted = texts(version.content)
    vector: SearchVector | CombinedExpression | None = None
    words: set[str] = set()
    for weight, text in weighted.items():
        tokens = text_vi.tokens(text)
        words.update(token[:LONGEST_WORD] for token in tokens)
        part = SearchVector(Value(" ".join(tokens)), config="simple", weight=weight)
        vector = part if vector is None else vector + part
    Version.objects.filter(pk=version.pk).update(search=vector)
    Word.objects.bulk_create(
        [Word(version=version, word=word) for word in sorted(words)], ignore_conflicts=True
    )


def texts(definition: Definition) -> dict[str, str]:
    """What a procedure is found by, the closest first: what happened, its name, field, papers."""
    area = Area.objects.get(code=definition.area)
    return {
        "A": _both(*definition.occasions),
        "B": f"{definition.code} {_both(definition.name)}",
        "C": f"{area.name_vi} {area.name_en} {_both(*(one.name for one in definition.results))}",
        "D": _both(*(paper.name for paper in definition.papers)),
    }


def _both(*texts: Words) -> str:
    return " ".join(f"{one.vi} {one.en}" for one in texts)
