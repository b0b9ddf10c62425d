"""Persons: name, date of birth, sex, identity number, phone, address."""

import re
from datetime import date
from functools import lru_cache

from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.rules.model import Comparison, Level, Model, Row, Wards
from dothi.lib import addresses_vi, names_vi, text_vi

COLUMNS = (
    "name", "plain", "unordered", "initials", "family", "middle", "given", "alias",
    "born", "born_swapped", "born_key", "born_year", "sex", "citizen_id", "old_id", "phone",
    "house", "street", "ward", "spot",
)  # fmt: skip
_DATE = re.compile(r"(\d{1,4})[/\-. ](\d{1,2})[/\-. ](\d{1,4})(?:[T ].*)?")
_YEAR = re.compile(r"(1[89]\d\d|20\d\d)")


def prepare(row: Row, wards: Wards) -> tuple[str | None, ...]:
    """The columns of one row, in the order of `COLUMNS`; None where it says nothing."""
    name = names_vi.parse(row.get("full_name", ""))
    citizen_id, old_id = identity(row.get("citizen_id", ""))
    return (
        name.marked or None,
        name.plain or None,
        name.unordered or None,
        name.initials or None,
        names_vi.family_key(name.family) or None,
        name.middle,
        name.given or None,
        name.alias or None,
        *birth(row.get("birth", "")),
        sex(row.get("sex", "")),
        citizen_id,
        old_id,
        text_vi.phone(row.get("phone", "")),
        *place(row.get("address", ""), wards),
    )


@lru_cache(maxsize=100_000)
def birth(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """The date, the date with day and month swapped, a key equal for both, and the year.

    1 January is what offices write when only the year is known, so it is a year only.
    """
    text = text.strip()
    if found := _DATE.fullmatch(text):
        first, month, last = (int(part) for part in found.groups())
        day, year = (last, first) if first > 31 else (first, last)
        plain, swapped = _date(year, month, day), _date(year, day, month)
        if plain or swapped:
            born = plain or swapped
            assert born is not None
            if (born.day, born.month) == (1, 1):
                return None, None, None, str(year)
            low, high = sorted((born.day, born.month))
            other = swapped if plain else None
            return (
                born.isoformat(),
                other.isoformat() if other and other != born else None,
                f"{year}-{low}-{high}",
                str(year),
            )
    year_found = _YEAR.search(text)
    return None, None, None, year_found[0] if year_found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year > 1800 else None
    except ValueError:
        return None


def identity(text: str) -> tuple[str | None, str | None]:
    """The twelve digits of a citizen, or the nine of an old card; lists lose leading noughts."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 12:
        return digits, None
    if len(digits) in {10, 11} and int(digits.zfill(12)[:3]) <= 96:
        return digits.zfill(12), None
    return (None, digits) if len(digits) == 9 else (None, None)


def sex(text: str) -> str | None:
    folded = text_vi.fold(text.strip())
    if folded in {"nu", "f", "female", "gai"}:
        return "f"
    return "m" if folded in {"nam", "m", "male", "trai"} else None


def place(text: str, wards: Wards) -> tuple[str | None, ...]:
    """House, street, ward, and house with street as one key; None where nothing is said."""
    found = addresses_vi.parse(text, wards=wards) if text else addresses_vi.Address()
    spot = f"{found.house}|{found.street}" if found.house and found.street else None
    return found.house or None, found.street or None, found.ward or None, spot


def contact(*, both: float, address: float, rarely: float) -> Comparison:
    """Phone and place of what lies at an address: `both` and `address` are shares of true pairs.

    `rarely` is how often two that have nothing in common have one address.
    """
    return Comparison(
        code="contact",
        missing="(phone_l is null or phone_r is null) and (street_l is null or street_r is null)",
        levels=(
            Level(
                code="both",
                when="phone_l = phone_r and spot_l = spot_r",
                m=both,
                u=1e-5,
                rarity_of="spot",
            ),
            Level(code="address", when="spot_l = spot_r", m=address, u=rarely, rarity_of="spot"),
            Level(code="phone", when="phone_l = phone_r", m=0.1, u=1e-5),
            Level(code="street", when="street_l = street_r", m=0.05, u=0.03),
            Level(code="ward", when="ward_l = ward_r", m=0.05, u=0.2),
        ),
        otherwise=0.1,
    )


def near(column: str) -> str:
    """One digit wrong, or two neighbours swapped, in numbers of one length."""
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"case when length({left}) <> length({right}) then false"
        f" when hamming({left}, {right}) <= 2 then damerau_levenshtein({left}, {right}) <= 1"
        " else false end"
    )


# Two slips may not both fall on the given name: Lan and Liên are sisters. Jaro-Winkler is 20 times
# as fast as the exact count, and says where that is worth its time.
TYPING = """
case when jaro_winkler_similarity(plain_l, plain_r) < 0.9 then false
when given_l = given_r then damerau_levenshtein(plain_l, plain_r) <= 2
else damerau_levenshtein(plain_l, plain_r) <= 2 and damerau_levenshtein(given_l, given_r) <= 1
end
"""
# Two people with one number: typing, borrowed cards.
SAME_NUMBER = 1e-7

NAME = Comparison(
    code="name",
    missing="(plain_l is null or plain_r is null) and (alias_l is null or alias_r is null)",
    levels=(
        Level(code="exact", when="name_l = name_r", m=0.53, u=7e-5, rarity_of="plain"),
        Level(
            code="marks_lost",
            when="plain_l = plain_r and (name_l = plain_l or name_r = plain_r)",
            m=0.26, u=3e-5,
            rarity_of="plain",
        ),
        Level(code="turned", when="unordered_l = unordered_r and name_l <> name_r"
              " and plain_l <> plain_r", m=0.0066, u=5e-6, rarity_of="unordered"),
        Level(code="other_marks", when="plain_l = plain_r", m=0.0134, u=9e-6, rarity_of="plain"),
        Level(
            code="middle_missing",
            when="given_l = given_r and family_l = family_r and (middle_l = '' or middle_r = ''"
            " or middle_l like middle_r || ' %' or middle_r like middle_l || ' %'"
            " or middle_l like '% ' || middle_r or middle_r like '% ' || middle_l)",
            m=0.074, u=2.2e-4,
        ),
        Level(
            code="initials",
            when="initials_l = initials_r and given_l = given_r"
            " and (length(family_l) = 1 or length(family_r) = 1)",
            m=0.031, u=8e-6,
        ),
        Level(
            code="typing",
            when=TYPING,
            m=0.065, u=4e-4,
        ),
        Level(
            code="nickname",
            when="alias_l = alias_r and ward_l = ward_r and (plain_l is null or plain_r is null)",
            m=0.003, u=1e-6,
        ),
        Level(code="given_only", when="given_l = given_r", m=0.004, u=1e-2),
    ),
    otherwise=0.013,
)  # fmt: skip
BIRTH = Comparison(
    code="birth",
    missing="born_year_l is null or born_year_r is null",
    levels=(
        Level(code="exact", when="born_l = born_r", m=0.835, u=4.6e-5),
        Level(
            code="swapped",
            when="born_l = born_swapped_r or born_swapped_l = born_r",
            m=0.0215,
            u=1.2e-5,
        ),
        Level(
            code="year_only",
            when="born_year_l = born_year_r and (born_l is null or born_r is null)",
            m=0.103,
            u=1e-3,
        ),
        Level(code="one_digit", when=near("born"), m=0.036, u=1e-3),
        Level(code="year", when="born_year_l = born_year_r", m=0.0015, u=1.1e-2),
    ),
    otherwise=0.003,
)
SEX = Comparison(
    code="sex",
    missing="sex_l is null or sex_r is null",
    levels=(Level(code="exact", when="sex_l = sex_r", m=0.988, u=0.5),),
    otherwise=0.012,
)
IDENTITY = Comparison(
    code="citizen_id",
    missing="(citizen_id_l is null or citizen_id_r is null)"
    " and (old_id_l is null or old_id_r is null)",
    levels=(
        Level(
            code="exact",
            when="citizen_id_l = citizen_id_r or old_id_l = old_id_r",
            m=0.968,
            u=SAME_NUMBER,
            known=True,
        ),
        Level(
            code="one_digit",
            when=f"{near('citizen_id')} or {near('old_id')}",
            m=0.019,
            u=7e-7,
        ),
    ),
    otherwise=0.013,
)
# Phone and address are one thing: whoever shares a home often shares both, so that they must not
# count twice. What two strangers, or twins, share is then learned together.
CONTACT = Comparison(
    code="contact",
    missing="(phone_l is null or phone_r is null) and (street_l is null or street_r is null)"
    " and (ward_l is null or ward_r is null)",
    levels=(
        Level(
            code="both",
            when="phone_l = phone_r and spot_l = spot_r",
            m=0.365,
            u=2e-5,
            rarity_of="spot",
        ),
        Level(
            code="address",
            when="spot_l = spot_r and ward_l = ward_r",
            m=0.333,
            u=8e-5,
            rarity_of="spot",
        ),
        Level(code="phone", when="phone_l = phone_r", m=0.167, u=7e-6),
        Level(code="other_ward", when="spot_l = spot_r", m=0.002, u=1e-5),
        Level(code="phone_digit", when=near("phone"), m=0.0045, u=1e-6),
        Level(
            code="house_like",
            when="street_l = street_r and (levenshtein(house_l, house_r) <= 1"
            " or house_l like house_r || '/%' or house_r like house_l || '/%')",
            m=0.002,
            u=3e-4,
        ),
        Level(
            code="street",
            when="street_l = street_r and (house_l is null or house_r is null)",
            m=0.0255,
            u=1.2e-3,
        ),
        Level(code="ward", when="ward_l = ward_r", m=0.032, u=0.25),
    ),
    otherwise=0.069,
)
PERSONS = Model(
    kind=Kind.PERSON,
    roles=("full_name", "birth", "sex", "citizen_id", "phone", "address"),
    columns=COLUMNS,
    prepare=prepare,
    comparisons=(NAME, BIRTH, SEX, IDENTITY, CONTACT),
    blocks=(
        ("citizen_id",),
        ("old_id",),
        ("phone", "given"),
        ("phone", "initials"),
        ("born_key", "family"),
        ("born_key", "given"),
        ("unordered", "born_year"),
        ("spot", "given"),
        ("spot", "initials"),
        ("spot", "born_year"),
        ("phone", "born_year"),
        ("alias", "ward", "born_year"),
    ),
    shared_at_most={"citizen_id": 20, "old_id": 20, "phone": 60},
    sure=(("citizen_id",), ("plain", "born"), ("phone", "plain")),
    sure_share=0.86,
    learn_on=(("plain",), ("born",)),
    link_at=2.0,
    review_at=-2.5,
)
