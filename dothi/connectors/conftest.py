"""What every connector is tried with: a folder, a moment, this machine as the only host."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.connectors import web
from dothi.core import clock
from dothi.datastore.sources.ports import Asked

Ask = Callable[..., Asked]


@pytest.fixture(autouse=True)
def loopback(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    settings.DROP = tmp_path / "drop"
    (tmp_path / "drop").mkdir()
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """One try, ten minutes from now: files of the test are long whole by then."""

    def asked(
        position: Mapping[str, Any] | None = None, secrets: Mapping[str, str] | None = None,
        at: datetime | None = None, rows_at_most: int | None = None, **settings: str,
    ) -> Asked:  # fmt: skip
        folder = tmp_path / "fetching"
        folder.mkdir(exist_ok=True)
        return Asked(
            dataset="muc-nuoc", settings=settings, secrets=secrets or {}, position=position or {},
            folder=folder, at=at or clock.now() + timedelta(minutes=10), rows_at_most=rows_at_most,
        )  # fmt: skip

    return asked
