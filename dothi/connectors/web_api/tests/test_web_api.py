"""Records and files behind an HTTP address, played by a real server on this machine."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dothi.connectors import web
from dothi.connectors.conftest import Ask
from dothi.connectors.played import Answer, Request, Server, serving
from dothi.connectors.reading import records
from dothi.connectors.web_api import adapter
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

ROWS = [{"id": n, "at": f"2026-11-{n:02}T08:00:00+07:00", "place": {"name": "Kênh"}}
        for n in range(1, 8)]  # fmt: skip


def by_number(request: Request) -> Answer:
    page = int(request.query.get("page", "1"))
    return Answer(value={"data": {"items": ROWS[3 * page - 3 : 3 * page]}})


def by_offset(request: Request) -> Answer:
    offset = int(request.query["start"])
    return Answer(value=ROWS[offset : offset + int(request.query["limit"])])


def by_cursor(request: Request) -> Answer:
    start = int(request.query.get("after", "0"))
    following = start + 2 if start + 2 < len(ROWS) else None
    return Answer(value={"rows": ROWS[start : start + 2], "meta": {"next": following}})


def by_link(request: Request) -> Answer:
    start = int(request.query.get("s", "0"))
    headers = {"Link": f'</rows?s={start + 4}>; rel="next"'} if start + 4 < len(ROWS) else {}
    return Answer(value=ROWS[start : start + 4], headers=headers)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (by_number, {"paging": "number", "records": "data.items"}),
        (by_offset, {"paging": "offset", "page_parameter": "start", "size_parameter": "limit",
                     "size": "3"}),
        (by_cursor, {"paging": "cursor", "page_parameter": "after", "cursor": "meta.next",
                     "records": "rows"}),
        (by_link, {"paging": "link"}),
    ],
    ids=["number", "offset", "cursor", "link"],
)  # fmt: skip
def test_pages_are_read_to_the_end(
    ask: Ask, answer: Callable[[Request], Answer], said: dict[str, str]
) -> None:
    with serving(answer) as server:
        found = adapter.fetch(ask(address=f"{server.url}/rows?unit=q11", what="records", **said))
    assert [row["id"] for row in records(found)] == [1, 2, 3, 4, 5, 6, 7]
    assert server.asked[0].query["unit"] == "q11", "what stands in the address stays"


def test_only_what_was_said_is_taken_of_a_record(ask: Ask) -> None:
    with serving(lambda _: Answer(body=b'[{"id": 1, "x": 4.60, "place": {"name": "A"}}]')) as it:
        found = adapter.fetch(
            ask(address=it.url, what="records", take="id\nplace.name = Nơi\nx = Mức")
        )
    assert records(found) == [{"id": 1, "Nơi": "A", "Mức": "4.60"}], "numbers keep their digits"


def test_what_is_new_is_asked_for(ask: Ask) -> None:
    def answer(request: Request) -> Answer:
        since = request.query.get("since", "")
        return Answer(value=[row for row in ROWS if str(row["at"]) > since])

    said = {"what": "records", "new_parameter": "since", "new_field": "at"}
    with serving(answer) as server:
        first = adapter.fetch(ask(address=server.url, **said))
        assert first is not None
        assert first.position == {"last": "2026-11-07T08:00:00+07:00"}
        assert adapter.fetch(ask(address=server.url, position=first.position, **said)) is None
        again = adapter.fetch(
            ask(address=server.url, position=first.position, overlap="1440", **said)
        )
        assert [row["id"] for row in records(again)] == [7]
        since = adapter.fetch(ask(address=server.url, position={"since": "2026-11-05"}, **said))
    assert [row["id"] for row in records(since)] == [5, 6, 7]


def test_a_file_is_kept_byte_by_byte(ask: Ask) -> None:
    body = "\ufeffMã;Tên\r\n1;Kênh Tân Hóa\r\n".encode("utf-16")
    with serving(lambda _: Answer(body=body)) as server:
        found = adapter.fetch(ask(address=f"{server.url}/data/nuoc.csv", what="file"))
    assert found is not None
    assert (found.name, found.heads, found.path.read_bytes()) == ("nuoc.csv", None, body)


def test_a_token_goes_to_its_server_and_to_no_other(ask: Ask) -> None:
    with serving(lambda _: Answer(value=[{"id": 1}])) as other:

        def answer(request: Request) -> Answer:
            return Answer(status=302, headers={"Location": f"{other.url}/there"})

        with serving(answer) as server:
            adapter.fetch(
                ask(address=server.url, what="records", header="X-Key", secrets={"token": "s3cret"})
            )
    assert server.asked[0].headers["x-key"] == "s3cret"
    assert "x-key" not in other.asked[0].headers


# --- Bad days -----------------------------------------------------------------------------------


def fails(ask: Ask, server: Server, **settings: str) -> NotFetched:
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=server.url, what="records", **settings))
    return raised.value


def test_an_error_that_passes_is_asked_again_at_once(ask: Ask) -> None:
    answers = [Answer(status=500), Answer(status=503), Answer(value=[{"id": 1}])]
    with serving(lambda _: answers.pop(0)) as server:
        assert len(records(adapter.fetch(ask(address=server.url, what="records")))) == 1


@pytest.mark.parametrize(
    ("status", "fault"), [(500, Fault.STATUS), (401, Fault.DENIED), (404, Fault.STATUS)]
)
def test_an_error_that_stays_is_said(ask: Ask, status: int, fault: Fault) -> None:
    with serving(lambda _: Answer(status=status)) as server:
        assert fails(ask, server).fault == fault


def test_a_page_in_the_middle_that_fails_gives_nothing(ask: Ask) -> None:
    def answer(request: Request) -> Answer:
        return Answer(status=500) if request.query["page"] == "2" else by_number(request)

    with serving(answer) as server:
        assert fails(ask, server, paging="number", records="data.items").fault == Fault.STATUS


def test_pages_that_go_in_a_circle_are_left(ask: Ask) -> None:
    same = Answer(value={"rows": ROWS, "next": "/rows"})
    with serving(lambda _: same) as server:
        fault = fails(ask, server, paging="cursor", cursor="next", records="rows").fault
    assert fault == Fault.LOOP


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<html>", Fault.BROKEN),
        (b'{"rows": 3}', Fault.NO_RECORDS),
        (b"[" * 100_000, Fault.BROKEN),
        (b'{"rows": [1, 2]}', Fault.NO_RECORDS),
    ],
)
def test_an_answer_of_another_kind_is_said(ask: Ask, body: bytes, fault: Fault) -> None:
    with serving(lambda _: Answer(body=body)) as server:
        assert fails(ask, server, records="rows").fault == fault


def test_an_answer_without_end_is_cut_off(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MOST_PAGE", 1000)
    with serving(lambda _: Answer(body=json.dumps(["x" * 2000]).encode())) as server:
        assert fails(ask, server).fault == Fault.TOO_LARGE


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest/meta-data", "http://localhost/", "http://[::1]/",
     "http://127.0.0.1.evil.example/", "http://2130706433/"],
)  # fmt: skip
def test_hosts_that_the_house_does_not_name_are_not_asked(ask: Ask, address: str) -> None:
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=address, what="records"))
    assert raised.value.fault == Fault.NOT_ALLOWED


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "file:///etc/passwd", "//[::1]/"])
def test_a_redirect_leads_nowhere_else(ask: Ask, target: str) -> None:
    with serving(lambda _: Answer(status=302, headers={"Location": target})) as server:
        assert fails(ask, server).fault == Fault.NOT_ALLOWED


def test_a_server_that_is_down_is_said_by_its_host_only(ask: Ask) -> None:
    with serving(lambda _: Answer()) as server:
        url = server.url
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=f"{url}/?key=s3cret", what="records"))
    assert (raised.value.fault, raised.value.facts) == (Fault.UNREACHABLE, {"host": "127.0.0.1"})


@pytest.mark.parametrize(
    "said",
    [
        {"address": "ftp://x/"},
        {"address": "https://me:pw@x/"},
        {"address": "https://x/", "size": "a"},
        {"address": "https://x/", "new_parameter": "since"},
    ],
)
def test_settings_that_cannot_work_are_refused(said: dict[str, Any]) -> None:
    assert adapter.faults(said)
