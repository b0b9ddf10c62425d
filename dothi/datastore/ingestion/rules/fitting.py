"""Which head of a file is which of the contract."""

import unicodedata
from collections.abc import Sequence

from dothi.datastore.catalogue.rules.contract import Contract


def known_as(contract: Contract, heads: Sequence[str]) -> dict[str, str]:
    """Head in the file → head in the contract.

    Compared by letters, not by case, blanks or the way in which marks are coded.
    """
    wanted = {folded(one.head): one.head for one in contract.fields}
    return {head: wanted[folded(head)] for head in heads if folded(head) in wanted}


def folded(head: str) -> str:
    return " ".join(unicodedata.normalize("NFC", head).casefold().split())
