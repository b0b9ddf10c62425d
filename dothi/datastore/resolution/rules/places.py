"""Addresses: house number, street and ward; no more, since an address has nothing else."""

from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.rules.model import Comparison, Level, Model, Row, Wards
from dothi.datastore.resolution.rules.persons import place


def prepare(row: Row, wards: Wards) -> tuple[str | None, ...]:
    """The columns of one row; None where it says nothing."""
    return place(row.get("address", ""), wards)


HOUSE = Comparison(
    code="house",
    missing="house_l is null or house_r is null",
    levels=(
        Level(code="exact", when="house_l = house_r", m=0.9, u=3e-3, rarity_of="house"),
        Level(
            code="without_letter",
            when="regexp_replace(house_l, '[a-z]+$', '') = regexp_replace(house_r, '[a-z]+$', '')",
            m=0.04,
            u=1e-3,
        ),
    ),
    otherwise=0.06,
)
STREET = Comparison(
    code="street",
    missing="street_l is null or street_r is null",
    levels=(
        Level(code="exact", when="street_l = street_r", m=0.9, u=0.03, rarity_of="street"),
        Level(
            code="typing",
            when="case when jaro_winkler_similarity(street_l, street_r) >= 0.9"
            " then damerau_levenshtein(street_l, street_r) <= 2 else false end",
            m=0.07,
            u=1e-3,
        ),
    ),
    otherwise=0.03,
)
WARD = Comparison(
    code="ward",
    missing="ward_l is null or ward_r is null",
    levels=(Level(code="exact", when="ward_l = ward_r", m=0.93, u=0.2, rarity_of="ward"),),
    otherwise=0.07,
)
ADDRESSES = Model(
    kind=Kind.ADDRESS,
    roles=("address",),
    columns=("house", "street", "ward", "spot"),
    prepare=prepare,
    comparisons=(HOUSE, STREET, WARD),
    blocks=(("spot",), ("house", "ward")),
    shared_at_most={},
    sure=(("spot", "ward"),),
    sure_share=0.85,
    # Nothing is left to learn from where two of three things are blocked on.
    learn_on=(),
    link_at=1.0,
    review_at=-2.0,
)
