"""Whether a file has the columns that its contract knows: all of them, and no others."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from dothi.datastore.catalogue.rules.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """Columns by their heads."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    known_as: tuple[tuple[str, str], ...]  # Head in the file → head in the contract.

    @property
    def fits(self) -> bool:
        return not self.missing and not self.unknown

    @property
    def facts(self) -> dict[str, list[str]]:
        return {"missing": list(self.missing), "unknown": list(self.unknown)}


def misfit(contract: Contract, heads: Sequence[str]) -> Misfit:
    """Compare by letters, not by case, blanks or the way in which marks are coded."""
    wanted = {folded(one.head): one.head for one in contract.fields}
    there = {folded(head): head for head in heads}
    return Misfit(
        missing=tuple(head for key, head in wanted.items() if key not in there),
        unknown=tuple(head for key, head in there.items() if key not in wanted),
        known_as=tuple((there[key], wanted[key]) for key in wanted if key in there),
    )


def folded(head: str) -> str:
    return " ".join(unicodedata.normalize("NFC", head).casefold().split())
