"""`dothi init`: an empty house for real use, which can take reports at once."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from dothi.core.house import Standing
from dothi.run.checks import alone, check_space
from dothi.run.database import bring_up_to_date, database, use_django
from dothi.run.house import ROOT, House, house, write_private
from dothi.run.words import CannotWork, Progress, say

STARTER = ROOT / "starter"
NAME = re.compile(r"[\w.@+-]{1,150}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Question:
    """One thing that must be known before a house is made."""

    option: str
    asks: str
    check: Callable[[str], str]


def init(options: argparse.Namespace) -> int:
    """Make an empty house: settings, keys, units, calendar, subjects, first administrator."""
    home = house()
    if home.settings_file.exists():
        raise CannotWork(f"there is a house already: {home.settings_file}")
    _answer(options)
    settings = _settings(options)
    progress = Progress()
    with alone(home), database(home) as base:
        check_space(home)
        match base.standing():
            case Standing.HOUSE_BEGUN:
                base.empty()
            case Standing.SAMPLE | Standing.SAMPLE_BEGUN:
                raise CannotWork(
                    "this folder holds the sample house. Make the real one in another clone, "
                    "or set DOTHI_VAR to a new folder."
                )
            case Standing.HOUSE | Standing.OTHER:
                raise CannotWork("this database is not empty; give the house one of its own.")
        base.mark(Standing.HOUSE_BEGUN)
        try:
            _apply(settings)
            use_django(home, base.owner, demo=False)
            with progress.step("making the database"):
                bring_up_to_date(home, base)
            link = _furnish(options, progress)
            write_private(home.settings_file, _written(settings))
            base.mark(Standing.HOUSE)
        except BaseException:
            # Half a house is none: the next try begins anew.
            home.settings_file.unlink(missing_ok=True)
            base.empty()
            raise
    _say_what_next(home, link)
    return 0


def _say_what_next(home: House, link: str) -> None:
    say("\nThe house stands. Three things are left to do:")
    say("  1. run it: bin/dothi up   (bin/dothi up --systemd prints a unit for the machine)")
    say("  2. open this link once, within a day, to choose the administrator's password:")
    say(f"       {link}")
    say(f"  3. copy {home.keys} to a safe place, apart from the backups.")


# --- What must be known --------------------------------------------------------------------------


def _answer(options: argparse.Namespace) -> None:
    """Check what was given; ask for what was not, when somebody sits at the terminal.

    Raises:
        CannotWork: an answer makes no sense, or is missing and nobody can be asked.
    """
    missing = []
    for question in _questions():
        given = getattr(options, question.option)
        if given is not None:
            setattr(options, question.option, question.check(given.strip()))
        elif sys.stdin.isatty():
            setattr(options, question.option, _ask(question))
        else:
            missing.append(f"--{question.option.replace('_', '-')}")
    if missing:
        raise CannotWork(f"say {', '.join(missing)} (bin/dothi init --help explains them).")
    for name in ("time_zone", "mail", "mail_from", "catalogue", "procedures"):
        setattr(options, name, CHECKS[name](getattr(options, name)))


def _ask(question: Question) -> str:
    while True:
        try:
            return question.check(input(f"{question.asks}: ").strip())
        except CannotWork as error:
            say(f"  {error}")
        except EOFError as error:
            raise CannotWork("no answer; nothing was made.") from error


def _questions() -> Iterator[Question]:
    yield Question("units", "Folder with the units (units.csv and bundle.json)", _folder_of_units)
    yield Question("url", "Public address, for example https://dothi.example.vn", _url)
    yield Question("admin", "Sign-in name of the first administrator", _name)
    yield Question("admin_name", "Full name of the first administrator", _full_name)
    yield Question("admin_email", "E-mail address of the first administrator", _email)


def _folder_of_units(text: str) -> str:
    folder = Path(text).expanduser().resolve()
    if not text or not (folder / "units.csv").is_file():
        raise CannotWork(f"{folder} holds no units.csv; starter/units shows how it looks.")
    return str(folder)


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise CannotWork(f"{text} is no address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise CannotWork(f"“{text}” is no public address; write it like https://dothi.example.vn")
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise CannotWork(
            "passwords and reports need TLS: give an https:// address "
            "(http:// is for localhost only); docs/howto/run.md shows a proxy."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise CannotWork(f"“{text}” is no sign-in name; use letters, digits and . @ + - _ only.")
    return text


def _full_name(text: str) -> str:
    if len(text) < 2:
        raise CannotWork("the full name is missing.")
    return text


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise CannotWork(f"“{text}” is no e-mail address.")
    return text.lower()


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise CannotWork(f"there is no time zone {text}; write it like Asia/Ho_Chi_Minh.")
    return ZoneInfo(text).key


def _mail(text: str) -> str:
    host, _, port = text.partition(":")
    if text and (not host or " " in text or (port and not port.isdigit())):
        raise CannotWork(f"“{text}” is no mail server; write it like smtp.example.vn:587")
    return text


def _folder_of_subjects(text: str) -> str:
    folder = Path(text).expanduser().resolve() if text else STARTER / "feedback"
    if not (folder / "categories.csv").is_file():
        raise CannotWork(f"{folder} holds no categories.csv; starter/feedback shows how it looks.")
    return str(folder)


def _folder_of_procedures(text: str) -> str:
    folder = Path(text).expanduser().resolve() if text else STARTER / "procedures"
    if not (folder / "areas.csv").is_file():
        raise CannotWork(f"{folder} holds no areas.csv; starter/procedures shows how it looks.")
    return str(folder)


CHECKS: dict[str, Callable[[str], str]] = {
    "time_zone": _time_zone,
    "mail": _mail,
    "mail_from": lambda text: _email(text) if text else "",
    "catalogue": _folder_of_subjects,
    "procedures": _folder_of_procedures,
}


# --- What is made --------------------------------------------------------------------------------


def _settings(options: argparse.Namespace) -> dict[str, str]:
    host, _, port = options.mail.partition(":")
    return {
        "PUBLIC_URL": options.url,
        "ALLOWED_HOSTS": urlsplit(options.url).hostname or "",
        "CSRF_TRUSTED_ORIGINS": options.url,
        "TIME_ZONE": options.time_zone,
        "SECURE": "1" if options.url.startswith("https://") else "0",
        "TRUSTED_PROXIES": "1" if options.url.startswith("https://") else "0",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or "587",
        "DEFAULT_FROM_EMAIL": options.mail_from or options.admin_email,
        "BACKUP_DIR": "",
        "BACKUP_HOUR": "2",
        "BACKUP_KEEP": "14",
    }


def _apply(settings: dict[str, str]) -> None:
    """For this process; later ones read the file, which is written when the house is whole."""
    for name, value in settings.items():
        os.environ.setdefault(name, value)


def _written(settings: dict[str, str]) -> str:
    lines = ["# Settings of this house; .env.example explains them. The environment wins."]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in settings.items()), ""])


def _furnish(options: argparse.Namespace, progress: Progress) -> str:
    from django.core.exceptions import ValidationError

    from dothi.accounts import services as accounts
    from dothi.core import clock
    from dothi.core.crypto import services as crypto
    from dothi.core.workdays import services as workdays
    from dothi.datastore.catalogue import services as datasets
    from dothi.feedback import services as feedback
    from dothi.procedures import services as procedures
    from dothi.units import selectors as unit_questions
    from dothi.units import services as unit_verbs
    from dothi.units.models import Unit

    at = clock.now()
    with progress.step("making keys"):
        crypto.make_keys()
    with progress.step("loading the units"):
        try:
            unit_verbs.load_bundle(options.units, at=at)
        except (ValueError, KeyError, OSError, ValidationError, unit_verbs.NotPossible) as error:
            what = f"missing {error}" if isinstance(error, KeyError) else str(error)
            raise CannotWork(f"the units in {options.units} cannot be read: {what}") from error
        try:
            root = unit_questions.root(on=at.date())
        except Unit.DoesNotExist as error:
            raise CannotWork("the units have no root that is in force today.") from error
    with progress.step("seeding the calendar of three years"):
        workdays.seed(years=range(at.year - 1, at.year + 2), at=at)
    with progress.step("loading subjects, routes and time limits"):
        try:
            feedback.load_catalogue(options.catalogue, at=at)
        except feedback.CatalogueError as error:
            raise CannotWork(f"{options.catalogue}: {error}") from error
    with progress.step("loading procedures as drafts"):
        try:
            procedures.load_drafts(options.procedures, at=at)
        except (procedures.Refused, OSError, KeyError) as error:
            raise CannotWork(f"{options.procedures}: {error}") from error
    with progress.step("describing the data of the house"):
        datasets.adopt(at=at)
    with progress.step("making the first administrator"):
        return accounts.first_admin_link(
            username=options.admin,
            full_name=options.admin_name,
            email=options.admin_email,
            unit=root,
            at=at,
        )
