"""The nightly backup: when it is due, what it keeps, and who hears of a failure."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.core.notices.models import Notice
from dothi.run.commands import backups, nightly
from dothi.run.database import Database
from dothi.run.house import House
from dothi.run.words import CannotWork

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("BACKUP_KEEP", "2")
    made = House(tmp_path / "var")
    made.make()
    return made


def note(home: House, **state: datetime) -> None:
    text = json.dumps({name: at.isoformat() for name, at in state.items()})
    (home.var / nightly.STATE).write_text(text, "utf-8")


def test_a_new_house_is_backed_up_at_once(home: House) -> None:
    assert nightly.due(home, moment(26, 15)) <= moment(26, 15)


def test_after_a_good_night_the_next_one_is_due(home: House) -> None:
    note(home, good_at=moment(26, 2, 1))
    assert nightly.due(home, moment(26, 15)) == moment(27, 2)
    assert nightly.due(home, moment(27, 1, 59)) == moment(27, 2)


def test_a_night_that_was_missed_is_made_up_for(home: House) -> None:
    note(home, good_at=moment(24, 2, 1))
    assert nightly.due(home, moment(26, 15)) <= moment(26, 15)


def test_after_a_failure_it_is_tried_again_an_hour_later(home: House) -> None:
    note(home, good_at=moment(25, 2, 1), failed_at=moment(26, 2, 1))
    assert nightly.due(home, moment(26, 2, 5)) == moment(26, 3, 1)


@pytest.mark.parametrize("hour", ["24", "-1", "two"])
def test_an_hour_that_is_none_is_refused(
    hour: str, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKUP_HOUR", hour)
    with pytest.raises(CannotWork, match="BACKUP_HOUR"):
        nightly.hour(home)


def test_only_the_last_nights_are_kept_and_nothing_else_is_touched(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "write", lambda home, base, target: target.mkdir(parents=True))
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "before-upgrade-2026-11-01T000000").mkdir()
    base = Database("postgresql:///x", embedded=False)
    for day in (24, 25, 26):
        backups.nightly(home, base, at=moment(day, 2))
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "2026-11-25T0200",
        "2026-11-26T0200",
        "before-upgrade-2026-11-01T000000",
    ]


@pytest.mark.django_db
def test_administrators_hear_of_a_failure_once_a_day(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = make_officer(unit=make_root(), role=Role.ADMINISTRATOR)

    def fail(*_: object, **__: object) -> Path:
        raise CannotWork("the disk is full")

    monkeypatch.setattr(backups, "nightly", fail)
    for hour in (2, 3):
        assert not nightly.once(home, moment(26, hour) + timedelta(minutes=1))
    (sent,) = Notice.objects.filter(template="backup_failed")
    assert sent.address == admin.email
    assert "the disk is full" in sent.text
    assert "why" in nightly.read_state(home)
