"""The words by which a procedure is found, written once when a version is published."""

from dothi.core.searching import weighed
from dothi.lib import text_vi
from dothi.procedures.models import Area, Version, Word
from dothi.procedures.rules.definition import Definition, Words

LONGEST_WORD = 40


def index(version: Version, definition: Definition, area: Area) -> None:
    """Write the search column and the words of a published version."""
    tokens = {weight: text_vi.tokens(text) for weight, text in _texts(definition, area).items()}
    words = {token[:LONGEST_WORD] for found in tokens.values() for token in found}
    vector = weighed({weight: " ".join(found) for weight, found in tokens.items()})
    Version.objects.filter(pk=version.pk).update(search=vector)
    Word.objects.bulk_create([Word(version=version, word=word) for word in sorted(words)])


def _texts(definition: Definition, area: Area) -> dict[str, str]:
    """What a procedure is found by, the closest first: what happened, its name, field, papers."""
    return {
        "A": _both(*definition.occasions),
        "B": f"{definition.code} {_both(definition.name)}",
        "C": f"{area.name_vi} {area.name_en} {_both(*(one.name for one in definition.results))}",
        "D": _both(*(paper.name for paper in definition.papers)),
    }


def _both(*texts: Words) -> str:
    return " ".join(f"{one.vi} {one.en}" for one in texts)
