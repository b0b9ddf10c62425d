"""Which indicators there are: those that domains define in code, and those that stewards made."""

import json
from functools import lru_cache
from typing import Any, cast

from django.utils import timezone
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.indicators import registry
from dothi.datastore.indicators.choices import Better, How, Past, Scale, State
from dothi.datastore.indicators.models import Made
from dothi.datastore.indicators.registry import Dimension, Indicator, Source, UnitColumn
from dothi.datastore.indicators.rules import recipe as recipes

UNIT = "unit_id"
SCALES = {
    How.COUNT: Scale.COUNT, How.SUM: Scale.COUNT, How.SHARE: Scale.PERCENT, How.MEAN: Scale.MEAN,
}  # fmt: skip


class Unknown(LookupError):
    """There is no indicator of this code."""


def find(code: str) -> Indicator:
    """The indicator of a code.

    Raises:
        Unknown: see there.
    """
    if code in registry.indicators:
        return registry.indicators[code]
    made = Made.objects.filter(code=code, state=State.PUBLISHED).first()
    if made is None:
        raise Unknown(code)
    return _in_force(made)


def known() -> list[Indicator]:
    """All indicators, by code."""
    published = Made.objects.filter(state=State.PUBLISHED)
    made = [_in_force(one) for one in published if one.code not in registry.indicators]
    return sorted([*registry.indicators.values(), *made], key=lambda one: one.code)


def open_data() -> list[Indicator]:
    """The indicators that everybody may read, by code."""
    return [indicator for indicator in known() if indicator.public]


def _in_force(made: Made) -> Indicator:
    return _built(made.code, json.dumps(made.in_force, sort_keys=True))


@lru_cache(maxsize=1000)
def _built(code: str, content: str) -> Indicator:
    """One object for what was published once: what is compiled of it is kept by object."""
    return indicator_of(code, json.loads(content))


def indicator_of(code: str, content: dict[str, Any]) -> Indicator:
    """What a steward wrote, as an indicator like those from code."""
    recipe = recipes.from_json(content["recipe"])
    types = {name: Type(kind) for name, kind in content["types"].items()}
    read = recipes.columns_of(recipe)
    return Indicator(
        code=code,
        title=_words(content, "title"),
        help=_words(content, "help"),
        unit_of_measure=content["unit_of_measure"],
        steward=content["steward"],
        scale=SCALES[recipe.how],
        better=Better(content["better"]),
        reads={
            recipes.ROWS: {UNIT: "int64", **{name: recipes.KINDS[types[name]] for name in read}}
        },
        measure=recipes.measure_of(recipe, types, zone=timezone.get_default_timezone()),
        public=content["public"],
        stores={
            recipes.ROWS: Source(
                dataset=recipe.dataset,
                unit=UnitColumn(code=recipe.unit_column, on=recipe.moment),
            )
        },
        is_hot=False,
        counts_rows=recipe.how != How.SUM,
        past=Past.ROWS if recipe.moment else Past.VERSIONS,
        dimensions={
            name: Dimension(table=recipes.ROWS, column=name, title=_titles(content, name))
            for name in recipe.dimensions
        },
    )


def _words(content: dict[str, Any], name: str) -> Promise:
    return _either(content[f"{name}_vi"], content[f"{name}_en"])


def _titles(content: dict[str, Any], column: str) -> Promise:
    return _either(*content["titles"].get(column, (column, "")))


def _either(vietnamese: str, english: str) -> Promise:
    """In the language of who reads; Vietnamese where there is no English."""

    def said() -> str:
        return english if english and get_language() == "en" else vietnamese

    found: Any = lazy(said, str)()
    return cast("Promise", found)
