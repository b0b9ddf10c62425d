"""Which papers the house issues: each kind has a number series and a template."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of paper; its template is `papers/<code>.typ` of the domain that registers it, or
    `papers/<template>.typ` where several kinds share one."""

    code: str
    title_vi: str
    title_en: str
    symbol: str  # Behind the number: `12/PC-UBND` (NĐ 30/2020/NĐ-CP, điều 8 and Phụ lục I).
    label: str | Promise
    template: str = ""


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind.

    Raises:
        ValueError: the code is taken.
    """
    if kind.code in kinds:
        raise ValueError(f"Two kinds of papers are named {kind.code}.")
    kinds[kind.code] = kind
    return kind
