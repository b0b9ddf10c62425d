"""The second line: also without the gate, the process of a question reads nothing but its files."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dothi.datastore.workbench.choices import Fault
from dothi.datastore.workbench.ports import process
from dothi.datastore.workbench.ports.process import Bounds, Ended

BOUNDS = Bounds(seconds=20, rows=10, bytes=100_000, memory_mb=100)


@pytest.fixture(autouse=True)
def none_waits() -> Iterator[None]:
    process._waiting.empty()
    yield
    process._waiting.empty()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table data as select range as a, 'x' || range as b, "
            "timestamptz '2026-01-01 00:00:00+00' as t from range(20000)"
        )
    return path


def ask(question: str, file: Path, bounds: Bounds = BOUNDS) -> list[str]:
    lines = process.ask(question, {"d0": file}, bounds, zone="Asia/Ho_Chi_Minh")
    return [line.decode() for line in lines]


def test_rows_come_as_they_are(file: Path) -> None:
    head, *rows, end = ask("select a, b, t, a as a from d0.main.data order by a desc", file)
    assert '["a", "BIGINT"], ["b", "VARCHAR"]' in head
    assert rows[0] == '[19999, "x19999", "2026-01-01T07:00:00+07", 19999]'
    assert len(rows) == 10
    assert end == '{"end": 10, "more": true}'


def test_no_question_reads_a_file_or_changes_anything(file: Path, tmp_path: Path) -> None:
    """The gate is not asked here."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", "utf-8")
    out = tmp_path / "out.csv"
    for question in (
        f"select * from read_csv('{secret}')",
        f"select * from read_text('{secret}')",
        f"select * from '{secret}'",
        f"select * from glob('{tmp_path}/*')",
        f"copy (select 1) to '{out}'",
        f"attach '{tmp_path / 'other.duckdb'}'",
        "install httpfs",
        "set enable_external_access = true",
        "insert into d0.main.data select * from d0.main.data",
        f"select 1; copy (select 1) to '{out}'",
        "select getenv('HOME')",
        f"select * from query('from read_csv(''{secret}'')')",
        "select * from file",  # A variable of the program is no table.
    ):
        with pytest.raises(Ended) as ended:
            ask(question, file)
        assert ended.value.fault in (Fault.ENGINE, Fault.ONLY_SELECT), question
    assert not out.exists()


def test_it_knows_no_secret_of_the_house(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "nobody reads this")
    asked = process.ask("select count(*) from d0.main.data", {"d0": file}, BOUNDS, zone="UTC")
    next(asked)
    [child] = _children()
    assert b"nobody" not in Path(f"/proc/{child}/environ").read_bytes()
    asked.close()


def test_what_eats_memory_is_ended(file: Path) -> None:
    with pytest.raises(Ended) as ended:
        ask("select x.b, y.b, list(x.b || y.b) from d0.main.data x, d0.main.data y group by all",
            file)  # fmt: skip
    assert ended.value.fault == Fault.MEMORY


def test_what_has_no_end_is_ended(file: Path) -> None:
    endless = "with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r"
    begun = time.monotonic()
    with pytest.raises(Ended) as ended:
        ask(endless, file, Bounds(seconds=1, rows=10, bytes=1000, memory_mb=100))
    assert ended.value.fault == Fault.TIME
    assert time.monotonic() - begun < 5
    process._waiting.empty()
    assert not _children()


def test_what_is_too_large_is_ended(file: Path) -> None:
    with pytest.raises(Ended) as ended:
        ask("select b from d0.main.data", file, Bounds(seconds=9, rows=9999, bytes=999,
                                                       memory_mb=100))  # fmt: skip
    assert ended.value.fault == Fault.SIZE


def test_it_ends_when_it_is_asked_to(file: Path) -> None:
    endless = "with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r"
    lines = process.ask(endless, {"d0": file}, BOUNDS, zone="UTC", cancelled=lambda: True)
    with pytest.raises(Ended) as ended:
        list(lines)
    assert ended.value.fault == Fault.CANCELLED


def test_a_killed_process_is_said_to_be_lost(file: Path) -> None:
    endless = "with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r"
    lines = process.ask(endless, {"d0": file}, BOUNDS, zone="UTC")
    next(lines)
    [child] = _children()
    os.kill(child, signal.SIGKILL)
    with pytest.raises(Ended) as ended:
        list(lines)
    assert ended.value.fault == Fault.LOST


def test_each_question_has_a_process_that_answered_none_before(file: Path) -> None:
    process._waiting.fill()
    used: list[int] = []
    for _number in range(4):
        longest, other = (child.pid for child, _since in process._waiting._held)
        assert {longest, other} == {*_ready()}
        lines = process.ask("select a from d0.main.data", {"d0": file}, BOUNDS, zone="UTC")
        next(lines)
        assert [child.pid for child, _since in process._waiting._held] == [other]
        assert longest not in used
        used.append(longest)
        assert len(list(lines)) == 11
        assert not Path(f"/proc/{longest}").exists(), "it is over with its answer"


def test_who_waits_is_locked_already_and_knows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "nobody reads this")
    process._waiting.fill()
    for child in _ready():
        for _try in range(100):
            limits = Path(f"/proc/{child}/limits").read_text()
            if re.search(r"Max file size +0 +0 ", limits):
                break
            time.sleep(0.05)
        else:
            raise AssertionError(limits)
        assert b"nobody" not in Path(f"/proc/{child}/environ").read_bytes()


def test_who_was_killed_or_waited_too_long_is_given_no_question(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process._waiting.fill()
    first, second = (child.pid for child, _since in process._waiting._held)
    os.kill(first, signal.SIGKILL)
    while not _is_over(first):
        time.sleep(0.01)
    lines = process.ask("select a from d0.main.data", {"d0": file}, BOUNDS, zone="UTC")
    next(lines)
    assert {*_children()} == {second}
    lines.close()
    waited = _ready()
    monkeypatch.setattr(process, "TAKEN", 0)
    lines = process.ask("select a from d0.main.data", {"d0": file}, BOUNDS, zone="UTC")
    next(lines)
    assert not {*waited} & {*_children()}
    lines.close()


def test_who_is_not_needed_leaves_and_so_does_who_lost_its_starter() -> None:
    given, kept_open = os.pipe()
    for seconds, heard in (("0.01", given), ("60", subprocess.DEVNULL)):
        done = subprocess.run(
            [sys.executable, "-I", process.PROGRAM, seconds], stdin=heard, capture_output=True,
            timeout=20, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    os.close(given)
    os.close(kept_open)


def test_who_waits_dies_with_who_started_it() -> None:
    program = (
        "import time; from dothi.datastore.workbench.ports import process;"
        "process._waiting.fill(); print('begun', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"begun\n"
        children = _ready(starter.pid)
        starter.kill()
    for child in children:
        _is_gone(child)


def test_it_dies_with_who_started_it(file: Path) -> None:
    """Killed outright, the starter cannot end it: the process sees it by itself."""
    program = (
        "from pathlib import Path; import sys;"
        "from dothi.datastore.workbench.ports import process;"
        "b = process.Bounds(seconds=60, rows=10, bytes=1000, memory_mb=100);"
        "q = 'with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r';"
        f"a = process.ask(q, {{'d0': Path({str(file)!r})}}, b, zone='UTC');"
        "next(a); print('begun', flush=True); next(a)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"begun\n"
        [child] = _children(starter.pid)
        starter.kill()
    _is_gone(child)


def _is_gone(child: int) -> None:
    for _try in range(50):
        if not Path(f"/proc/{child}").exists() or _is_over(child):
            return
        time.sleep(0.1)
    raise AssertionError("it goes on without its starter")


def _is_over(process_id: int) -> bool:
    """Dead, and not buried yet by whoever inherits it."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _ready(of: int | None = None) -> list[int]:
    """Those that wait, as many as there should be; the system is told their names a little later
    than who started them goes on."""
    for _try in range(100):
        if len(found := _children(of)) == process.READY:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{found} wait")


def _children(of: int | None = None) -> list[int]:
    return list(_started_by(of or os.getpid()))


def _started_by(parent: int) -> Iterator[int]:
    for task in Path(f"/proc/{parent}/task").iterdir():
        for child in (task / "children").read_text().split():
            line = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"query_process" in line and not _is_over(int(child)):
                yield int(child)
