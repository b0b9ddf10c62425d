"""Staff by CSV: what a house already has in a sheet comes in by one verb, also a second time."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.accounts.services import people
from dothi.lib.text_vi import nfc
from dothi.units.models import Unit

COLUMNS = ("username", "full_name", "email", "unit", "role", "title", "valid_from", "valid_to")
MAX_ROWS = 20_000


class StaffFileError(Exception):
    """The file cannot be read as a whole; the message says why."""


class RowError(Exception):
    """One row is wrong; the message says what, for the person who wrote it."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that was put aside: where it stands, why, and what it said."""

    line: int
    reason: str
    text: str


@dataclass(kw_only=True)
class Report:
    """What an import did, or would do when it was a preview."""

    preview: bool
    people_added: list[str] = field(default_factory=list)  # User names.
    posts_added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the sheet, understood."""

    username: str
    full_name: str
    email: str
    unit: Unit
    role: Role
    title: str
    valid_from: date
    valid_to: date | None


def import_staff(file: IO[bytes], *, at: datetime, by: str, preview: bool = False) -> Report:
    """Read people and posts from a UTF-8 CSV file with the columns `COLUMNS` (dates ISO 8601).

    One row is one post; a person with two posts has two rows. Wrong rows are put aside with
    their reason, the others count. A second run changes nothing; a row with another name, title
    or end changes that. Nobody is removed: who leaves, leaves by `leave`.

    Raises:
        StaffFileError: not UTF-8, a column is missing, or more than 20,000 rows.
    """
    rows = _rows(file)
    report = Report(preview=preview)
    with transaction.atomic():
        for line, cells in rows:
            try:
                with transaction.atomic():
                    _take(_understand(cells), report, at=at, by=by)
            except RowError as exc:
                text = ",".join(cells.get(column) or "" for column in COLUMNS)
                report.refused.append(Refused(line=line, reason=str(exc), text=text))
        if preview:
            transaction.set_rollback(True)
    return report


def _rows(file: IO[bytes]) -> list[tuple[int, dict[str, str]]]:
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise StaffFileError(_("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from exc
    try:
        return list(_lines(text))
    except csv.Error as exc:
        raise StaffFileError(_("The file is no CSV file.")) from exc


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise StaffFileError(_("Missing columns: %(columns)s.") % {"columns": ", ".join(missing)})
    for count, cells in enumerate(reader):
        if count >= MAX_ROWS:
            raise StaffFileError(_("The file has too many rows."))
        yield (
            reader.line_num,
            {column: nfc((cells.get(column) or "").strip()) for column in COLUMNS},
        )


def _understand(cells: dict[str, str]) -> Row:
    username, email = cells["username"], cells["email"].lower()
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as exc:
        raise RowError(_("The user name is empty or has signs that it may not have.")) from exc
    try:
        EmailValidator()(email)
    except ValidationError as exc:
        raise RowError(_("The e-mail address is not valid.")) from exc
    if not cells["full_name"]:
        raise RowError(_("The full name is missing."))
    if cells["role"] not in Role.values:
        raise RowError(
            _("There is no role “%(role)s”. Roles: %(roles)s.")
            % {"role": cells["role"], "roles": ", ".join(Role.values)}
        )
    begin, end = _day(cells["valid_from"]), _day(cells["valid_to"]) if cells["valid_to"] else None
    if end is not None and end <= begin:
        raise RowError(_("The post ends before it begins."))
    return Row(
        username=username,
        full_name=cells["full_name"],
        email=email,
        unit=_unit(cells["unit"], on=begin),
        role=Role(cells["role"]),
        title=cells["title"],
        valid_from=begin,
        valid_to=end,
    )


def _day(text: str) -> date:
    if not text:
        raise RowError(_("The first day of the post is missing."))
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise RowError(
            _("“%(text)s” is no date. Write it like 2026-02-17.") % {"text": text}
        ) from exc


def _unit(code: str, *, on: date) -> Unit:
    unit = Unit.objects.filter(in_force(on), code=code).first()
    if unit is None:
        raise RowError(
            _("No unit has the code “%(code)s” on %(day)s.") % {"code": code, "day": on.isoformat()}
        )
    return unit


def _take(row: Row, report: Report, *, at: datetime, by: str) -> None:
    user = User.objects.filter(username=row.username).first()
    if user is None:
        user = _add_person(row, at=at, by=by)
        report.people_added.append(user.username)
    elif not user.is_active:
        raise RowError(_("This account is locked: the person left."))
    elif user.email.lower() != row.email:
        raise RowError(_("This user name belongs to somebody with another e-mail address."))
    changed = False
    if user.full_name != row.full_name:
        people.rename(user=user, full_name=row.full_name, at=at, by=by)
        changed = True
    added = _take_post(user, row, at=at, by=by)
    if added is None:
        report.posts_added += 1
    elif added or changed:
        report.changed += 1
    else:
        report.unchanged += 1


def _add_person(row: Row, *, at: datetime, by: str) -> User:
    if User.objects.filter(email__iexact=row.email).exists():
        raise RowError(_("This e-mail address belongs to another person."))
    return people.create_staff(
        username=row.username, full_name=row.full_name, email=row.email, at=at, by=by
    )


def _take_post(user: User, row: Row, *, at: datetime, by: str) -> bool | None:
    """None: a new post. Else whether a known one was changed."""
    known = Post.objects.filter(user=user, unit=row.unit, role=row.role, valid_from=row.valid_from)
    post = known.first()
    if post is None:
        try:
            people.appoint(
                user=user,
                unit=row.unit,
                role=row.role,
                title=row.title,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                at=at,
                by=by,
            )
        except people.PostOverlaps as exc:
            raise RowError(_("The person holds this post in part of that time already.")) from exc
        return None
    changed = False
    if post.title != row.title:
        people.retitle(post=post, title=row.title, at=at, by=by)
        changed = True
    if row.valid_to is not None and (post.valid_to is None or row.valid_to < post.valid_to):
        try:
            people.end_post(post=post, on=row.valid_to, at=at, by=by)
        except people.LastAdministrator as exc:
            raise RowError(_("This is the last administrator of the house.")) from exc
        changed = True
    return changed
