"""What the house writes arrives once, or says that it did not."""

import socketserver
import threading
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings

from dothi.core.notices import jobs, registry, selectors, services
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice
from dothi.core.notices.services import Recipient

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAN = Recipient(channel=Channel.EMAIL, address="lan@example.org")


@pytest.fixture(autouse=True)
def template(settings: Any, tmp_path: Path) -> Generator[None, None, None]:
    folder = tmp_path / "notices"
    folder.mkdir()
    (folder / "test.hello.vi.txt").write_text(
        "Chào {{ who }}\n\nViệc {{ code }} đã xong.\n", "utf-8"
    )
    (folder / "test.hello.en.txt").write_text("Hello {{ who }}\n\n{{ code }} is done.\n", "utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.KEYS = tmp_path / "keys"
    registry.register(registry.Template(code="test.hello", title="Hello", topic="news"))
    yield
    del registry.templates["test.hello"]


def write(dedupe: str = "1", to: Recipient = LAN, at: datetime = NOON) -> Notice | None:
    return services.send(
        template="test.hello", to=to, context={"who": "Lan", "code": "PA-1"}, at=at, dedupe=dedupe
    )


def smtp(port: int) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_USE_TLS=False,
    )


def the_notice() -> Notice:
    return Notice.objects.get()


def test_a_notice_goes_out_once_in_the_language_of_the_reader() -> None:
    write()
    write()
    assert services.send_due(at=NOON) == 1
    assert services.send_due(at=NOON) == 0
    [message] = mail.outbox
    assert message.subject == "Chào Lan"
    assert message.body.startswith("Việc PA-1 đã xong.")
    assert the_notice().state == State.SENT


def test_no_address_and_no_text_lies_open_in_the_table() -> None:
    write()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(n)::text from core_notices_notice n")
        row = cursor.fetchone()
    assert row is not None
    assert "lan@example.org" not in row[0]
    assert "PA-1" not in row[0]


def test_who_unsubscribed_hears_no_more() -> None:
    write()
    services.send_due(at=NOON)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert services.unsubscribe(token=token, at=NOON) == "news"
    assert write("2") is None


def test_a_page_message_is_there_at_once() -> None:
    write(to=Recipient(channel=Channel.IN_APP, address="user:7", language="en"))
    [notice] = selectors.in_app("user:7")
    assert notice.subject == "Hello Lan"
    assert not selectors.in_app("user:8").exists()


def test_a_sender_that_died_leaves_an_unknown_outcome() -> None:
    write()
    Notice.objects.update(state=State.SENDING, next_try_at=NOON + timedelta(minutes=10))
    services.send_due(at=NOON + timedelta(minutes=11))
    assert the_notice().state == State.UNKNOWN
    assert list(selectors.stuck()) == [the_notice()]
    assert services.send_again(the_notice(), at=NOON)
    services.send_due(at=NOON)
    assert the_notice().state == State.SENT


def test_a_dead_mail_server_is_tried_again_and_given_up() -> None:
    write()
    at = NOON
    with smtp(1):
        for _ in range(10):
            services.send_due(at=at)
            at = the_notice().next_try_at
    assert the_notice().state == State.FAILED
    assert the_notice().attempts == 6


def test_a_real_mail_server_gets_the_message() -> None:
    write()
    with MailServer() as (port, received), smtp(port):
        assert services.send_due(at=NOON) == 1
    whole = b"".join(received)
    assert b"List-Unsubscribe-Post" in whole
    assert b"rcpt TO:<lan@example.org>" in whole


def test_an_address_that_is_refused_is_not_tried_again() -> None:
    write()
    with MailServer(rcpt=b"550 nobody here") as (port, _), smtp(port):
        services.send_due(at=NOON)
    assert (the_notice().state, the_notice().attempts) == (State.FAILED, 1)
    assert "550" in the_notice().error
    assert "lan" not in the_notice().error, "the log names nobody"


def test_a_server_that_asks_to_come_back_is_asked_again() -> None:
    """Many servers turn every new sender away once (greylisting)."""
    write()
    with MailServer(rcpt=b"450 come back later") as (port, _), smtp(port):
        services.send_due(at=NOON)
    assert (the_notice().state, the_notice().attempts) == (State.QUEUED, 1)
    with MailServer() as (port, _), smtp(port):
        assert services.send_due(at=the_notice().next_try_at) == 1
    assert the_notice().state == State.SENT


@pytest.mark.parametrize(
    ("answer", "state"),
    [(b"554 looks like junk", State.FAILED), (b"452 disk is full", State.QUEUED)],
)
def test_what_a_server_says_of_the_text_decides(answer: bytes, state: State) -> None:
    write()
    with MailServer(text=answer) as (port, _), smtp(port):
        services.send_due(at=NOON)
    assert the_notice().state == state


def test_when_no_answer_comes_after_the_text_nobody_claims_to_know() -> None:
    """It may have arrived, so it is not sent twice by a machine: a person decides."""
    write()
    with MailServer(text=b"") as (port, received), smtp(port):
        services.send_due(at=NOON)
        assert b"Subject" in b"".join(received)
        assert services.send_due(at=NOON + timedelta(days=1)) == 0
    assert (the_notice().state, the_notice().attempts) == (State.UNKNOWN, 1)
    assert list(selectors.stuck()) == [the_notice()]


def test_a_line_that_breaks_before_the_text_is_tried_again() -> None:
    write()
    with MailServer(rcpt=b"") as (port, _), smtp(port):
        services.send_due(at=NOON)
    assert the_notice().state == State.QUEUED


BAD = ["no address", "a@b\nBcc: all@example.org", "ở-nhà@example.org"]


@pytest.mark.parametrize("address", BAD)
def test_an_address_that_is_none_stops_nobody_behind_it(address: str) -> None:
    write("1", Recipient(channel=Channel.EMAIL, address=address))
    write("2", at=NOON + timedelta(seconds=1))
    with MailServer() as (port, received), smtp(port):
        services.send_due(at=NOON + timedelta(minutes=1))
    states = list(Notice.objects.order_by("id").values_list("state", flat=True))
    assert states[1] == State.SENT
    assert states[0] in {State.FAILED, State.SENT}
    assert b"RCPT TO:<all@example.org>" not in b"".join(received).upper()


def test_a_name_is_written_as_it_is_spelled() -> None:
    services.send(
        template="test.hello", to=LAN, context={"who": "Lan & Bé", "code": "<1>"}, at=NOON,
        dedupe="1",
    )  # fmt: skip
    assert the_notice().subject == "Chào Lan & Bé"
    assert "<1>" in the_notice().text


def test_a_lost_worker_holds_no_mail_back() -> None:
    """Who sends takes each notice by itself: a job that never ended must not lock the others."""
    assert jobs.send_due.lock is None


class MailServer:
    """A mail server on loopback that speaks SMTP (RFC 5321) and keeps what it hears.

    `rcpt` and `text` are its answers to an address and to a message; an empty one hangs up.
    """

    def __init__(self, *, rcpt: bytes = b"250 ok", text: bytes = b"250 kept") -> None:
        received: list[bytes] = []
        self.received = received

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 test\r\n")
                in_data = False
                for line in self.rfile:
                    received.append(line)
                    verb = line.strip().upper()
                    if in_data:
                        if line != b".\r\n":
                            continue
                        in_data, answer = False, text
                    elif verb.startswith(b"RCPT"):
                        answer = rcpt
                    elif verb == b"DATA":
                        in_data, answer = True, b"354 go"
                    else:
                        answer = b"221 bye" if verb == b"QUIT" else b"250 ok"
                    if not answer:
                        return
                    self.wfile.write(answer + b"\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def __enter__(self) -> tuple[int, list[bytes]]:
        self.thread.start()
        return self.server.server_address[1], self.received

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
