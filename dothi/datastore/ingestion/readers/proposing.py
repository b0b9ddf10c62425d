"""A contract proposed from what was seen in a file. A steward reads it before it holds."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dothi.datastore.catalogue.choices import Classification, Notation, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.ingestion.readers.kinds import BY_CODE, Kind
from dothi.datastore.ingestion.readers.profiling import ColumnProfile
from dothi.datastore.ingestion.readers.shape import Shape
from dothi.lib import text_vi

SURE = 0.99  # Of the values must fit a type.
_LONGEST_NAME = 60
_LONGEST_CODE = 64  # Of what tells rows apart, and of a word in a list of allowed ones.
_FEW, _OFTEN = 20, 5  # So many different words, each on average so often: a list.
_MARKED_BY = 3  # Different values with one mark before three digits: fewer may be chance.

# Words of heads, folded. What the law calls sensitive comes first (Law 91/2025/QH15, Decree
# 13/2023/NĐ-CP art. 2); a steward knows better than a head does.
_SENSITIVE = (
    "so tai khoan", "tai khoan ngan hang", "suc khoe", "benh", "khuyet tat", "ton giao", "dan toc",
    "vi tri", "dinh vi", "sinh trac", "van tay", "tien an", "tien su", "quan diem", "bank account",
    "health", "religion", "ethnicity", "disability", "location",
)  # fmt: skip
_PERSONAL = (
    "ho ten", "ho va ten", "ho dem", "chu ho", "ten nguoi", "nguoi nop", "nguoi phan anh",
    "nguoi dai dien", "cccd", "cmnd", "can cuoc", "dinh danh", "ho chieu", "dien thoai", "sdt",
    "so dt", "di dong", "email", "thu dien tu", "dia chi", "ngay sinh", "nam sinh", "noi sinh",
    "ngay thang nam sinh", "que quan", "thuong tru", "tam tru", "gioi tinh", "quoc tich",
    "hon nhan", "bien so", "ma so thue", "mst", "full name", "phone", "mobile", "address",
    "birth", "gender", "passport", "e mail",
)  # fmt: skip
# Numbers that are names: nobody adds them up, and their zeros count.
_NUMBERS_AS_NAMES = (
    "cccd", "cmnd", "can cuoc", "dinh danh", "ho chieu", "dien thoai", "sdt", "so dt", "di dong",
    "phone", "mobile", "ma so thue", "mst", "so tai khoan", "ma", "code", "ma buu chinh",
)  # fmt: skip
_TELLS_APART = ("ma", "code", "id", "key", "so ho so", "so dinh danh", "cccd", "ma so")
_COUNTS_LINES = ("stt", "so thu tu", "tt", "no")
_LATITUDE = ("lat", "latitude", "vi do")
_LONGITUDE = ("lon", "lng", "long", "longitude", "kinh do")


def propose(
    shape: Shape,
    profiles: Sequence[ColumnProfile],
    dataset: str,
    *,
    version: int = 1,
    steward: str = "",
) -> Contract:
    """A contract that the sample fits, one column for each head of the shape."""
    seen = {one.head: one for one in profiles}
    fields: list[Field] = []
    for head in shape.heads:
        name = free_name(name_of(head), {one.name for one in fields})
        fields.append(_field(name, head, seen.get(head)))
    key = _key(fields, seen)
    return Contract(
        dataset=dataset,
        version=version,
        fields=tuple(replace(one, unique=True) if one.name in key else one for one in fields),
        key=key,
        steward=steward,
    )


def name_of(head: str) -> str:
    """The head as a name in the store: "Đường / Số nhà" is `duong_so_nha`."""
    plain = re.sub(r"[^a-z0-9]+", "_", text_vi.fold(head)).strip("_")[:_LONGEST_NAME].rstrip("_")
    if not plain:
        return "column"
    return plain if plain[0].isalpha() else f"c_{plain}"


def classification_of(head: str) -> Classification:
    """How a column of this head is to be guarded, as far as its words tell."""
    if _says(head, _SENSITIVE):
        return Classification.SENSITIVE
    return Classification.PERSONAL if _says(head, _PERSONAL) else Classification.PUBLIC


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    wanted, number = name, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _says(head: str, terms: Sequence[str]) -> bool:
    words = f" {' '.join(text_vi.tokens(head.replace('_', ' ')))} "
    return any(f" {term} " in words for term in terms)


def _field(name: str, head: str, seen: ColumnProfile | None) -> Field:
    kind = _kind(head, seen) if seen else None
    one = Field(
        name=name,
        head=head,
        type=kind.type if kind else Type.TEXT,
        title_vi=head,
        required=bool(seen and seen.rows and not seen.empty),
        classification=classification_of(head),
        date_format=kind.date_format if kind else "",
        notation=kind.notation if kind else Notation.PLAIN,
    )
    if kind and kind.code in ("latitude", "longitude"):
        bound = "90" if kind.code == "latitude" else "180"
        return replace(one, minimum=f"-{bound}", maximum=bound)
    if seen and one.type == Type.TEXT and not one.is_personal and _is_list(seen):
        return replace(one, allowed=seen.few)
    return one


def _kind(head: str, seen: ColumnProfile) -> Kind | None:
    fits = {code: BY_CODE[code] for code, share in seen.kinds.items() if share >= SURE}
    if not fits:
        return None
    if "latitude" in fits and _says(head, _LATITUDE):
        return fits["latitude"]
    if "longitude" in fits and _says(head, _LONGITUDE):
        return fits["longitude"]
    numbers = [one for one in fits.values() if one.type in (Type.INTEGER, Type.NUMBER)]
    if numbers and _says(head, _NUMBERS_AS_NAMES):
        return None
    for code in ("latitude", "longitude"):
        fits.pop(code, None)
    if "integer" in fits:
        return fits["integer"]
    for code in ("integer_vi", "integer_en"):
        # "1.234" is a number too; where every value has its point there, it parts thousands.
        if code in fits and _parts_thousands(seen):
            return fits[code]
        fits.pop(code, None)
    if "boolean" in fits and not _is_both(seen):
        fits.pop("boolean")
    return next(iter(fits.values()), None)


def _parts_thousands(seen: ColumnProfile) -> bool:
    """Whether the marks in whole numbers part thousands: one of them has two, or many have one."""
    values = seen.few or tuple(value for value, _count in seen.top)
    marks = [value.count(".") + value.count(",") for value in values]
    return max(marks) > 1 or sum(map(bool, marks)) >= min(_MARKED_BY, seen.distinct)


def _is_both(seen: ColumnProfile) -> bool:
    """Whether yes and no are both there, in words."""
    return 2 <= seen.distinct <= 4 and not any(value.isdigit() for value in seen.few)


def _is_list(seen: ColumnProfile) -> bool:
    return (
        0 < seen.distinct <= _FEW
        and seen.filled >= seen.distinct * _OFTEN
        and seen.longest <= _LONGEST_CODE
    )


def _key(fields: Sequence[Field], seen: dict[str, ColumnProfile]) -> tuple[str, ...]:
    """The column that tells rows apart: never empty, never twice; best one that is called so."""
    candidates = [
        one
        for one in fields
        if one.required
        and one.type in (Type.TEXT, Type.INTEGER)
        and not _says(one.head, _COUNTS_LINES)
        and seen[one.head].distinct == seen[one.head].rows
        and seen[one.head].longest <= _LONGEST_CODE
    ]
    candidates.sort(key=lambda one: not _says(one.head, _TELLS_APART))
    best = candidates[:1]
    if best and (_says(best[0].head, _TELLS_APART) or seen[best[0].head].rows >= 20):
        return (best[0].name,)
    return ()
