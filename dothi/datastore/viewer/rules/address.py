"""A look as the query of an address, so that a link shows another what one sees. Pure.

`q` words · `fc fo fv` column, comparison, value of each filter, in turn · `s` sort (`-` downwards)
· `c` columns · `g` groups (`planted_at.month`) · `m` measure (`avg.height`) · `show`, `page`, `v`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dothi.datastore.viewer.choices import Bucket, How, Measure, Show
from dothi.datastore.viewer.rules.look import Filter, Look, NotUnderstood

Query = Mapping[str, Sequence[str]]
LAST_PAGE = 100_000


@dataclass(frozen=True, kw_only=True)
class Address:
    """A look, as what it is shown, and where in it somebody is."""

    look: Look
    show: Show = Show.TABLE
    page: int = 1
    version: int | None = None


def read(query: Query) -> Address:
    """Raises NotUnderstood."""
    groups = tuple(_group(text) for text in query.get("g", ()) if text)
    measures = tuple(_measure(text) for text in query.get("m", ()) if text)
    return Address(
        look=Look(
            words=_one(query, "q")[:200],
            filters=_filters(query),
            sort=tuple(
                (text.removeprefix("-"), text.startswith("-"))
                for text in query.get("s", ())
                if text
            ),
            columns=tuple(dict.fromkeys(text for text in query.get("c", ()) if text)),
            groups=groups,
            measures=measures or ((Measure.COUNT, ""),),
        ),
        show=_show(_one(query, "show")),
        page=_number(_one(query, "page"), "page") or 1,
        version=_number(_one(query, "v"), "v"),
    )


def written(address: Address, **changes: object) -> str:
    """The query of an address; `page` and `version` may be said anew."""
    look = address.look
    page = changes.get("page", 1)
    version = changes.get("version", address.version)
    pairs: list[tuple[str, object]] = []
    if look.words:
        pairs.append(("q", look.words))
    for one in look.filters:
        pairs += [("fc", one.column), ("fo", one.how.value), ("fv", "".join(one.values))]
    pairs += [("s", f"-{name}" if down else name) for name, down in look.sort]
    pairs += [("c", name) for name in look.columns]
    pairs += [("g", f"{name}.{bucket}" if bucket else name) for name, bucket in look.groups]
    if look.groups:
        pairs += [("m", f"{one}.{name}" if name else one.value) for one, name in look.measures]
    if address.show != Show.TABLE:
        pairs.append(("show", address.show.value))
    if page != 1:
        pairs.append(("page", page))
    if version is not None:
        pairs.append(("v", version))
    return urlencode(pairs)


def _one(query: Query, name: str) -> str:
    found = query.get(name, ())
    return found[0].strip() if found else ""


def _filters(query: Query) -> tuple[Filter, ...]:
    columns, hows, values = (query.get(name, ()) for name in ("fc", "fo", "fv"))
    found = []
    for number, column in enumerate(columns):
        how = _how(hows[number] if number < len(hows) else "")
        value = values[number].strip() if number < len(values) else ""
        if not column or (not value and how not in {How.EMPTY, How.FULL}):
            continue
        found.append(Filter(column=column, how=how, values=(value,) if value else ()))
    return tuple(found)


def _how(text: str) -> How:
    try:
        return How(text or How.IS)
    except ValueError as error:
        raise NotUnderstood(text[:40]) from error


def _show(text: str) -> Show:
    try:
        return Show(text or Show.TABLE)
    except ValueError as error:
        raise NotUnderstood(text[:40]) from error


def _group(text: str) -> tuple[str, Bucket]:
    name, _dot, bucket = text.partition(".")
    try:
        return name, Bucket(bucket)
    except ValueError as error:
        raise NotUnderstood(text[:80]) from error


def _measure(text: str) -> tuple[Measure, str]:
    word, _dot, name = text.partition(".")
    try:
        return Measure(word), name
    except ValueError as error:
        raise NotUnderstood(text[:80]) from error


def _number(text: str, what: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) <= LAST_PAGE:
        raise NotUnderstood(what)
    return int(text)
