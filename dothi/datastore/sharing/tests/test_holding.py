"""Files stay open for a moment, and no longer than they are there."""

import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from dothi.datastore.sharing.services import holding
from dothi.datastore.sharing.services.holding import Holding


def made(path: Path, value: int = 1) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table data as select {value} as n")
    return path


def open_by_us() -> list[str]:
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(one.readlink()))
    return found


def read(open_files: Holding, path: Path) -> int:
    with open_files.connect(path) as connection:
        return int(connection.execute("select n from data").fetchall()[0][0])


def test_a_file_is_opened_once_for_many_readers(tmp_path: Path) -> None:
    open_files, path = Holding(), made(tmp_path / "a.duckdb")
    first, second = open_files.connect(path), open_files.connect(path)
    first.close()
    assert second.execute("select n from data").fetchall() == [(1,)]
    assert open_files.paths == [path]


def test_what_was_removed_is_let_go_and_what_reads_it_goes_on(tmp_path: Path) -> None:
    open_files = Holding()
    gone, other = made(tmp_path / "gone.duckdb"), made(tmp_path / "other.duckdb")
    reader = open_files.connect(gone)
    gone.unlink()
    assert read(open_files, other) == 1
    assert open_files.paths == [other]
    assert reader.execute("select n from data").fetchall() == [(1,)]
    reader.close()
    del reader
    assert not [one for one in open_by_us() if "gone.duckdb" in one]
    with pytest.raises(duckdb.IOException):
        open_files.connect(tmp_path / "never.duckdb")


def test_a_removed_file_is_let_go_also_when_nobody_asks_any_more(tmp_path: Path) -> None:
    open_files, path = Holding(moment=0.05), made(tmp_path / "a.duckdb")
    read(open_files, path)
    until = time.monotonic() + 10
    while open_files.paths or str(path) in open_by_us():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_least_lately_used_makes_room(tmp_path: Path) -> None:
    open_files = Holding()
    paths = [made(tmp_path / f"{n}.duckdb", n) for n in range(holding.MOST + 1)]
    assert [read(open_files, one) for one in (*paths[:-1], paths[0], paths[-1])][-1] == holding.MOST
    assert paths[1] not in open_files.paths
    assert paths[0] in open_files.paths


def test_a_connection_reads_its_file_and_can_do_nothing_else(tmp_path: Path) -> None:
    open_files, path = Holding(), made(tmp_path / "a.duckdb")
    other = made(tmp_path / "b.duckdb")
    with open_files.connect(path) as connection:
        for asked in (
            f"attach '{other}'", "create table x as select 1", "set threads = 1",
            f"select * from read_blob('{other}')", f"copy data to '{tmp_path}/out.csv'",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(asked)
