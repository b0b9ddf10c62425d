"""Where a house keeps its things, and the environment its programs run in."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = "house.env"
SAMPLE_SETTINGS = "demo.env"


@dataclass(frozen=True)
class House:
    """The folder of one house: database, files, keys, logs and its settings."""

    var: Path

    @property
    def settings_file(self) -> Path:
        return self.var / SETTINGS

    @property
    def keys(self) -> Path:
        named = self.setting("DOTHI_KEYS")
        return Path(named).expanduser().resolve() if named else self.var / "keys"

    @property
    def store(self) -> Path:
        """The tables of the data store."""
        named = self.setting("DOTHI_STORE")
        return Path(named).expanduser().resolve() if named else self.var / "store"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    def make(self) -> None:
        """Make the folders. What is private is private from the beginning."""
        self.var.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, mode in (("files", 0o700), ("log", 0o700), ("static", 0o755)):
            (self.var / name).mkdir(exist_ok=True, mode=mode)

    @property
    def sample_file(self) -> Path:
        """What a sample house remembers of itself: its city and its time zone."""
        return self.var / SAMPLE_SETTINGS

    def settings(self) -> dict[str, str]:
        """What `dothi init` wrote, or what the sample remembers; the environment wins over it."""
        file = self.settings_file if self.settings_file.exists() else self.sample_file
        if not file.exists():
            return {}
        lines = file.read_text("utf-8").splitlines()
        pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        return {name.strip(): value.strip() for name, value in pairs}

    def environment(self, *, database_url: str, demo: bool) -> dict[str, str]:
        """The environment of the programs of this house."""
        return {
            **self.settings(),
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dothi.config.settings",
            "DOTHI_VAR": str(self.var),
            "DATABASE_URL": database_url,
            "DOTHI_DEMO": "1" if demo else "0",
            "SECRET_KEY": self.secret_key(),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }

    def setting(self, name: str) -> str:
        """One setting, from the environment or from the file of the house."""
        return os.environ.get(name, "").strip() or self.settings().get(name, "")

    def secret_key(self) -> str:
        """Django's key."""
        return os.environ.get("SECRET_KEY") or self.secret("secret.key")

    def secret(self, name: str) -> str:
        """A secret in a file of the keys' folder, made at first use."""
        path = self.keys / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text("utf-8").strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)


def house() -> House:
    """The house of this checkout, or the one that DOTHI_VAR names."""
    named = os.environ.get("DOTHI_VAR")
    return House(Path(named).expanduser().resolve() if named else ROOT / "var")
