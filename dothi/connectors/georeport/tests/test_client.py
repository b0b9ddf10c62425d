"""The endpoint of another city, played by a server on this machine."""

import json
import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from dothi.connectors.georeport import NotReached, records

Answer = tuple[int, dict[str, str], bytes]


class Played:
    """A server whose answers a test writes; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[str, int], Answer] = lambda path, page: (200, {}, b"[]")
        played = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                played.asked.append(self.path)
                page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
                status, headers, body = played.answer(self.path, page)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def played() -> Generator[Played, None, None]:
    played = Played()
    thread = threading.Thread(target=played.server.serve_forever, daemon=True)
    thread.start()
    yield played
    played.server.shutdown()
    played.server.server_close()
    thread.join()


def rows(*numbers: int) -> bytes:
    return json.dumps([{"service_request_id": n} for n in numbers]).encode()


def numbers(url: str) -> list[str]:
    return [raw.first("service_request_id") for raw in records(url, timeout=5)]


def test_an_endpoint_is_asked_page_by_page_until_one_is_empty(played: Played) -> None:
    pages = {1: rows(1, 2), 2: rows(3, 4), 3: rows(5)}
    played.answer = lambda path, page: (200, {}, pages.get(page, b"[]"))
    assert numbers(played.url("/v2/requests.json?status=open")) == ["1", "2", "3", "4", "5"]
    assert len(played.asked) == 4
    assert all("status=open" in asked for asked in played.asked)


def test_an_endpoint_that_does_not_know_pages_is_left_after_the_second(played: Played) -> None:
    played.answer = lambda path, page: (200, {}, rows(1, 2))
    assert numbers(played.url("/requests.json")) == ["1", "2", "1", "2"]
    assert len(played.asked) == 2


def test_a_next_page_that_the_answer_names_is_followed(played: Played) -> None:
    def answer(path: str, page: int) -> Answer:
        if "after" in path:
            return 200, {}, rows(3)
        return 200, {"Link": '</feed?after=2>; rel="next"'}, rows(1, 2)

    played.answer = answer
    assert numbers(played.url("/feed")) == ["1", "2", "3"]


def test_any_other_address_is_one_file(played: Played) -> None:
    played.answer = lambda path, page: (200, {}, b'{"requests": ' + rows(7) + b"}")
    assert numbers(played.url("/export.json")) == ["7"]
    assert len(played.asked) == 1


def test_xml_is_read_as_well(played: Played) -> None:
    one = b"<request><service_request_id>9</service_request_id></request>"
    text = b"<service_requests>" + one + b"</service_requests>"
    played.answer = lambda path, page: (200, {}, text if page == 1 else b"<service_requests/>")
    assert numbers(played.url("/requests.xml")) == ["9"]


def test_an_error_says_which_address_and_what(played: Played) -> None:
    played.answer = lambda path, page: (503, {}, b"")
    with pytest.raises(NotReached, match="503"):
        numbers(played.url("/requests.json"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://127.0.0.1:9/"])
def test_what_is_not_the_web_or_not_there_is_refused(url: str) -> None:
    with pytest.raises(NotReached):
        numbers(url)
