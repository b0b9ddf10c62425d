"""What loses rows silently is refused wherever it is written, and the check can fail."""

import pytest

from tools.tree import loses_rows, reading_with_losses, tracked


@pytest.mark.parametrize(
    "written",
    [
        'ask("select * from read_csv(?, strict_mode=false)")',
        "ask(f\"select * from read_csv('{path}', null_padding = true, header=true)\")",
        "ask(\"copy t from 'x.csv' (IGNORE_ERRORS TRUE)\")",
        "duckdb.read_csv(path, ignore_errors=True)",
        "connection.read_csv(path, strict_mode=False)",
        "connection.read_csv(path, null_padding=lenient)",
        'options = {"strict_mode": False}',
        'options = {"ignore_errors": True, "header": True}',
    ],
)
def test_reading_that_loses_rows_is_refused(written: str) -> None:
    assert list(loses_rows("some.py", written))


@pytest.mark.parametrize(
    "written",
    [
        'ask("select * from read_csv(?, strict_mode=true, ignore_errors=false)")',
        "shutil.rmtree(folder, ignore_errors=True)",
        "connection.read_csv(path, strict_mode=True, null_padding=False)",
        '"""Never say strict_mode=false."""\n',
    ],
)
def test_strict_reading_is_let_be(written: str) -> None:
    assert not list(loses_rows("some.py", written))


def test_nothing_in_the_house_reads_so() -> None:
    assert not list(reading_with_losses(tracked()))
