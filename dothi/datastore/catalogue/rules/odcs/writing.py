"""From a contract to a document of the standard."""

from typing import Any

from dothi.datastore.catalogue.choices import Comparison, Notation, Type
from dothi.datastore.catalogue.rules.contract import Compare, Contract, Field
from dothi.datastore.catalogue.rules.odcs.terms import (
    DAYS,
    FREQUENCY,
    GEOJSON,
    LOGICAL,
    NUMBERS,
    PHYSICAL,
    SHORTHAND,
    as_number,
    java_format,
)

VERSION = "v3.2.0"
_SQL = {Comparison.NOT_EQUAL: "<>"}


def document(contract: Contract) -> dict[str, Any]:
    """The whole contract; `contract_of` reads the same one back."""
    own: dict[str, Any] = {"faultyAtMost": contract.faulty_at_most, "mode": str(contract.mode)}
    if contract.legal_basis:
        own["legalBasis"] = contract.legal_basis
    if contract.notes:
        own["notes"] = [list(pair) for pair in contract.notes]
    found = {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": contract.dataset,
        "name": contract.dataset,
        "version": f"{contract.version}.0.0",
        "status": "active",
        "description": {"purpose": contract.purpose} if contract.purpose else None,
        "schema": [_table(contract)],
        "team": {"name": contract.steward} if contract.steward else None,
        "slaProperties": _service_levels(contract),
        "customProperties": _custom(own),
    }
    return {name: value for name, value in found.items() if value is not None}


def _custom(own: dict[str, Any]) -> list[dict[str, Any]] | None:
    return [{"property": name, "value": value} for name, value in own.items()] or None


def _service_levels(contract: Contract) -> list[dict[str, Any]]:
    value, unit = FREQUENCY[contract.rhythm]
    levels: list[dict[str, Any]] = [{"property": "frequency", "value": value}]
    if unit:
        levels[0]["unit"] = unit
    if contract.retention_days is not None:
        levels.append({"property": "retention", "value": contract.retention_days, "unit": "d"})
    return levels


def _table(contract: Contract) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": contract.dataset,
        "logicalType": "object",
        "physicalType": "table",
        "properties": [_property(one, contract.key) for one in contract.fields],
    }
    if not _can_be_marked(contract):
        # Not a choice of the columns: there is no one property to be marked for each part.
        table["customProperties"] = _custom({"key": list(contract.key)})
    if contract.compares:
        table["quality"] = [_check(rule) for rule in contract.compares]
    return table


def _can_be_marked(contract: Contract) -> bool:
    """Whether the key is a choice of the columns, so that each part is one property."""
    names, key = contract.names, contract.key
    return len({*names}) == len(names) and len({*key}) == len(key) and {*key} <= {*names}


def _check(rule: Compare) -> dict[str, Any]:
    """The rule twice: as a query that any engine can run, and as the pair that we read back."""
    how = _SQL.get(rule.how, rule.how)
    return {
        "type": "sql",
        "dimension": "consistency",
        "query": f"SELECT COUNT(*) FROM ${{object}} WHERE NOT ({rule.left} {how} {rule.right})",
        "mustBe": 0,
        "customProperties": _custom(
            {"compare": {"left": rule.left, "how": str(rule.how), "right": rule.right}}
        ),
    }


def _property(one: Field, key: tuple[str, ...]) -> dict[str, Any]:
    options, own = _options(one)
    found: dict[str, Any] = {
        "name": one.name,
        "physicalName": one.head,
        "businessName": one.title_vi,
        "description": one.help_vi or None,
        "logicalType": LOGICAL[one.type],
        "logicalTypeOptions": options or None,
        "physicalType": PHYSICAL[one.type],
        "required": one.required,
        "unique": one.unique,
        "classification": str(one.classification),
    }
    if one.name in key:
        found |= {"primaryKey": True, "primaryKeyPosition": key.index(one.name) + 1}
    if one.allowed and len(set(one.allowed)) == len(one.allowed):
        found["enum"] = [{"value": _value(text, one.type)} for text in one.allowed]
    elif one.allowed:
        own["allowed"] = list(one.allowed)
    if one.reference and SHORTHAND.fullmatch(one.reference):
        found["relationships"] = [{"type": "foreignKey", "to": one.reference}]
    elif one.reference:
        own["reference"] = one.reference
    found["customProperties"] = _custom(own)
    return {name: value for name, value in found.items() if value is not None}


def _value(text: str, type_: Type) -> str | int | float:
    number = as_number(text, type_) if type_ in NUMBERS else None
    return text if number is None else number


def _options(one: Field) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the standard has a place for, and what only we say."""
    options: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name in ("minimum", "maximum"):
        text = getattr(one, name)
        bound = as_number(text, one.type) if one.type in NUMBERS else text
        if text and bound is not None and one.type in NUMBERS | DAYS:
            options[name] = bound
        elif text:
            own[name] = text
    if one.pattern:
        (options if one.type == Type.TEXT else own)["pattern"] = one.pattern
    if one.max_length is not None:
        fits = one.type == Type.TEXT and one.max_length >= 0
        (options if fits else own)["maxLength"] = one.max_length
    if one.date_format:
        java = java_format(one.date_format) if one.type in DAYS else None
        if java is None:
            own["dateFormat"] = one.date_format
        else:
            options["format"] = java
    if one.type == Type.GEOMETRY:
        options["format"] = GEOJSON
    if one.notation != Notation.PLAIN:
        own["notation"] = str(one.notation)
    for name, value in (("titleEn", one.title_en), ("helpEn", one.help_en), ("unit", one.unit)):
        if value:
            own[name] = value
    return options, own
