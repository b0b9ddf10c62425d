"""What the client makes of answers that are none, and of files on other servers."""

import pytest

from dothi.connectors.national_portal.client import Client, Declined, Unreached
from dothi.connectors.national_portal.fake import Portal
from dothi.connectors.played import Answer, serving


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500), Answer(body=b"<html>"), Answer(value=[]),
        Answer(value={"error_code": "none"}), Answer(status=302, headers={"Location": "/"}),
    ],
)  # fmt: skip
def test_what_is_not_the_portals_own_answer_is_no_answer(answer: Answer) -> None:
    with (
        serving(lambda _: answer) as server,
        Client(server.url, token="t", agency="a") as client,
        pytest.raises(Unreached),
    ):
        client.ask("TraCuuHoSo", {})


def test_another_token_is_not_let_in_and_an_unknown_service_is_declined() -> None:
    with serving(Portal().answer) as server:
        with Client(server.url, token="wrong", agency="a") as client, pytest.raises(Unreached):
            client.ask("TraCuuHoSo", {})
        with (
            Client(server.url, token=Portal().token, agency="a") as client,
            pytest.raises(Declined),
        ):
            client.ask("XoaHoSo", {})


def test_files_are_fetched_from_the_portal_and_from_nobody_else() -> None:
    portal = Portal(files={"/files/1": b"paper"})
    with (
        serving(portal.answer) as server,
        Client(f"{server.url}/api", token=portal.token, agency="a") as client,
    ):
        assert client.file("/files/1") == b"paper"
        for other in ("http://127.0.0.1:1/files/1", "//example.vn/x", "file:///etc/passwd"):
            with pytest.raises(Unreached):
                client.file(other)
