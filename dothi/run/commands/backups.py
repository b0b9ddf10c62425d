"""Backups: written whole or not at all, checked before they fill an empty house."""

import argparse
import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from datetime import datetime
from pathlib import Path

from dothi.core.house import Standing
from dothi.run.checks import alone
from dothi.run.commands import stores
from dothi.run.database import Database, bring_up_to_date, database, use_django
from dothi.run.house import House, house
from dothi.run.postgres import binaries
from dothi.run.words import CannotWork, Progress, say

FORMAT = 1
FILES = ("files", "audit-heads", "house.env")
NIGHTLY = re.compile(r"\d{4}-\d{2}-\d{2}T\d{4}")


def backup(options: argparse.Namespace) -> int:
    """Write database, files and settings into a new folder, with a manifest of checksums."""
    target = Path(options.folder).expanduser().resolve()
    home = house()
    progress = Progress()
    with database(home) as base:
        if base.standing() not in {Standing.HOUSE, Standing.SAMPLE}:
            raise CannotWork("there is no house here to back up.")
        with progress.step("saving database, files and settings"):
            write(home, base, target)
    if options.with_keys:
        with progress.step("saving the keys, apart"):
            keys = Path(options.with_keys).expanduser().resolve()
            if keys.is_relative_to(target):
                raise CannotWork("keys lie apart: name a file outside the backup.")
            _pack(keys, home.keys, tuple(path.name for path in sorted(home.keys.iterdir())))
    say(f"backed up to {target}")
    return 0


def write(home: House, base: Database, target: Path) -> None:
    """Write a backup into a new folder.

    Raises:
        CannotWork: the folder is not empty, or a part could not be saved.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotWork(f"{target} is not empty; a backup goes into a new folder.")
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    try:
        half.mkdir(parents=True, mode=0o700)
        # Rights are given anew by a restore: the role they name may not exist where it fills.
        apart = ["--no-owner", "--no-privileges"]
        with stores.held(base):
            _run([binaries() / "pg_dump", "-Fc", *apart, "-f", half / "database.dump", base.owner])
            stores.pack(half / stores.NAME, home.store)
        _pack(half / "files.tar", home.var, FILES)
        _write_manifest(half)
        if target.exists():
            target.rmdir()
        half.rename(target)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def nightly(home: House, base: Database, *, at: datetime) -> Path:
    """Tonight's backup in BACKUP_DIR; those beyond BACKUP_KEEP are removed. `at` is city time."""
    folder = Path(home.setting("BACKUP_DIR")).expanduser()
    target = folder / f"{at:%Y-%m-%dT%H%M}"
    write(home, base, target)
    old = sorted(path for path in folder.iterdir() if NIGHTLY.fullmatch(path.name))
    for path in old[: -keep(home)]:
        shutil.rmtree(path)
    return target


def keep(home: House) -> int:
    """How many nightly backups are kept."""
    value = home.setting("BACKUP_KEEP") or "14"
    if not value.isdigit() or int(value) < 1:
        raise CannotWork(f"BACKUP_KEEP={value}: write a whole number from 1.")
    return int(value)


def back_up_before_upgrade(home: House, base: Database) -> Path:
    from dothi.core import clock

    folder = Path(home.setting("BACKUP_DIR") or home.var / "backups").expanduser()
    target = folder / f"before-upgrade-{clock.local(clock.now()):%Y-%m-%dT%H%M%S}"
    write(home, base, target)
    return target


def restore(options: argparse.Namespace) -> int:
    """Fill an empty house from a backup.

    Raises:
        CannotWork: the backup is damaged, or the house is not empty.
    """
    source = Path(options.folder).expanduser().resolve()
    keys = Path(options.keys).expanduser().resolve() if options.keys else None
    if keys is not None and not keys.is_file():
        raise CannotWork(f"there is no file {keys}")
    _check_manifest(source)
    home = house()
    progress = Progress()
    with alone(home), database(home) as base:
        if base.standing() != Standing.EMPTY:
            raise CannotWork("there is a house in this database; restore into an empty one.")
        if home.settings_file.exists():
            raise CannotWork(f"there is a house here: {home.settings_file}; restore elsewhere.")
        stores.require_empty(home.store)
        try:
            with progress.step("restoring the database"):
                _fill(base, source / "database.dump")
            with progress.step("restoring files and settings"):
                _unpack(source / "files.tar", home.var)
                stores.unpack(source / stores.NAME, home.store)
            if keys is not None:
                with progress.step("restoring the keys"):
                    _unpack(keys, home.keys)
            use_django(home, base.owner, demo=base.standing() == Standing.SAMPLE)
            with progress.step("bringing the database up to date"):
                bring_up_to_date(home, base)
            with progress.step("building the files that boards read"):
                stores.build()
        except BaseException:
            # Half a house is none: the next try finds an empty one.
            base.empty()
            stores.empty(home.store)
            home.settings_file.unlink(missing_ok=True)
            raise
    if keys is None:
        say(
            f"The keys were not restored: put them into {home.keys}, or what is encrypted stays "
            "closed."
        )
    return 0


def _fill(base: Database, dump: Path) -> None:
    """Play a dump, in one transaction.

    As text, through a sieve: our pg_restore speaks to servers of its own age, and sets what older
    ones (from 15 on) do not know.
    """
    bin = binaries()
    with (
        subprocess.Popen(
            [str(bin / "pg_restore"), "--no-owner", "--no-privileges", "-f", "-", str(dump)],
            stdout=subprocess.PIPE,
        ) as read,
        subprocess.Popen(
            [str(bin / "psql"), "-Xq1", "-vON_ERROR_STOP=1", "-o/dev/null", "-d", base.owner],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as play,
    ):  # fmt: skip
        with contextlib.suppress(BrokenPipeError):
            for line in read.stdout or ():
                if play.stdin and not line.startswith(b"SET transaction_timeout"):
                    play.stdin.write(line)
        if read.stdout:
            read.stdout.close()
        said = play.communicate()[1].decode(errors="replace").strip()
        codes = read.wait(), play.wait()
    if any(codes):
        raise CannotWork(f"the database could not be restored: {said[-400:]}")


def _run(command: list[Path | str]) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotWork(f"{Path(command[0]).name} failed: {done.stderr.strip()[-400:]}")


def _pack(target: Path, folder: Path, names: tuple[str, ...]) -> None:
    half = target.with_name(f"{target.name}.half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    with tarfile.open(half, "w") as archive:
        for name in names:
            if (folder / name).exists():
                archive.add(folder / name, arcname=name)
    half.replace(target)


def _unpack(source: Path, folder: Path) -> None:
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")


def _write_manifest(folder: Path) -> None:
    files = {path.name: _sum(path) for path in sorted(folder.iterdir())}
    text = json.dumps({"format": FORMAT, "files": files}, indent=1)
    (folder / "manifest.json").write_text(text, "utf-8")


def _check_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    if not path.exists():
        raise CannotWork(f"{folder} is no backup: it has no manifest.json.")
    try:
        manifest = json.loads(path.read_text("utf-8"))
        files = dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise CannotWork(f"the backup is damaged: {path.name} cannot be read.") from error
    if manifest.get("format") != FORMAT:
        raise CannotWork("this backup was made by another version of dothi.")
    for name, expected in files.items():
        if not (folder / name).exists() or _sum(folder / name) != expected:
            raise CannotWork(f"the backup is damaged: {name} is not as it was written.")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
