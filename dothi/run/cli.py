"""The command line of the house.

Every command says what it does in one sentence, and what went wrong in one sentence with a way
out; it ends with 0, with 1 when it found something wrong, or with 2 when it could not work.
"""

import argparse
import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable

from dothi.run import commands
from dothi.run.demo.cities import CITIES, folder_of
from dothi.run.house import house
from dothi.run.process import CannotStart, Stopped, stop_on_signals
from dothi.run.words import CannotWork

Command = Callable[[argparse.Namespace], int]
FULL = 20 * 1024 * 1024  # With less room a disk counts as full.


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Some terminals cannot show Vietnamese letters.
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    if city := getattr(options, "city", ""):
        os.environ.setdefault("DOTHI_VAR", str(folder_of(city)))
    stop_on_signals()
    try:
        code = int(options.command(options))
        sys.stdout.flush()
        return code
    except (CannotWork, CannotStart) as error:
        return _sorry(str(error))
    except Stopped:
        return 130
    except BrokenPipeError:
        return _unheard()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        return _sorry(sentence)


def _sorry(sentence: str) -> int:
    print(f"dothi: {sentence}", file=sys.stderr)
    return 2


def _unheard() -> int:
    """Who read our words went away (`… | head`): end as other programs do, without a word."""
    # What still waits to be written goes nowhere, or Python would complain at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _sentence(error: Exception) -> str | None:
    """What the machine, not the program, is to blame for; None for faults of our own."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError
    from psycopg import Error as DriverError

    is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    if is_full or _is_disk_full():
        return (
            f"the disk is full: make room at {house().var}, or set DOTHI_VAR to a folder on "
            "another disk, and run the command again."
        )
    match error:
        case PermissionError() | OSError(errno=errno.EROFS):
            return (
                f"{error.filename or house().var} cannot be written or read by "
                "this user: run the command as its owner, or set DOTHI_VAR to a folder of your own."
            )
        case ImproperlyConfigured():
            return str(error)
        case DatabaseError() | DriverError():
            what = str(error).strip().splitlines() or [type(error).__name__]
            return f"the database said: {what[0]}. `bin/dothi doctor` says more."
    return None


def _is_disk_full() -> bool:
    try:
        return shutil.disk_usage(house().var).free < FULL
    except OSError:
        return False


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="dothi", description="Run a house of dothi. / Điều hành một ngôi nhà dothi."
    )
    verbs = whole.add_subparsers(required=True, metavar="command")
    _demo(verbs)
    _house(verbs)
    _care(verbs)
    _import(verbs)
    _export(verbs)
    return whole


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    summary: str,
    more: str = "",
) -> argparse.ArgumentParser:
    """One command: what it does in a sentence, and more of it in its own help."""
    verb = verbs.add_parser(name, help=summary, description=f"{summary} {more}".strip())
    verb.set_defaults(command=command)
    return verb


def _demo(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = _add(verbs, "demo", commands.demo, "Run a house with sample data. / Chạy bản mẫu.")
    _port(verb)
    verb.add_argument("--fresh", action="store_true", help="throw the sample data away first")
    _city(verb)
    verb.add_argument(
        "--timezone", default="", metavar="ZONE", help="of the house, for example Europe/Paris"
    )
    verb.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parts = verb.add_subparsers(metavar="part")
    code = _add(parts, "code", commands.demo_code, "Print the second step of a sample person.")
    code.add_argument("name", help="sign-in name, for example lan.tran")


def _city(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--city", default="", choices=sorted(CITIES),
        help="the sample house of another city, in a folder of its own",
    )  # fmt: skip


def _house(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = _add(
        verbs, "init", commands.init,
        "Make an empty house for real use. / Lập một ngôi nhà mới.",
        "What is needed and not given is asked for at a terminal.",
    )  # fmt: skip
    verb.add_argument("--units", help="folder with units.csv and bundle.json, as in starter/units")
    verb.add_argument("--url", help="public address, https://…")
    verb.add_argument("--admin", help="sign-in name of the first administrator")
    verb.add_argument("--admin-name", help="full name of the first administrator")
    verb.add_argument("--admin-email", help="where the first administrator gets mail")
    verb.add_argument(
        "--catalogue", default="",
        help="folder with subjects, routes, limits and figures; starter/feedback when not given",
    )  # fmt: skip
    verb.add_argument(
        "--procedures", default="",
        help="folder with procedures, taken over as drafts; starter/procedures when not given",
    )  # fmt: skip
    verb.add_argument("--time-zone", default="Asia/Ho_Chi_Minh", help="%(default)s")
    verb.add_argument("--mail", default="", help="smtp host:port; empty: messages go to files")
    verb.add_argument("--mail-from", default="", help="sender; the administrator when not given")
    verb = _add(verbs, "up", commands.up, "Run the house. / Chạy ngôi nhà.")
    verb.add_argument(
        "--host", default="127.0.0.1", help="%(default)s: a proxy with TLS stands before it"
    )
    _port(verb)
    verb.add_argument("--web", type=_from_one, default=1, help="web processes, %(default)s")
    verb.add_argument("--systemd", action="store_true", help="print a systemd unit and stop")
    verb = _add(
        verbs, "work", commands.work, "Run one more worker for a house that is up.",
        "On another machine: DATABASE_URL, and a copy of var/keys.",
    )  # fmt: skip
    verb.add_argument("--as-child", action="store_true", help=argparse.SUPPRESS)
    _add(
        verbs, "migrate", commands.migrate, "Bring the database to this version.",
        "`dothi up` does it by itself, after a backup.",
    )  # fmt: skip


def _port(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or 8000, help="%(default)s (PORT)"
    )


def _from_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1")
    return int(text)


def _care(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add(verbs, "doctor", commands.doctor, "Say what is missing and how to get it.")
    verb = _add(verbs, "backup", commands.backup, "Back up database, files and settings.")
    verb.add_argument("folder", help="a new folder")
    verb.add_argument("--with-keys", metavar="FILE", help="put the keys into this file, apart")
    verb = _add(verbs, "restore", commands.restore, "Restore a backup into an empty house.")
    verb.add_argument("folder", help="what `dothi backup` wrote")
    verb.add_argument("--keys", metavar="FILE", help="the keys that were backed up apart")
    audit = verbs.add_parser("audit", help="Check the audit trail.")
    parts = audit.add_subparsers(required=True, metavar="part")
    _add(parts, "verify", commands.audit_verify, "Find altered, missing and inserted rows.")
    signatures = verbs.add_parser("signatures", help="Check what applicants signed.")
    parts = signatures.add_subparsers(required=True, metavar="part")
    _add(
        parts, "verify", commands.signatures_verify,
        "Find dossiers whose answers, people or files are not as they were signed.",
    )  # fmt: skip
    keys = verbs.add_parser("keys", help="Care for the keys.")
    parts = keys.add_subparsers(required=True, metavar="part")
    _add(parts, "rotate", commands.keys_rotate, "Make a new key and bring every value to it.")
    brought = _add(
        parts, "import-signer", commands.keys_import_signer,
        "Bring in the key with which a post signs papers.",
    )  # fmt: skip
    brought.add_argument("file", help="PKCS#12 (.p12, .pfx) of a recognised authority")
    brought.add_argument(
        "--password-file", metavar="FILE", help="its password; asked for at a terminal"
    )
    _post(brought)
    made = _add(
        parts, "make-signer", commands.keys_make_signer,
        "Certify a post by this house itself: for trying, nobody outside trusts it.",
    )  # fmt: skip
    _post(made)


def _post(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--unit", required=True, help="code of the unit, for example 27238")
    verb.add_argument("--role", default="leader", help="role of the post, %(default)s")
    verb.add_argument("--post", default="", help="as papers name it; that of who holds it now")
    verb.add_argument("--agency", default="", help="as papers name it; the unit when not given")


def _import(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("import", help="Bring in units, staff and reports.")
    parts = verb.add_subparsers(required=True, metavar="what")
    units = _add(parts, "units", commands.import_units, "Boundaries from a GeoJSON file.")
    units.add_argument("file", help="GeoJSON in WGS 84; features carry the code of their unit")
    units.add_argument("--on", default="", help="first day on which they hold, YYYY-MM-DD")
    units.add_argument("--provenance", default="", help="where the lines come from")
    units.add_argument("--licence", default="", help="what may be done with them")
    staff = _add(parts, "staff", commands.import_staff, "Staff from a CSV file.")
    staff.add_argument("file", help="UTF-8, columns as in demo/staff.csv")
    staff.add_argument("--preview", action="store_true", help="say what would happen")
    hotline = _add(parts, "hotline", commands.import_hotline, "Items of 1022 from CSV or XLSX.")
    hotline.add_argument("file")
    hotline.add_argument("--preview", action="store_true", help="say what would happen")
    _open311(parts)


def _open311(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = _add(
        parts, "open311", commands.import_open311,
        "Reports of another system, from a file or an address (GeoReport v2, JSON or XML).",
        "docs/howto/import.md says more.",
    )  # fmt: skip
    verb.add_argument("file", help="a file, or http(s)://…/requests.json")
    verb.add_argument("--services", default="", metavar="CSV", help="service_code,category")
    verb.add_argument(
        "--make-missing", action="store_true", help="make a subject for each unknown service"
    )
    verb.add_argument(
        "--public", action="store_true", help="their words are public there, and here too"
    )
    verb.add_argument("--source", default="", help="whose numbers these are; else the host")
    verb.add_argument("--language", default="vi", choices=("vi", "en"), help="of their words")
    verb.add_argument("--preview", action="store_true", help="say what would happen")
    _city(verb)


def _export(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("export", help="Hand out files.")
    parts = verb.add_subparsers(required=True, metavar="what")
    hotline = _add(parts, "hotline", commands.export_hotline, "Results for 1022, CSV or XLSX.")
    hotline.add_argument("file", help="….csv or ….xlsx; must not exist")
    hotline.add_argument("--since", default="", help="first day of the end, YYYY-MM-DD")
    hotline.add_argument("--all", action="store_true", help="also what was delivered before")
    hotline.add_argument("--keep", action="store_true", help="do not mark as delivered")
