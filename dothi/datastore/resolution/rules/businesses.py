"""Businesses: name without its legal form, tax code, phone, address."""

from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.rules.model import Comparison, Level, Model, Row, Wards
from dothi.datastore.resolution.rules.persons import contact, near, place
from dothi.lib import names_vi, text_vi


def prepare(row: Row, wards: Wards) -> tuple[str | None, ...]:
    """The columns of one row; None where it says nothing."""
    name = names_vi.business_key(row.get("name", ""))
    code = names_vi.tax_code(row.get("tax_code", ""))
    words = sorted(name.split())
    return (
        name or None,
        " ".join(words) or None,
        code,
        text_vi.phone(row.get("phone", "")),
        *place(row.get("address", ""), wards),
    )


NAME = Comparison(
    code="name",
    missing="name_l is null or name_r is null",
    levels=(
        Level(code="exact", when="name_l = name_r", m=0.7, u=1e-4, rarity_of="name"),
        Level(code="turned", when="words_l = words_r", m=0.05, u=2e-5, rarity_of="words"),
        Level(
            code="typing",
            when="case when jaro_winkler_similarity(name_l, name_r) >= 0.9"
            " then damerau_levenshtein(name_l, name_r) <= 2 else false end",
            m=0.1,
            u=1.5e-3,
        ),
        Level(
            code="shortened",
            when="length(name_l) >= 6 and length(name_r) >= 6"
            " and (contains(name_l, name_r) or contains(name_r, name_l))",
            m=0.1,
            u=1e-4,
        ),
    ),
    otherwise=0.05,
)
TAX_CODE = Comparison(
    code="tax_code",
    missing="tax_code_l is null or tax_code_r is null",
    levels=(
        Level(code="exact", when="tax_code_l = tax_code_r", m=0.93, u=1e-9, known=True),
        Level(code="one_digit", when=near("tax_code"), m=0.02, u=1e-6),
    ),
    # A branch has the code of its house and a number of its own: another place.
    otherwise=0.05,
)
CONTACT = contact(both=0.45, address=0.25, rarely=1e-4)
BUSINESSES = Model(
    kind=Kind.BUSINESS,
    roles=("name", "tax_code", "phone", "address"),
    columns=(
        "name", "words", "tax_code", "phone", "house", "street", "ward", "spot",
    ),
    prepare=prepare,
    comparisons=(NAME, TAX_CODE, CONTACT),
    blocks=(("tax_code",), ("words",), ("phone",), ("spot",)),
    shared_at_most={"tax_code": 20, "phone": 60},
    sure=(("tax_code",), ("name", "spot")),
    sure_share=0.85,
    learn_on=(("tax_code",), ("spot",)),
    link_at=2.0,
    review_at=-3.0,
)  # fmt: skip
