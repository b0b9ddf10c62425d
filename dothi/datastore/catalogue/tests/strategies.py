"""Contracts of every shape, sound or not, for properties that hold for all of them."""

from hypothesis import Phase, settings
from hypothesis import strategies as st

from dothi.datastore.catalogue.choices import (
    Classification,
    Comparison,
    Mode,
    Notation,
    Rhythm,
    Type,
)
from dothi.datastore.catalogue.rules.contract import Compare, Contract, Field

# Bounded: a counterexample is shown as it was found, for making it small takes minutes.
BOUNDED = settings(
    max_examples=100, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
some_words = words.filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
bounds = st.one_of(
    st.just(""),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.dates().map(lambda day: day.isoformat()),
    words,
)
formats = st.one_of(
    st.just(""),
    st.sampled_from(["%d/%m/%Y", "%Y%m%d", "%d-%m-%Y %H:%M:%S", "%j %Y", "'%d'"]),
    words,
)


def fields(name: st.SearchStrategy[str] = names) -> st.SearchStrategy[Field]:
    return st.builds(
        Field,
        name=name.filter(bool),
        head=words,
        type=st.sampled_from(Type),
        title_vi=words,
        title_en=words,
        help_vi=words,
        help_en=words,
        required=st.booleans(),
        unique=st.booleans(),
        classification=st.sampled_from(Classification),
        unit=words,
        date_format=formats,
        notation=st.sampled_from(Notation),
        minimum=bounds,
        maximum=bounds,
        pattern=words,
        allowed=st.lists(st.one_of(words, bounds), max_size=4).map(tuple),
        max_length=st.one_of(st.none(), st.integers(-5, 10_000)),
        reference=st.one_of(st.just(""), st.just("units.code"), words),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    columns = tuple(draw(st.lists(fields(), max_size=5)))
    known = [one.name for one in columns]
    part = st.sampled_from(known) if known else names
    return Contract(
        dataset=draw(some_words),
        version=draw(st.integers(0, 10_000)),
        fields=columns,
        key=tuple(draw(st.lists(st.one_of(part, names), max_size=3))),
        mode=draw(st.sampled_from(Mode)),
        compares=tuple(
            draw(
                st.lists(
                    st.builds(Compare, left=part, how=st.sampled_from(Comparison), right=part),
                    max_size=2,
                )
            )
        ),
        rhythm=draw(st.sampled_from(Rhythm)),
        retention_days=draw(st.one_of(st.none(), st.integers(0, 40_000))),
        faulty_at_most=draw(st.floats(0, 1)),
        steward=draw(words),
        purpose=draw(words),
        legal_basis=draw(words),
        notes=tuple(draw(st.lists(st.tuples(words, words), max_size=2))),
    )
