"""A source is no way into the network of the office."""

import pytest

from dothi.connectors import newer
from dothi.connectors.allowed import names


@pytest.mark.parametrize(
    ("allowed", "host", "port", "is_named"),
    [
        ([], "data.example.vn", 443, False),
        (["data.example.vn"], "data.example.vn", 443, True),
        (["data.example.vn"], "DATA.example.vn.", 8080, True),
        (["data.example.vn"], "evil-data.example.vn", 443, False),
        (["data.example.vn"], "data.example.vn.evil.com", 443, False),
        (["*.example.vn"], "a.b.example.vn", 443, True),
        (["*.example.vn"], "example.vn", 443, False),
        (["*.example.vn"], "notexample.vn", 443, False),
        (["10.0.0.5:5432"], "10.0.0.5", 5432, True),
        (["10.0.0.5:5432"], "10.0.0.5", 22, False),
        (["*"], "anything.vn", 443, False),
    ],
)
def test_only_hosts_that_are_named(
    allowed: list[str], host: str, port: int, is_named: bool
) -> None:
    assert names(allowed, host, port) is is_named


@pytest.mark.parametrize(
    ("position", "overlap", "since"),
    [
        ({}, 5, ""),
        ({"last": "17"}, 0, "17"),
        ({"last": "17"}, 5, "12"),
        ({"last": "2026-11-26T08:00:00+07:00"}, 60, "2026-11-26T07:00:00+07:00"),
        ({"last": "2026-11-26T08:00:00"}, 60, "2026-11-26T07:00:00"),
        ({"since": "2026-01-01"}, 60, "2026-01-01"),
    ],
)
def test_where_a_source_goes_on(position: dict[str, str], overlap: int, since: str) -> None:
    assert newer.since(position, overlap=overlap) == since


def test_numbers_are_compared_as_numbers() -> None:
    newest = newer.Newest("id")
    for value in (9, 10, 2):
        newest.meet(value)
    assert newest.position({}) == {"last": "10"}
