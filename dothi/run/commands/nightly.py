"""The nightly backup of a house that is up: once a night, kept for some nights, failures told.

Runs as a child of `dothi up`, as the owner of the database. A night that was missed is made up for
at the next start.
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dothi.run.commands import backups
from dothi.run.database import Database
from dothi.run.house import House, house, write_private
from dothi.run.words import CannotWork, say

STATE = "backup.json"
AGAIN = timedelta(hours=1)  # After a failure.


def main() -> int:
    """Wait for the hour, back up, tell; until told to stop."""
    import django

    django.setup()
    from dothi.core import clock

    home = house()
    while True:
        at = clock.local(clock.now())
        if at >= due(home, at):
            once(home, at)
        time.sleep(20)


def due(home: House, at: datetime) -> datetime:
    """When the next backup is due, seen from `at` (city time)."""
    state = read_state(home)
    tonight = at.replace(hour=hour(home), minute=0, second=0, microsecond=0)
    last_night = tonight if tonight <= at else tonight - timedelta(days=1)
    good, bad = _moment(state.get("good_at")), _moment(state.get("failed_at"))
    wanted = last_night if good is None or good < last_night else last_night + timedelta(days=1)
    return max(wanted, bad + AGAIN) if bad is not None and bad > (good or bad - AGAIN) else wanted


def hour(home: House) -> int:
    """The hour of the night, in city time."""
    value = home.setting("BACKUP_HOUR") or "2"
    if not value.isdigit() or int(value) > 23:
        raise CannotWork(f"BACKUP_HOUR={value}: write an hour from 0 to 23.")
    return int(value)


def once(home: House, at: datetime) -> bool:
    """Back up now; write down how it went, and tell the administrators when it failed."""
    state = read_state(home)
    try:
        where = backups.nightly(home, Database(os.environ["DATABASE_URL"], embedded=False), at=at)
    except (CannotWork, OSError) as error:
        state |= {"failed_at": at.isoformat(), "why": str(error)}
        say(f"{at:%Y-%m-%d %H:%M} failed: {error}")
        _tell(str(error), at)
    else:
        state = {"good_at": at.isoformat(), "folder": str(where)}
        say(f"{at:%Y-%m-%d %H:%M} backed up to {where}")
    write_private(home.var / STATE, json.dumps(state))
    return "why" not in state


def read_state(home: House) -> dict[str, Any]:
    path: Path = home.var / STATE
    try:
        state = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _tell(why: str, at: datetime) -> None:
    from dothi.accounts import selectors
    from dothi.core.notices import services as notices
    from dothi.core.notices.choices import Channel

    for user in selectors.administrators(on=at.date()):
        notices.send(
            template="backup_failed",
            to=notices.Recipient(channel=Channel.EMAIL, address=user.email),
            context={"why": why, "at": at},
            at=at,
            dedupe=f"backup_failed:{at:%Y-%m-%d}:{user.pk}",
        )


if __name__ == "__main__":
    sys.exit(main())
