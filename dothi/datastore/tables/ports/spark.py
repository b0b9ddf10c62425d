"""A cluster behind Spark Connect: Apache Spark, or Sail, which speaks the same.

The packages of its client are in `requirements/spark.txt` and are imported when a house names a
cluster. The cluster reads the files of the store by their paths: every machine of it must see the
folder of the store under the same name.
"""

import re
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from dothi.datastore.tables.rules.columns import Columns

SCHEME = "sc://"
PORT = 15002
PATIENCE = 5.0  # Seconds until a machine that does not answer is away.
SETTINGS = {
    # Moments are moments: what they look like in some place is no business of the cluster.
    "spark.sql.session.timeZone": "UTC",
    # Files of the house are in the calendar of today, back to the year 1.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
}
_sessions: dict[str, Any] = {}
_lock = threading.Lock()

Sources = Mapping[str, tuple[Sequence[str], Columns]]
Rows = Mapping[str, pa.Table]


class EngineAway(Exception):
    """The engine of the store gave no answer; the text says what to do."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"The store's engine at {shown(address)} {why}")


def shown(address: str) -> str:
    """An address without what may be secret in it."""
    host, port = place(address)
    return f"{SCHEME}{host}:{port}"


def place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or PORT


def own_name(name: str) -> str:
    """A name of a table that no other question of the session has."""
    return f"{re.sub(r'[^a-z0-9_]', '_', name)}_{uuid.uuid4().hex}"


def answer(address: str, question: str, sources: Sources, rows: Rows, *, seconds: int) -> pa.Table:
    """The answer to SQL over tables that stand for Parquet files or for rows.

    Nothing is written, so what was broken off is asked once more, in a new session: a server that
    was started anew knows none of the old ones.

    Raises:
        EngineAway: see there.
    """
    session(address)  # Says what is missing before anything of the client is imported.
    from pyspark.errors import AnalysisException, PySparkException

    for again in (False, True):
        found = session(address)
        try:
            with _limited(found, address, seconds):
                return _asked(found, question, sources, rows)
        except AnalysisException:
            raise  # The question is wrong, and will be so again.
        except PySparkException as error:
            forget(address, found)
            if again:
                raise EngineAway(address, f"gave up: {_first_line(error)}") from error
    raise AssertionError("unreachable")


def _asked(asked: Any, question: str, sources: Sources, rows: Rows) -> pa.Table:
    try:
        for name, (files, columns) in sources.items():
            shape = ", ".join(f"`{one.name}` {one.type}" for one in columns)
            read = asked.read.schema(shape).parquet(*files) if files else _empty(asked, shape)
            read.createOrReplaceTempView(name)
        for name, given in rows.items():
            asked.createDataFrame(given).createOrReplaceTempView(name)
        return asked.sql(question).toArrow()
    finally:
        for name in (*sources, *rows):
            asked.catalog.dropTempView(name)


def _empty(asked: Any, shape: str) -> Any:
    return asked.createDataFrame([], shape)


@contextmanager
def _limited(asked: Any, address: str, seconds: int) -> Iterator[None]:
    """Break a question off after some time: a cluster without workers would wait for ever."""
    tag = uuid.uuid4().hex
    over = threading.Event()

    def stop() -> None:
        over.set()
        asked.interruptTag(tag)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    asked.addTag(tag)
    timer.start()
    try:
        yield
    except Exception as error:
        if over.is_set():
            raise EngineAway(
                address, f"gave no answer in {seconds} seconds; see whether its workers run."
            ) from error
        raise
    finally:
        timer.cancel()
        asked.removeTag(tag)


def session(address: str) -> Any:
    """The session of this process with a cluster.

    Raises:
        EngineAway: it cannot be reached, or its client is not installed.
    """
    with _lock:
        if address not in _sessions:
            probe(address)
            _sessions[address] = _opened(address)
        return _sessions[address]


def probe(address: str) -> None:
    """See that somebody listens there. The client itself would try for ten minutes.

    Raises:
        EngineAway: nobody does.
    """
    try:
        with socket.create_connection(place(address), timeout=PATIENCE):
            return
    except OSError as error:
        raise EngineAway(
            address, "cannot be reached: start it, or set STORE_ENGINE to duckdb://"
        ) from error


def _opened(address: str) -> Any:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client.core import DefaultChannelBuilder
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineAway(
            address,
            "needs packages that are not installed: run `make setup-spark`, "
            "or set STORE_ENGINE to duckdb://",
        ) from error
    # Without a pool of its own, a new session inherits the pause that gRPC takes from a server that
    # was away: two minutes in which one that is back counts as gone.
    channel = DefaultChannelBuilder(address, [("grpc.use_local_subchannel_pool", 1)])
    try:
        opened = SparkSession.builder.channelBuilder(channel).create()
        # A question waits for a server that stumbles, but not for one that is gone.
        opened.client.set_retry_policies([DefaultPolicy(max_retries=4, max_backoff=1000)])
        for name, value in SETTINGS.items():
            opened.conf.set(name, value)
    except PySparkException as error:
        raise EngineAway(address, f"does not speak Spark Connect: {_first_line(error)}") from error
    return opened


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def forget(address: str, broken: Any) -> None:
    """Open a new session for the next question, unless somebody has done so already."""
    with _lock:
        if _sessions.get(address) is broken:
            del _sessions[address]
