"""Items of hotline 1022: taken in from a file (CSV or XLSX), and their results handed out as one.

One line for each item. `COLUMNS` says what stands where; heads may be in Vietnamese or English, in
any order. The number of 1022 makes a line known: the same file twice adds nothing twice.
"""

import base64
import csv
import io
import re
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from openpyxl import load_workbook

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.feedback import rules
from dothi.feedback.choices import Channel, ImportKind, Urgency
from dothi.feedback.models import Category, Delivered, ImportRun, PendingFile, Ticket
from dothi.feedback.selectors import catalogue, hotline
from dothi.feedback.selectors.places import guess
from dothi.feedback.services import quarantine
from dothi.feedback.services.intake import Contact, TakenOverBefore, submit
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.quarantine import Fault, RowFault
from dothi.feedback.services.refusals import LinkDoesNotOpen, Refused
from dothi.lib import tables, text_vi
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

SOURCE = "1022"
MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
KEPT_FOR = timedelta(days=1)
BATCH = 200
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
            "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y")  # fmt: skip
_POINT = re.compile(r"\s*(-?\d{1,3}[.,]\d+)\s*[;, ]\s*(-?\d{1,3}[.,]\d+)\s*")
_YES = {"1", "x", "co", "yes", "true", "khan"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the file."""

    name: str
    head_vi: str
    help: Any
    needed: bool = False


COLUMNS = (
    Column(name="code", head_vi="Mã 1022", needed=True,
           help=gettext_lazy("The number that 1022 gave the item.")),
    Column(name="received_at", head_vi="Thời điểm tiếp nhận", needed=True,
           help=gettext_lazy("When 1022 received it: 2026-11-27 08:30 or 27/11/2026 08:30.")),
    Column(name="subject", head_vi="Lĩnh vực", needed=True,
           help=gettext_lazy("The subject, as 1022 or this house names it, or its code.")),
    Column(name="text", head_vi="Nội dung", needed=True,
           help=gettext_lazy("What the caller said.")),
    Column(name="address", head_vi="Địa chỉ", help=gettext_lazy("Number and street.")),
    Column(name="ward", head_vi="Phường",
           help=gettext_lazy("Name or code of the ward. Needed where no point is given.")),
    Column(name="point", head_vi="Tọa độ",
           help=gettext_lazy("Latitude and longitude: 10.7626, 106.6422.")),
    Column(name="urgent", head_vi="Khẩn", help=gettext_lazy("x for an urgent item.")),
    Column(name="caller_name", head_vi="Họ tên người phản ánh",
           help=gettext_lazy("Kept encrypted, apart from the report.")),
    Column(name="caller_phone", head_vi="Điện thoại",
           help=gettext_lazy("Kept encrypted, apart from the report.")),
    Column(name="caller_email", head_vi="E-mail",
           help=gettext_lazy("Kept encrypted, apart from the report.")),
)  # fmt: skip
RESULTS = (
    Column(name="state", head_vi="Trạng thái", help=gettext_lazy("Where it stands.")),
    Column(name="answer", head_vi="Kết quả", help=gettext_lazy("What 1022 tells the caller.")),
    Column(name="answered_at", head_vi="Thời điểm trả lời", help=gettext_lazy("When.")),
    Column(name="dothi_code", head_vi="Mã phản ánh", help=gettext_lazy("The number here.")),
    Column(name="unit", head_vi="Đơn vị xử lý", help=gettext_lazy("Who handled it.")),
)
Line = tuple[int, dict[str, str], str]  # Its number, the values by column, and how it came.


class UnreadableFile(Refused):
    """The file is no CSV or XLSX with the columns that are needed; the message says what is."""


@dataclass(kw_only=True)
class ImportReport:
    """What became of the lines of a file, or would become of them."""

    read: int = 0
    added: list[str] = field(default_factory=list)  # Numbers of 1022.
    known: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    run: ImportRun | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line that can be taken over."""

    code: str
    received_at: datetime
    subject: Category
    text: str
    address: str
    point: Point | None
    unit: Unit | None
    urgency: Urgency
    contact: Contact | None


# --- Reading -------------------------------------------------------------------------------------


def read_file(name: str, content: bytes) -> list[Line]:
    """The lines of a CSV or XLSX file by the names of our columns; empty lines are left out.

    Raises:
        UnreadableFile: with the reason.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than 10 MB. Please send it in parts."))
    sheet = _xlsx(content) if content[:2] == b"PK" else _csv(content)
    try:
        head = next(sheet, None)
        if head is None:
            raise UnreadableFile(_("The file is empty."))
        names = _names(head[1])
        lines = [
            (number, {n: v for n, v in zip(names, values, strict=False) if n}, ";".join(values))
            for number, values in sheet
            if any(values)
        ]
    except (csv.Error, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableFile(
            _("This is no CSV or XLSX file that can be read: %(error)s") % {"error": error}
        ) from error
    if len(lines) > MOST_ROWS:
        raise UnreadableFile(
            _("The file has more than %(most)d lines. Please send it in parts.")
            % {"most": MOST_ROWS}
        )
    return lines


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("The file is not in UTF-8. Please save it as “CSV UTF-8”, or as XLSX.")
        ) from error
    if "\x00" in text:
        raise UnreadableFile(_("This is no text file."))
    first = text.split("\n", 1)[0]
    mark = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    for row in reader:
        yield reader.line_num, [text_vi.nfc(value).strip() for value in row]


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS + 10:
            break
        yield number, [_text_of(value) for value in row]


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Numbers of items come as floats out of sheets.
    return text_vi.nfc(str(value)).strip()


def _names(head: list[str]) -> list[str]:
    """Our names of the columns; unknown ones are left out."""
    known = {text_vi.fold(word): column.name for column in COLUMNS
             for word in (column.name, column.head_vi)}  # fmt: skip
    names = [known.get(text_vi.fold(word.strip().rstrip("*").strip()), "") for word in head]
    missing = [column.head_vi for column in COLUMNS if column.needed and column.name not in names]
    if missing:
        raise UnreadableFile(
            _("These columns are missing in the first line: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    return names


# --- One line ------------------------------------------------------------------------------------


def item_of(row: Mapping[str, str], *, at: datetime) -> Item:
    """A line as it can be taken over.

    Raises:
        RowFault: with the kind of fault and a sentence.
    """
    code = text_vi.tidy(row.get("code", ""))
    if not code or len(code) > 120:
        raise RowFault("no_code", _("The number of 1022 is missing, or too long."))
    text = text_vi.nfc(row.get("text", "")).strip()
    if not text:
        raise RowFault("no_text", _("There is no text."))
    if len(text) > rules.TEXT_LENGTH:
        raise RowFault("long_text", _("The text is longer than 5,000 letters."))
    received = _moment(row.get("received_at", ""), at)
    on = local(received).date()
    subject = _subject(row.get("subject", ""), on)
    point, unit = _place(row, on)
    return Item(
        code=code,
        received_at=received,
        subject=subject,
        text=text,
        address=text_vi.tidy(row.get("address", ""))[: rules.ADDRESS_LENGTH],
        point=point,
        unit=unit,
        urgency=Urgency.URGENT if text_vi.fold(row.get("urgent", "")) in _YES else Urgency.NORMAL,
        contact=_contact(row),
    )


def _moment(text: str, at: datetime) -> datetime:
    for form in _FORMATS:
        try:
            naive = datetime.strptime(text.strip()[:19], form)  # noqa: DTZ007 — of the city
        except ValueError:
            continue
        moment = naive.replace(tzinfo=local(at).tzinfo)
        if moment > at + timedelta(minutes=5):
            raise RowFault("bad_time", _("The time of receipt lies in the future."))
        if moment < at - timedelta(days=366):
            raise RowFault("bad_time", _("The time of receipt is more than a year ago."))
        return min(moment, at)
    raise RowFault(
        "bad_time", _("“%(text)s” is no time such as 2026-11-27 08:30.") % {"text": text[:40]}
    )


def _subject(text: str, on: date) -> Category:
    wanted = text_vi.fold(text_vi.tidy(text))
    known = catalogue.current().categories(on=on)
    for names in (
        lambda row: (row.code, row.name_vi, row.name_en),
        lambda row: (row.hotline_code,),
    ):
        for row in known:
            if wanted and wanted in {text_vi.fold(name) for name in names(row) if name}:
                return row
    raise RowFault(
        "unknown_subject", _("The subject “%(text)s” is not known here.") % {"text": text[:60]}
    )


def _place(row: Mapping[str, str], on: date) -> tuple[Point | None, Unit | None]:
    if written := row.get("point", "").strip():
        found = _POINT.fullmatch(written)
        if found is None:
            raise RowFault("bad_point", _("“%(text)s” is no latitude and longitude.")
                           % {"text": written[:40]})  # fmt: skip
        lat, lon = (float(number.replace(",", ".")) for number in found.groups())
        point = Point(lon, lat)
        if not point.on_earth or units.unit_at(point, on=on) is None:
            raise RowFault("outside", _("The point lies outside the city."))
        return point, None
    if ward := text_vi.tidy(row.get("ward", "")):
        return None, _ward(ward, on)
    guessed = guess(row.get("address", ""), on=on)
    if guessed.point is None and guessed.unit is None:
        raise RowFault("no_place", _("Neither a ward nor a point is given, and the address is "
                                     "not known here."))  # fmt: skip
    return guessed.point, guessed.unit


def _ward(text: str, on: date) -> Unit:
    try:
        return units.unit_of(text, on=on)
    except Unit.DoesNotExist:
        pass
    wanted = text_vi.fold(text)
    for unit in units.in_force(on=on):
        name = text_vi.fold(unit.name_vi)
        if wanted in {name, name.removeprefix("phuong ")}:
            return unit
    raise RowFault("unknown_ward", _("There is no ward “%(text)s” here.") % {"text": text[:60]})


def _contact(row: Mapping[str, str]) -> Contact | None:
    name = text_vi.tidy(row.get("caller_name", ""))
    phone, email = row.get("caller_phone", "").strip(), row.get("caller_email", "").strip()
    if phone and text_vi.phone(phone) is None and phone.isdigit():
        phone = f"0{phone}"  # Sheets take the zero away.
    if phone and text_vi.phone(phone) is None:
        raise RowFault("bad_phone", _("“%(text)s” is no phone number.") % {"text": phone[:30]})
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise RowFault(
                "bad_email", _("“%(text)s” is no e-mail address.") % {"text": email[:60]}
            ) from error
    contact = Contact(name=name, phone=phone, email=email)
    return None if contact.is_empty else contact


@quarantine.takes(ImportKind.HOTLINE)
def take_over(row: Mapping[str, str], by: Actor, at: datetime) -> Ticket:
    """One line becomes a report; one that is here already is returned as it is.

    Raises:
        RowFault, Refused: it cannot be taken over; the message says why.
    """
    item = item_of(row, at=at)
    known = Ticket.objects.filter(source=SOURCE, source_ref=item.code).first()
    return known or _submit(item, by=by, at=at)


def _submit(item: Item, *, by: Actor, at: datetime) -> Ticket:
    return submit(
        text=item.text,
        category=item.subject.code,
        place=item.point,
        unit=item.unit,
        address=item.address,
        urgency=item.urgency,
        contact=item.contact,
        channel=Channel.HOTLINE,
        source=SOURCE,
        source_ref=item.code,
        received_at=item.received_at,
        by=by,
        at=at,
    ).ticket


# --- A whole file --------------------------------------------------------------------------------


def preview(lines: Iterable[Line], *, at: datetime) -> ImportReport:
    """What would become of each line; nothing is written."""
    rows = list(lines)
    report = ImportReport(read=len(rows))
    here = hotline.known_codes([row.get("code", "") for _n, row, _o in rows])
    seen: set[str] = set()
    for line in rows:
        try:
            item = item_of(line[1], at=at)
        except RowFault as fault:
            report.faults.append(_fault(line, fault))
            continue
        (report.known if item.code in here or item.code in seen else report.added).append(item.code)
        seen.add(item.code)
    return report


def import_items(name: str, lines: Iterable[Line], *, by: Actor, at: datetime) -> ImportReport:
    """Take a file in: each line in a transaction of its own, faults put aside with the reason."""
    rows = list(lines)
    report = ImportReport(read=len(rows))
    report.run = quarantine.begin_import(kind=ImportKind.HOTLINE, name=name, by=by, at=at)
    for start in range(0, len(rows), BATCH):
        _import_some(rows[start : start + BATCH], report, by=by, at=at)
    quarantine.finish_import(
        run=report.run, read=report.read, added=len(report.added), known=len(report.known), at=at
    )
    return report


def _import_some(rows: list[Line], report: ImportReport, *, by: Actor, at: datetime) -> None:
    assert report.run is not None
    here = hotline.known_codes([row.get("code", "") for _n, row, _o in rows])
    faults: list[Fault] = []
    arrived: dict[str, Ticket] = {}
    for line in rows:
        try:
            item = item_of(line[1], at=at)
            if item.code in here or item.code in arrived:
                report.known.append(item.code)
                continue
            arrived[item.code] = _submit(item, by=by, at=at)
            report.added.append(item.code)
        except TakenOverBefore:
            report.known.append(line[1].get("code", ""))
        except Refused as refused:
            faults.append(_fault(line, refused))
    if faults:
        quarantine.put_aside(run=report.run, faults=faults, at=at)
        report.faults += faults
    if arrived:
        quarantine.settle_arrived(kind=ImportKind.HOTLINE, tickets=arrived, by=by, at=at)


def _fault(line: Line, refused: Refused) -> Fault:
    number, row, original = line
    return Fault(
        line=number,
        fault=getattr(refused, "fault", "refused"),
        reason=refused.message,
        original=original,
        fields={column.name: row.get(column.name, "") for column in COLUMNS},
        external_id=text_vi.tidy(row.get("code", "")),
    )


# --- A file between look and take ----------------------------------------------------------------


@transaction.atomic
def keep_file(*, name: str, content: bytes, by: User, at: datetime) -> PendingFile:
    """Keep a file, encrypted, while its preview is read; older ones go."""
    PendingFile.objects.filter(at__lt=at - KEPT_FOR).delete()
    return PendingFile.objects.create(
        code=secrets.token_urlsafe(16),
        user_id=by.pk,
        kind=ImportKind.HOTLINE,
        name=name[-200:],
        content=base64.b64encode(content).decode(),
        at=at,
    )


def kept_file(*, code: str, by: User, at: datetime) -> tuple[str, bytes]:
    """Name and content of one's own file that was looked through.

    Raises:
        LinkDoesNotOpen: it is gone, or somebody else's.
    """
    row = PendingFile.objects.filter(code=code, user_id=by.pk, at__gte=at - KEPT_FOR).first()
    if row is None:
        raise LinkDoesNotOpen
    return row.name, base64.b64decode(row.content)


def forget_file(*, code: str, by: User) -> None:
    PendingFile.objects.filter(code=code, user_id=by.pk).delete()


# --- Results -------------------------------------------------------------------------------------


def result_line(ticket: Ticket) -> tuple[Any, ...]:
    """One line for 1022. Who called is not handed back: 1022 knows its callers by its number."""
    point = f"{ticket.lat:.6f}, {ticket.lon:.6f}" if ticket.lat is not None else ""
    closed = local(ticket.closed_at) if ticket.closed_at else None
    return (
        ticket.source_ref, local(ticket.received_at),
        ticket.category.hotline_code or ticket.category.name_vi,
        ticket.text, ticket.address, ticket.unit.name_vi, point,
        "x" if ticket.urgency == Urgency.URGENT else "", "", "", "",
        ticket.get_state_display(), hotline.answer_of(ticket), closed, ticket.code,
        ticket.handling_unit.name_vi,
    )  # fmt: skip


def write_results(path: Path, tickets: Iterable[Ticket]) -> None:
    """Results as a file, by what its name ends with."""
    with override("vi"):  # 1022 reads Vietnamese.
        rows = [result_line(ticket) for ticket in tickets]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as text:
            text.writelines(tables.csv_lines(result_head(), rows))
        return
    with path.open("wb") as file:
        tables.write_xlsx(file, result_head(), rows)


def result_head() -> list[str]:
    return [column.head_vi for column in (*COLUMNS, *RESULTS)]


@transaction.atomic
def mark_delivered(*, tickets: Iterable[Ticket], by: Actor, at: datetime) -> int:
    """These results went to 1022 as they stand. Return how many."""
    rows = [
        Delivered(
            ticket=ticket, state=ticket.state, closed_at=ticket.closed_at, at=at, actor=actor_of(by)
        )
        for ticket in tickets
        if ticket.closed_at is not None
    ]
    Delivered.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["state", "closed_at", "at", "actor"],
        batch_size=500,
    )  # fmt: skip
    record("feedback.hotline_results", subject="feedback.hotline", by=actor_of(by), at=at,
           results=len(rows))  # fmt: skip
    return len(rows)
