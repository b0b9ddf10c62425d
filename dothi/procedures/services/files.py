"""Procedures as files: a folder of them is a catalogue; one travels from house to house.

A file is JSON or TOML and holds one definition. `areas.csv` names the fields of administration
(code, name_vi, name_en, order). Loading a folder twice changes nothing.
"""

import csv
import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from dothi.procedures.choices import Channel, State
from dothi.procedures.models import Area, Version
from dothi.procedures.rules.definition import Definition
from dothi.procedures.services.drafting import definition_of, draft
from dothi.procedures.services.publishing import publish
from dothi.procedures.services.refusals import NotADefinition, Refused

SUFFIXES = {".json", ".toml"}
LOADER, KEEPER = "system:catalogue", "system"  # Two, since one alone does not publish.


def read_file(content: bytes, *, name: str) -> Mapping[str, Any]:
    """What a file says, before anybody judges it.

    Raises:
        NotADefinition: it is neither JSON nor TOML, or no table.
    """
    try:
        text = content.decode("utf-8-sig")
        read = tomllib.loads(text) if name.lower().endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotADefinition([(name, str(error))]) from error
    if not isinstance(read, dict):
        raise NotADefinition([(name, "no table")])
    return read


def exported(version: Version) -> bytes:
    """A version as a JSON file that any house can read."""
    return json.dumps(version.definition, ensure_ascii=False, indent=2).encode()


@transaction.atomic
def load_catalogue(
    folder: Path | str, *, valid_from: date, at: datetime, channel: Channel | None = None
) -> int:
    """Publish every file of a folder that says something new. Return how many did.

    With `channel` all of them are submitted there, whatever the files say.

    Raises:
        Refused: with the file and the reason; nothing is taken over then.
    """
    place, published = Path(folder), 0
    _load_areas(place / "areas.csv")
    for path in sorted(one for one in place.iterdir() if one.suffix in SUFFIXES):
        try:
            document = dict(read_file(path.read_bytes(), name=path.name))
            if channel is not None:
                document["channel"] = channel.value
            published += _take(definition_of(document), valid_from, at)
        except Refused as error:
            raise Refused(f"{path.name}: {error}") from error
    return published


def load_drafts(folder: Path | str, *, at: datetime) -> int:
    """Write every file of a folder down as a draft, where the catalogue has no such procedure.
    Return how many. Somebody of the house checks and publishes them.

    Raises:
        Refused: with the file and the reason.
    """
    place, written = Path(folder), 0
    _load_areas(place / "areas.csv")
    for path in sorted(one for one in place.iterdir() if one.suffix in SUFFIXES):
        try:
            definition = definition_of(read_file(path.read_bytes(), name=path.name))
            if not Version.objects.filter(procedure__code=definition.code).exists():
                draft(document=definition, by=LOADER, at=at)
                written += 1
        except Refused as error:
            raise Refused(f"{path.name}: {error}") from error
    return written


def _take(definition: Definition, valid_from: date, at: datetime) -> int:
    newest = (
        Version.objects.filter(procedure__code=definition.code, state=State.PUBLISHED)
        .order_by("-number")
        .first()
    )
    if newest is not None and newest.content == definition:
        return 0
    written = draft(document=definition, by=LOADER, at=at)
    publish(version=written, valid_from=valid_from, by=KEEPER, at=at)
    return 1


def _load_areas(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            Area.objects.update_or_create(
                code=row["code"],
                defaults={
                    "name_vi": row["name_vi"], "name_en": row["name_en"], "order": int(row["order"])
                },
            )  # fmt: skip
