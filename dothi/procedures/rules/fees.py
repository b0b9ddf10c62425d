"""What a dossier costs: a function of the way it comes in, the place, the day and the answers.

Luật Phí và lệ phí 97/2015/QH13. A line of 0 ₫ is a line, too: its receipt is still issued
(NQ 411/NQ-HĐND of Ho Chi Minh City, 29/9/2025).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dothi.procedures.choices import Per, Way
from dothi.procedures.rules.conditions import holds
from dothi.procedures.rules.definition import Fee


class FeesClash(ValueError):
    """Two lines of the tariff fit a case equally well."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a fee depends on. `places` are the unit and all above it, by their codes."""

    way: Way
    places: Collection[str]
    on: date
    answers: Mapping[str, Any]
    copies: int = 1
    pages: int = 1  # Of one copy.


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a receipt, in whole dong."""

    fee: Fee
    amount: int


def lines(fees: Sequence[Fee], case: Case) -> list[Line]:
    """The lines of the receipt: for each fee code that has a line that fits, the closest one.

    Raises:
        FeesClash: two lines of one code fit equally closely.
        NoCondition: a condition cannot be evaluated.
    """
    codes = dict.fromkeys(fee.code for fee in fees)
    found = (_closest([fee for fee in fees if fee.code == code], case) for code in codes)
    return [Line(fee=fee, amount=amount(fee, case)) for fee in found if fee is not None]


def total(found: Iterable[Line]) -> int:
    return sum(line.amount for line in found)


def amount(fee: Fee, case: Case) -> int:
    """What a line comes to in a case."""
    match fee.per:
        case Per.PAGE:
            each = _of_pieces(fee, case.pages)
            return case.copies * (each if fee.cap is None else min(each, fee.cap))
        case Per.COPY:
            return _of_pieces(fee, case.copies)
        case _:
            return fee.amount


def fits(fee: Fee, case: Case) -> bool:
    """Whether a line of the tariff speaks of a case."""
    return (
        (not fee.ways or case.way in fee.ways)
        and (not fee.places or any(place in case.places for place in fee.places))
        and (fee.valid_from is None or fee.valid_from <= case.on)
        and (fee.valid_to is None or case.on < fee.valid_to)
        and holds(fee.when, case.answers)
    )


def closeness(fee: Fee) -> tuple[bool, bool, bool]:
    """How closely a line says for whom it is: a condition before a place before a way."""
    return fee.when is not None, bool(fee.places), bool(fee.ways)


def _closest(fees: list[Fee], case: Case) -> Fee | None:
    fitting = sorted((fee for fee in fees if fits(fee, case)), key=closeness, reverse=True)
    if len(fitting) > 1 and closeness(fitting[0]) == closeness(fitting[1]):
        raise FeesClash(f"two lines of {fitting[0].code} fit")
    return fitting[0] if fitting else None


def _of_pieces(fee: Fee, pieces: int) -> int:
    """The sum over pieces numbered from 1, each at the price of the last tier that has begun."""
    tiers = sorted(fee.tiers, key=lambda tier: tier.since)
    bounds = [(1, fee.amount), *((tier.since, tier.amount) for tier in tiers)]
    ends = [since for since, _ in bounds[1:]] + [pieces + 1]
    return sum(
        price * max(0, min(end, pieces + 1) - since)
        for (since, price), end in zip(bounds, ends, strict=True)
    )
