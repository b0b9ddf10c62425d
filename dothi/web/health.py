"""Is the house alive, is it ready, and how is it doing? Asked by machines.

These doors are answered before everything else: whoever asks for them names this machine, not the
public address, and they must answer when other parts do not.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from dothi.core import clock
from dothi.core.events import selectors as events
from dothi.core.house import Standing, standing

WORKER_SILENT = timedelta(seconds=45)
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
# What proxies add. A request that has one of them did not begin on this machine.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via",
             "X-Real-Ip")  # fmt: skip
View = Callable[[HttpRequest], HttpResponse]
_migrated = False


class HealthMiddleware:
    """Answers the three doors; everything else goes on."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door = DOORS.get(request.path_info)
        if door is None:
            return self.get_response(request)
        response = door(request)
        response["Cache-Control"] = "no-store"
        return response


def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def missing() -> list[str]:
    """The parts that are not up, for people; machines ask `/readyz`."""
    return [name for name, is_up in dict(_parts()).items() if not is_up]


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all parts are up, else 503 with what is missing."""
    parts = dict(_parts())
    missing = [name for name, is_up in parts.items() if not is_up]
    answer = {
        "ready": not missing,
        "missing": missing,
        "parts": {name: "up" if is_up else "missing" for name, is_up in parts.items()},
    }
    return JsonResponse(answer, status=503 if missing else 200)


def _parts() -> Iterator[tuple[str, bool]]:
    """Each part and whether it is up; what cannot be known without the database is left out."""
    yield "files", _can_write(Path(settings.MEDIA_ROOT))
    if not settings.EMAIL_HOST:
        yield "outbox", _can_write(Path(settings.EMAIL_FILE_PATH))
    try:
        with connection.cursor() as cursor:
            what = standing(cursor)
        migrated = _is_migrated()
        beats = migrated and _worker_beats()
    except DatabaseError:
        yield "database", False
        return
    yield "database", True
    yield "migrations", migrated
    yield "worker", beats
    if settings.DEMO:
        yield "sample base", what == Standing.SAMPLE


def _can_write(folder: Path) -> bool:
    """Whether files can be put there, or the folder be made when the first one comes."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(place, os.W_OK | os.X_OK)


def _is_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _worker_beats() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from procrastinate_workers"
            " where last_heartbeat > now() - make_interval(secs => %s))",
            [WORKER_SILENT.total_seconds()],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in the text format of Prometheus (0.0.4), for readers on this machine only."""
    begun_here = request.META.get("REMOTE_ADDR") in LOOPBACK
    if not begun_here or any(name in request.headers for name in FORWARDED):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    figures: dict[str, list[str]] = defaultdict(list)
    for name, labels, value in _figures():
        figures[name].append(f"{name}{labels} {value}")
    lines = [
        line for name, own in figures.items() for line in (f"# TYPE {name} gauge", *own)
    ]  # fmt: skip
    return HttpResponse(
        "\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"
    )


def _figures() -> Iterator[tuple[str, str, Any]]:
    started = time.perf_counter()
    for name, is_up in _parts():
        yield "dothi_up", f'{{part="{name}"}}', int(is_up)
    with connection.cursor() as cursor:
        cursor.execute(
            "select status::text, count(*) from procrastinate_jobs group by 1 order by 1"
        )
        for status, count in cursor.fetchall():
            yield "dothi_jobs", f'{{status="{status}"}}', count
        cursor.execute("select count(*) from core_inbox_duty")
        yield "dothi_open_duties", "", (cursor.fetchone() or [0])[0]
        cursor.execute("select count(*) from core_events_deadletter where fate = 'open'")
        yield "dothi_dead_letters", "", (cursor.fetchone() or [0])[0]
        cursor.execute("select state, count(*) from core_notices_notice group by 1 order by 1")
        for state, count in cursor.fetchall():
            yield "dothi_notices", f'{{state="{state}"}}', count
    held = events.held_back()
    yield "dothi_events_held_back", "", held.events
    yield "dothi_oldest_transaction_seconds", "", round(held.seconds, 3)
    for lag in events.lag():
        yield "dothi_events_waiting", f'{{subscription="{lag.subscription}"}}', lag.waiting
    yield from _backup_figures(clock.now())
    yield "dothi_metrics_seconds", "", round(time.perf_counter() - started, 4)


def _backup_figures(at: datetime) -> Iterator[tuple[str, str, Any]]:
    """How old the last nightly backup is, and whether the last try failed."""
    try:
        state = json.loads((settings.VAR / "backup.json").read_text("utf-8"))
    except (OSError, ValueError):
        return
    if "good_at" in state:
        age = at - datetime.fromisoformat(state["good_at"])
        yield "dothi_backup_age_seconds", "", int(age.total_seconds())
    yield "dothi_backup_failed", "", int("why" in state)


DOORS: dict[str, View] = {"/livez": livez, "/readyz": readyz, "/metrics": metrics}
