"""The golden record: one value for each thing, and where it came from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dothi.datastore.resolution.choices import Survivor
from dothi.lib import text_vi


@dataclass(frozen=True, kw_only=True)
class Source:
    """A row that stands behind a golden record."""

    dataset: str
    key: str
    trust: int  # Rank of the list: 1 is trusted most.
    as_of: date | None  # How old the row is, where the list says.
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Value:
    """A surviving value, its row, the rule that chose it, and what other rows say."""

    role: str
    value: str
    dataset: str
    key: str
    rule: Survivor
    others: tuple[str, ...]  # Other values, as written; spellings of the same left out.


def golden(sources: Sequence[Source], roles: Iterable[str]) -> list[Value]:
    """Choose a value for each role that any row fills.

    What most rows say survives (spellings without marks count as the same); of equals the most
    trusted list, then the newest row. Of its spellings the fullest is taken.
    """
    found = (_survivor(role, sources) for role in roles)
    return [value for value in found if value is not None]


def _survivor(role: str, sources: Sequence[Source]) -> Value | None:
    said = [one for one in sources if one.values.get(role, "").strip()]
    if not said:
        return None
    keys = {id(one): _key(one.values[role]) for one in said}
    votes = Counter(keys.values())
    most = max(votes.values())
    leading = [one for one in said if votes[keys[id(one)]] == most]
    leaders = {keys[id(one)] for one in leading}
    best = min(leading, key=_rank)
    if len(votes) == 1:
        rule = Survivor.ONLY if len(said) == 1 else Survivor.MAJORITY
    elif len(leaders) == 1:
        rule = Survivor.MAJORITY
    else:
        others = [one for one in leading if keys[id(one)] != keys[id(best)]]
        nearest = min(others, key=_rank)
        rule = Survivor.TRUSTED if nearest.trust != best.trust else Survivor.NEWEST
    alike = [one for one in leading if keys[id(one)] == keys[id(best)]]
    fullest = max(alike, key=lambda one: (_fullness(one.values[role]), -one.trust))
    if _fullness(fullest.values[role]) > _fullness(best.values[role]):
        best, rule = fullest, Survivor.COMPLETE
    other = sorted({one.values[role] for one in said if keys[id(one)] != keys[id(best)]})
    return Value(
        role=role,
        value=best.values[role],
        dataset=best.dataset,
        key=best.key,
        rule=rule,
        others=tuple(other),
    )


def _rank(one: Source) -> tuple[int, int, str, str]:
    age = -(one.as_of.toordinal() if one.as_of else 0)
    return one.trust, age, one.dataset, one.key


def _key(text: str) -> str:
    """Equal for spellings of the same: without marks, case and signs between."""
    return "".join(text_vi.tokens(text))


def _fullness(text: str) -> tuple[int, int]:
    """Marks make a spelling fuller; so does writing beside SHOUTING."""
    return sum(not char.isascii() for char in text_vi.nfc(text)), int(not text.isupper())
