"""Commands that bring in files."""

import argparse
import csv
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dothi.run.database import in_the_house
from dothi.run.words import CannotWork, say

PROGRESS_SECONDS = 5.0


def import_units(options: argparse.Namespace) -> int:
    """Take real boundaries from a GeoJSON file; say which features were refused, and why."""
    path = _file(options.file)
    try:
        on = date.fromisoformat(options.on) if options.on else None
    except ValueError as error:
        raise CannotWork(f"{options.on} is no day; write it like 2025-07-01") from error
    with in_the_house():
        from dothi.core import clock
        from dothi.units import services

        try:
            report = services.import_file(
                path,
                at=clock.now(),
                by="system",
                on=on,
                provenance=options.provenance,
                licence=options.licence,
            )
        except services.UnreadableFile as error:
            raise CannotWork(str(error)) from error
        say(
            f"{len(report.accepted)} drawn, {len(report.unchanged)} unchanged, "
            f"{len(report.refused)} refused"
        )
        for refused in report.refused:
            say(f"  {refused.position}. {refused.label}: {refused.message}")
        return 1 if report.refused else 0


def import_staff(options: argparse.Namespace) -> int:
    """Take staff from a CSV file; rows with mistakes are put aside with their reasons."""
    path = _file(options.file)
    with in_the_house():
        from dothi.accounts import services
        from dothi.core import clock

        try:
            with path.open("rb") as file:
                report = services.import_staff(
                    file, at=clock.now(), by="system", preview=options.preview
                )
        except services.StaffFileError as error:
            raise CannotWork(f"{path}: {error}") from error
        say(
            f"{len(report.people_added)} people, {report.posts_added} posts added; "
            f"{report.changed} changed, {report.unchanged} unchanged, {len(report.refused)} refused"
        )
        for refused in report.refused:
            say(f"  line {refused.line}: {refused.reason}")
        return 1 if report.refused else 0


def _file(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise CannotWork(f"there is no file {path}")
    return path


def import_open311(options: argparse.Namespace) -> int:
    """Take over requests of another system; say how many of each, and what was put aside."""
    is_address = options.file.startswith(("http://", "https://"))
    path = None if is_address else _file(options.file)
    with in_the_house():
        from dothi.connectors import georeport
        from dothi.core import clock
        from dothi.feedback import services
        from dothi.lib.georeport import BrokenFile, read

        plan = services.Plan(
            source=options.source or _source(options.file if is_address else ""),
            services=_services(options.services),
            make_missing=options.make_missing,
            words_are_public=options.public,
            language=options.language,
            preview=options.preview,
        )
        counted = Counting()
        try:
            with path.open("rb") if path else nullcontext() as file:
                tally = services.import_open311(
                    records=counted.of(read(file) if file else georeport.records(options.file)),
                    name=path.name if path else options.file,
                    plan=plan,
                    by="system",
                    at=clock.now(),
                    tell=counted.tell,
                )
        except BrokenFile as error:
            raise CannotWork(
                f"{options.file}: {error} (at {error.position}). What stood before it was taken; "
                "mend the file and run the command again: nothing is taken twice."
            ) from error
        except georeport.NotReached as error:
            raise CannotWork(
                f"{error}. What came before was taken; run the command again."
            ) from error
        _say_taken(tally, preview=options.preview, seconds=counted.seconds)
        return 1 if tally.aside else 0


class Counting:
    """Says how far a long run is, about every five seconds, and how fast."""

    def __init__(self) -> None:
        self.begun = self.said = time.monotonic()

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.begun, 0.001)

    def of(self, records: Iterator[Any]) -> Iterator[Any]:
        self.begun = self.said = time.monotonic()
        return records

    def tell(self, tally: Any) -> None:
        if time.monotonic() - self.said >= PROGRESS_SECONDS:
            self.said = time.monotonic()
            say(f"  {tally.read} read, {tally.read / self.seconds:.0f} a second …")


def _say_taken(tally: Any, *, preview: bool, seconds: float) -> None:
    would = "would be " if preview else ""
    say(
        f"{tally.read} read: {tally.taken} {would}taken over, {tally.known} here before, "
        f"{tally.aside} {would}put aside ({tally.read / seconds:.0f} a second)"
    )
    for fault, count in tally.faults.most_common():
        say(f"  {count:>6}  {fault}: {tally.reasons[fault]}")
    if tally.made:
        say(f"  subjects made: {', '.join(tally.made)}")
    if tally.unknown_services:
        say(
            "\n  services without a subject; write one behind each and give the file as --services:"
        )
        say("service_code,service_name,category")
        for (code, name), _count in tally.unknown_services.most_common():
            say(f'{code},"{name}",')
    if tally.aside and not preview:
        say("\n  what was put aside is on the desk: Reports → Put aside (/desk/feedback/aside/)")


def _source(address: str) -> str:
    """Whose numbers these are: the host of an address, else the common name."""
    return urlsplit(address).hostname or "open311"


def _services(name: str) -> dict[str, str]:
    """Which service is which subject of ours, by code or name.

    Raises:
        CannotWork: the file names a subject that is not there, with the line.
    """
    if not name:
        return {}
    from dothi.feedback import selectors

    known = selectors.catalogue.current().by_code
    found: dict[str, str] = {}
    with _file(name).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"service_code", "category"} <= set(reader.fieldnames or ()):
            raise CannotWork(f"{name}: the first line needs service_code and category")
        for row in reader:
            category = (row["category"] or "").strip()
            if not category:
                continue
            if category not in known:
                raise CannotWork(f"{name}, line {reader.line_num}: there is no subject {category}")
            for key in (row["service_code"], row.get("service_name")):
                if key and key.strip():
                    found[key.strip().casefold()] = category
    return found


def import_hotline(options: argparse.Namespace) -> int:
    """Take items of hotline 1022 from a file; rows with faults are put aside with their reasons."""
    path = Path(options.file)
    if not path.exists():
        raise CannotWork(f"there is no file {path}")
    with in_the_house():
        from dothi.core import clock
        from dothi.feedback.services import UnreadableFile, hotline

        at = clock.now()
        try:
            lines = hotline.read_file(path.name, path.read_bytes())
        except UnreadableFile as error:
            raise CannotWork(f"{path}: {error.message}") from error
        report = (
            hotline.preview(lines, at=at)
            if options.preview
            else hotline.import_items(path.name, lines, by="system", at=at)
        )
        say(
            f"{report.read} read: {len(report.added)} new, {len(report.known)} known before, "
            f"{len(report.faults)} put aside" + (" (preview)" if options.preview else "")
        )
        for fault in report.faults:
            say(f"  line {fault.line}, {fault.external_id or 'without a number'}: {fault.reason}")
        return 1 if report.faults else 0


def export_hotline(options: argparse.Namespace) -> int:
    """Hand out the results for 1022 as a file, and mark them as delivered."""
    path = Path(options.file)
    if path.exists():
        raise CannotWork(f"{path} is there already")
    if path.suffix not in {".csv", ".xlsx"}:
        raise CannotWork("the file must end with .csv or .xlsx")
    try:
        since = date.fromisoformat(options.since) if options.since else None
    except ValueError as error:
        raise CannotWork("--since takes a day such as 2026-11-27") from error
    with in_the_house():
        from dothi.core import clock
        from dothi.feedback import selectors
        from dothi.feedback.services import hotline

        rows = list(selectors.hotline.results(since=since, all_of_them=options.all))
        hotline.write_results(path, rows)
        if not options.keep:
            hotline.mark_delivered(tickets=rows, by="system", at=clock.now())
        say(f"{len(rows)} results in {path}")
        return 0
