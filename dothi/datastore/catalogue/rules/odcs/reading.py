"""From a document of the standard to a contract: ours without loss, others as far as they go.

The checks are written from the specification. What a document says beyond a contract is not
dropped in silence: `Reading.ignored` names it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from dothi.datastore.catalogue.choices import (
    Classification,
    Comparison,
    Mode,
    Notation,
    Rhythm,
    Type,
)
from dothi.datastore.catalogue.rules.contract import Compare, Contract, Fault, Field
from dothi.datastore.catalogue.rules.odcs.terms import (
    DAYS,
    GEOJSON,
    RHYTHMS,
    TYPES,
    plain,
    python_format,
)

E = TypeVar("E", bound=StrEnum)
Mapped = Mapping[str, Any]
REQUIRED = ("version", "apiVersion", "kind", "id")
READ = frozenset({*REQUIRED, "name", "status", "schema", "slaProperties", "customProperties"})
# Part of the standard, and of no use for rows: named, and left alone.
KNOWN = READ | {
    "tenant", "tags", "servers", "dataProduct", "description", "domain", "context", "support",
    "price", "team", "roles", "slaDefaultElement", "authoritativeDefinitions", "contractCreatedTs",
}  # fmt: skip
READ_OF_PROPERTY = frozenset(
    {
        "name", "physicalName", "businessName", "description", "logicalType", "physicalType",
        "required", "unique", "classification", "primaryKey", "primaryKeyPosition", "enum",
        "logicalTypeOptions", "relationships", "customProperties",
    }
)  # fmt: skip
READ_OF_OPTIONS = frozenset({"minimum", "maximum", "pattern", "maxLength", "format"})
OWN_OF_PROPERTY = frozenset(
    {
        "titleEn", "helpEn", "unit", "notation", "dateFormat", "minimum", "maximum", "pattern",
        "maxLength", "allowed", "reference",
    }
)  # fmt: skip


class NotOdcs(Exception):
    """The document breaks the standard; `faults` say where and how."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A contract, and the paths of the document that it has no place for."""

    contract: Contract
    ignored: tuple[str, ...] = ()


def contract_of(document: Any) -> Reading:
    """Read a document that is there as plain values.

    Raises:
        NotOdcs: it breaks the standard, or describes something else than one table.
    """
    reader = _Reader()
    contract = reader.contract(document)
    if reader.faults or contract is None:
        raise NotOdcs(tuple(reader.faults))
    return Reading(contract=contract, ignored=tuple(reader.ignored))


class _Reader:
    """Collects what is wrong and what is left out, so that a person mends it all at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.ignored: list[str] = []

    def wrong(self, code: str, where: str, what: object = "") -> None:
        self.faults.append(Fault(code=code, where=where, what=plain(what)[:80]))

    # --- Values of the right kind ---

    def text(self, of: Mapped, name: str, path: str) -> str:
        value = of.get(name)
        if value is None or isinstance(value, str):
            return value or ""
        self.wrong("not_text", f"{path}{name}", value)
        return ""

    def flag(self, of: Mapped, name: str, path: str) -> bool:
        value = of.get(name, False)
        if not isinstance(value, bool):
            self.wrong("not_a_flag", f"{path}{name}", value)
        return value is True

    def whole(self, value: Any, path: str) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.wrong("not_a_whole_number", path, value)
        return None

    def one_of(self, kind: type[E], value: Any, path: str, default: E) -> E:
        if value is None or value == "":
            return default
        try:
            return kind(value)
        except ValueError:
            self.wrong("not_one_of", path, value)
            return default

    def items(self, of: Mapped, name: str, path: str) -> list[Mapped]:
        value = of.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong("not_a_list", f"{path}{name}")
            return []
        return value

    def inner(self, of: Mapped, name: str, path: str) -> Mapped:
        value = of.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self.wrong("not_a_mapping", f"{path}{name}")
        return {}

    def custom(self, of: Mapped, path: str, known: frozenset[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, one in enumerate(self.items(of, "customProperties", path)):
            name = one.get("property")
            if not isinstance(name, str) or "value" not in one:
                self.wrong("bad_custom", f"{path}customProperties[{number}]")
            elif name in known:
                found[name] = one["value"]
            else:
                self.ignored.append(f"{path}customProperties.{name}")
        return found

    def leave(self, of: Mapped, read: frozenset[str], path: str) -> None:
        self.ignored += [f"{path}{name}" for name in of if name not in read]

    # --- The parts of a document ---

    def contract(self, document: Any) -> Contract | None:
        if not isinstance(document, dict):
            self.wrong("not_a_mapping", "")
            return None
        self._head(document)
        tables = self.items(document, "schema", "")
        if len(tables) != 1:
            self.wrong("not_one_table", "schema", len(tables))
            return None
        own = self.custom(document, "", frozenset({"faultyAtMost", "mode", "legalBasis", "notes"}))
        description = self.inner(document, "description", "")
        self.leave(description, frozenset({"purpose"}), "description.")
        team = document.get("team")
        team = team if isinstance(team, dict) else {}
        self.leave(team, frozenset({"name"}), "team.")
        fields, key = self._columns(tables[0])
        rhythm, retention = self._service_levels(document)
        faulty = own.get("faultyAtMost", 0.05)
        if not isinstance(faulty, int | float) or not 0 <= faulty <= 1:
            self.wrong("not_a_share", "faultyAtMost", faulty)
            faulty = 0.05
        return Contract(
            dataset=self.text(document, "id", ""),
            version=_major(self.text(document, "version", "")),
            fields=fields,
            key=key,
            mode=self.one_of(Mode, own.get("mode"), "mode", Mode.REPLACE),
            compares=tuple(self._compares(tables[0])),
            rhythm=rhythm,
            retention_days=retention,
            faulty_at_most=faulty,
            steward=self.text(team, "name", "team."),
            purpose=self.text(description, "purpose", "description."),
            legal_basis=self.text(own, "legalBasis", ""),
            notes=self._notes(own.get("notes")),
        )

    def _head(self, document: Mapped) -> None:
        for name in REQUIRED:
            if not self.text(document, name, ""):
                self.wrong("required", name)
        if document.get("kind") not in (None, "DataContract"):
            self.wrong("not_one_of", "kind", document.get("kind"))
        spoken = document.get("apiVersion")
        if isinstance(spoken, str) and not re.fullmatch(r"v3\.[0-2]\.\d", spoken):
            self.wrong("other_version", "apiVersion", spoken)
        for name in document:
            if name not in KNOWN:
                self.wrong("unknown_part", str(name))
        self.leave(document, READ | {"description", "team"}, "")

    def _notes(self, value: Any) -> tuple[tuple[str, str], ...]:
        if value is None:
            return ()
        if isinstance(value, list) and all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(s, str) for s in pair)
            for pair in value
        ):
            return tuple((pair[0], pair[1]) for pair in value)
        self.wrong("not_a_list", "notes")
        return ()

    def _service_levels(self, document: Mapped) -> tuple[Rhythm, int | None]:
        rhythm: Rhythm = Rhythm.IRREGULAR
        retention: int | None = None
        for number, level in enumerate(self.items(document, "slaProperties", "")):
            name, value = level.get("property"), level.get("value")
            unit = level.get("unit") or ""
            path = f"slaProperties[{number}]"
            if not isinstance(name, str) or "value" not in level:
                self.wrong("bad_service_level", path)
            elif name == "frequency" and (found := _rhythm(value, unit)) is not None:
                rhythm = found
            elif name == "retention" and unit in {"d", "day", "days"}:
                retention = self.whole(value, path)
            elif name == "retention" and unit in {"y", "yr", "years"}:
                years = self.whole(value, path)
                retention = None if years is None else years * 365
            else:
                self.ignored.append(f"{path} ({name})")
        return rhythm, retention

    def _columns(self, table: Mapped) -> tuple[tuple[Field, ...], tuple[str, ...]]:
        path = "schema[0]."
        if not self.text(table, "name", path):
            self.wrong("required", f"{path}name")
        own = self.custom(table, path, frozenset({"key"}))
        self.leave(
            table,
            frozenset(
                {"name", "logicalType", "physicalType", "properties", "quality", "customProperties"}
            ),
            path,
        )
        fields: list[Field] = []
        places: list[tuple[int, str]] = []
        for number, one in enumerate(self.items(table, "properties", path)):
            inside = f"{path}properties[{number}]."
            fields.append(self._column(one, inside))
            if self.flag(one, "primaryKey", inside):
                place = self.whole(one.get("primaryKeyPosition"), f"{inside}primaryKeyPosition")
                places.append((place if place and place > 0 else number + 1, fields[-1].name))
        stated = own.get("key")
        if isinstance(stated, list) and all(isinstance(name, str) for name in stated):
            return tuple(fields), tuple(stated)
        return tuple(fields), tuple(name for _place, name in sorted(places))

    def _column(self, one: Mapped, path: str) -> Field:
        name = self.text(one, "name", path)
        if not name:
            self.wrong("required", f"{path}name")
        options = self.inner(one, "logicalTypeOptions", path)
        type_ = self._type(one, options, path)
        own = self.custom(one, path, OWN_OF_PROPERTY)
        self.leave(one, READ_OF_PROPERTY, path)
        self.leave(options, READ_OF_OPTIONS, f"{path}logicalTypeOptions.")
        limit = own.get("maxLength", options.get("maxLength"))
        return Field(
            name=name,
            head=one["physicalName"] if isinstance(one.get("physicalName"), str) else name,
            type=type_,
            title_vi=one["businessName"] if isinstance(one.get("businessName"), str) else name,
            title_en=self.text(own, "titleEn", path),
            help_vi=self.text(one, "description", path),
            help_en=self.text(own, "helpEn", path),
            required=self.flag(one, "required", path),
            unique=self.flag(one, "unique", path),
            classification=self._classification(one, path),
            unit=self.text(own, "unit", path),
            date_format=self._date_format(own, options, type_, path),
            notation=self.one_of(Notation, own.get("notation"), f"{path}notation", Notation.PLAIN),
            minimum=plain(own.get("minimum", options.get("minimum"))),
            maximum=plain(own.get("maximum", options.get("maximum"))),
            pattern=plain(own.get("pattern", options.get("pattern"))),
            allowed=self._allowed(one, own, path),
            max_length=self.whole(limit, f"{path}maxLength"),
            reference=self._reference(one, own, path),
        )

    def _type(self, one: Mapped, options: Mapped, path: str) -> Type:
        logical = one.get("logicalType", "string")
        if logical == "string" and options.get("format") == GEOJSON:
            return Type.GEOMETRY
        if logical in TYPES:
            return TYPES[logical]
        self.wrong("unsupported_type", f"{path}logicalType", logical)
        return Type.TEXT

    def _classification(self, one: Mapped, path: str) -> Classification:
        """Another vocabulary than ours is not guessed: nobody is made public by a mistake."""
        value = one.get("classification")
        return self.one_of(Classification, value, f"{path}classification", Classification.PUBLIC)

    def _date_format(self, own: Mapped, options: Mapped, type_: Type, path: str) -> str:
        if "dateFormat" in own:
            return self.text(own, "dateFormat", path)
        java = options.get("format")
        if type_ not in DAYS or not isinstance(java, str):
            return ""
        found = python_format(java)
        if found is None:
            self.wrong("bad_format", f"{path}logicalTypeOptions.format", java)
        return found or ""

    def _allowed(self, one: Mapped, own: Mapped, path: str) -> tuple[str, ...]:
        stated = own.get("allowed")
        if isinstance(stated, list):
            return tuple(plain(value) for value in stated)
        values = self.items(one, "enum", path)
        if any("value" not in value for value in values):
            self.wrong("required", f"{path}enum.value")
        return tuple(plain(value.get("value")) for value in values)

    def _reference(self, one: Mapped, own: Mapped, path: str) -> str:
        if "reference" in own:
            return self.text(own, "reference", path)
        links = self.items(one, "relationships", path)
        targets = [link.get("to") for link in links]
        if len(targets) > 1 or any(not isinstance(target, str) for target in targets):
            self.ignored.append(f"{path}relationships")
            return ""
        return str(targets[0]) if targets else ""

    def _compares(self, table: Mapped) -> Iterator[Compare]:
        for number, check in enumerate(self.items(table, "quality", "schema[0].")):
            path = f"schema[0].quality[{number}]."
            pair = self.custom(check, path, frozenset({"compare"})).get("compare")
            if not isinstance(pair, dict):
                self.ignored.append(path.rstrip("."))
                continue
            yield Compare(
                left=self.text(pair, "left", path),
                how=self.one_of(Comparison, pair.get("how"), f"{path}how", Comparison.EQUAL),
                right=self.text(pair, "right", path),
            )


def _rhythm(value: Any, unit: Any) -> Rhythm | None:
    if isinstance(value, int | str) and isinstance(unit, str):
        return RHYTHMS.get((value, unit))
    return None


def _major(version: str) -> int:
    found = re.match(r"v?(\d{1,9})", version)
    return int(found[1]) if found else 0
