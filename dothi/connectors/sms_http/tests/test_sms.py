"""Short messages over the wire: taken once, reported, refused; the outbox tells what is known."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dothi.connectors.played import serving
from dothi.connectors.sms_http.adapter import Http
from dothi.connectors.sms_http.fake import Service
from dothi.connectors.sms_http.sandbox import Sandbox
from dothi.core import clock
from dothi.core.notices import ports, registry, selectors, services
from dothi.core.notices.choices import Channel, Hop, State
from dothi.core.notices.models import Notice, WayPoint
from dothi.core.notices.services import Recipient

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=clock.now().tzinfo)
NUMBER = "0901234567"
LAN = Recipient(channel=Channel.SMS, address="+84 901 234 567")
DOOR = "/notices/heard/sms"


@pytest.fixture(autouse=True)
def template(settings: Any, tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "notices"
    folder.mkdir()
    (folder / "test.sms.vi.sms.txt").write_text("Hồ sơ {{ code }} có kết quả.\n", "utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.KEYS = tmp_path / "keys"
    registry.register(registry.Template(code="test.sms", title="Result", topic="own", has_sms=True))
    yield
    del registry.templates["test.sms"]


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    made = Service(token="t-of-the-trial", key="k-of-the-trial")
    with serving(made.answer) as server:
        settings.SMS_URL = f"{server.url}/v1/messages"
        settings.SMS_TOKEN, settings.SMS_SENDER = made.token, "UBND"
        settings.SMS_CALLBACK_KEY, settings.SMS_PRICE = made.key, 350
        yield made


def write(dedupe: str = "1", *, at: datetime = NOON, code: str = "HS-1") -> Notice | None:
    return services.send(
        template="test.sms", to=LAN, context={"code": code}, at=at, dedupe=dedupe,
        about="cases.dossier:HS-1",
    )  # fmt: skip


def the_notice() -> Notice:
    return Notice.objects.get()


def way() -> list[str]:
    return list(WayPoint.objects.order_by("id").values_list("hop", flat=True))


def report(service: Service, *, at: datetime = NOON, **more: Any) -> tuple[bytes, dict[str, str]]:
    said = {"id": the_notice().key, "status": "delivered"} | more
    return service.call(at, reports=[said])


def heard(call: tuple[bytes, dict[str, str]], *, at: datetime = NOON) -> int:
    return services.heard(carrier="sms", body=call[0], headers=call[1], at=at)


# --- The contract, against a server that speaks it ------------------------------------------------


def message(key: str = "K-0", text: str = "Ho so", address: str = NUMBER) -> ports.Message:
    return ports.Message(key=key, address=address, subject="", text=text, at=NOON)


def test_the_same_key_again_is_the_same_message(service: Service) -> None:
    first, again = Http().hand_over(message()), Http().hand_over(message())
    assert first.ref == again.ref
    assert len(service.messages) == 1
    assert (first.segments, first.cost) == (1, 350)


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, ports.Later), (401, ports.Later), (302, ports.Later), (422, ports.Refused),
     (400, ports.Refused), (503, ports.Unknown), (500, ports.Unknown)],
)  # fmt: skip
def test_what_it_answers_says_what_is_to_be_done(
    service: Service, status: int, error: type[Exception]
) -> None:
    service.ill = [status]
    with pytest.raises(error) as raised:
        Http().hand_over(message())
    assert NUMBER not in str(raised.value), "the log names nobody"


def test_a_service_that_is_not_there_is_tried_later(settings: Any) -> None:
    settings.SMS_URL = "http://127.0.0.1:1/v1"
    with pytest.raises(ports.Later):
        Http().hand_over(message())


def test_reports_are_believed_when_signed_and_fresh(service: Service) -> None:
    body, headers = service.call(NOON, reports=[{"id": "K-0", "status": "failed", "reason": "off"}])
    said = Http().heard(body, headers, at=NOON)
    assert said.reports == (
        ports.Report(key="K-0", outcome=ports.Outcome.FAILED, why="off"),
    )  # fmt: skip
    for wrong_body, wrong, at in (
        (body.replace(b"failed", b"others"), headers, NOON),
        (body, headers | {"x-signature": "00"}, NOON),
        (body, headers | {"x-message-id": "another"}, NOON),
        (body, headers | {"x-timestamp": str(int(NOON.timestamp()) + 1)}, NOON),
        (body, {}, NOON),
        (body, headers, NOON + timedelta(minutes=11)),
        (body, headers, NOON - timedelta(minutes=11)),
        service.call(NOON, reports=[{"id": "K-0", "status": "perhaps"}]) + (NOON,),
        service.call(NOON, reports=5) + (NOON,),
    ):
        with pytest.raises(ports.NotGenuine):
            Http().heard(wrong_body, wrong, at=at)


def test_without_a_key_no_report_is_believed(service: Service, settings: Any) -> None:
    settings.SMS_CALLBACK_KEY = service.key = ""
    body, headers = service.call(NOON, reports=[])
    with pytest.raises(ports.NotGenuine):
        Http().heard(body, headers, at=NOON)


# --- The outbox -----------------------------------------------------------------------------------


def test_a_message_goes_out_once_without_marks_and_is_counted(service: Service) -> None:
    write()
    write()
    assert services.send_due(at=NOON) == 1
    assert services.send_due(at=NOON) == 0
    [sent] = service.messages.values()
    assert sent["text"] == "Ho so HS-1 co ket qua."
    assert (sent["to"], sent["from"], sent["encoding"]) == (NUMBER, "UBND", "gsm-7")
    notice = the_notice()
    assert (notice.state, notice.carrier_ref) == (State.ACCEPTED, sent["ref"])
    spent = selectors.spent(Channel.SMS, since=NOON, until=NOON + timedelta(days=1))
    assert (spent.messages, spent.segments, spent.cost) == (1, 1, 350)


def test_with_marks_it_goes_as_it_is_written(service: Service, settings: Any) -> None:
    settings.SMS_PLAIN = False
    write(code="X" * 80)
    services.send_due(at=NOON)
    [sent] = service.messages.values()
    assert sent["text"].startswith("Hồ sơ")
    assert sent["encoding"] == "ucs-2"
    assert (the_notice().segments, the_notice().cost) == (2, 700)


def test_what_became_of_it_stands_step_by_step(service: Service) -> None:
    write()
    services.send_due(at=NOON)
    assert heard(report(service)) == 1
    assert the_notice().state == State.DELIVERED
    assert way() == [Hop.QUEUED, Hop.HANDED_OVER, Hop.ACCEPTED, Hop.DELIVERED]
    heard(report(service, status="failed"))
    assert the_notice().state == State.DELIVERED, "what was delivered did not fail"
    [one] = selectors.ways_about("cases.dossier:HS-1")
    assert [point.hop for point in one.points] == way()


def test_a_report_that_was_overheard_says_nothing_a_second_time(
    service: Service, client: Client
) -> None:
    write()
    services.send_due(at=NOON)
    now = clock.now()
    body, headers = report(service, at=now)

    def post(path: str = DOOR, **more: str) -> int:
        answer = client.post(path, body, content_type="application/json", headers=headers | more)
        return answer.status_code

    assert post(**{"x-signature": "0"}) == 401
    assert post() == 204
    assert post() == 409
    assert post("/notices/heard/nobody") == 404
    assert post("/notices/heard/mail") == 401
    assert way().count(Hop.DELIVERED) == 1


def test_no_answer_is_unknown_and_asked_again_under_the_same_key(service: Service) -> None:
    service.mute = 1
    write()
    assert services.send_due(at=NOON) == 0
    assert way()[-1] == Hop.UNKNOWN
    assert services.send_due(at=the_notice().next_try_at) == 1
    assert (service.asked, len(service.messages)) == (2, 1), "it came once"
    assert the_notice().state == State.ACCEPTED


def test_no_answer_at_all_ends_as_unknown(service: Service) -> None:
    service.mute = 100
    write()
    at = NOON
    for _ in range(12):
        services.send_due(at=at)
        at = max(the_notice().next_try_at, at)
    assert (the_notice().state, the_notice().attempts) == (State.UNKNOWN, 6)
    assert len(service.messages) == 1
    assert heard(report(service)) == 1
    assert the_notice().state == State.DELIVERED, "later it is known after all"


def test_a_sender_that_died_asks_again_under_the_same_key(service: Service) -> None:
    write()
    services.send_due(at=NOON)
    Notice.objects.update(state=State.SENDING, next_try_at=NOON + timedelta(minutes=10))
    services.send_due(at=NOON + timedelta(minutes=11))
    assert len(service.messages) == 1
    assert the_notice().state == State.ACCEPTED


def test_a_service_that_reports_nothing_leaves_it_unknown(service: Service) -> None:
    write()
    services.send_due(at=NOON)
    services.send_due(at=NOON + timedelta(days=2))
    assert the_notice().state == State.ACCEPTED
    services.send_due(at=NOON + timedelta(days=4))
    assert the_notice().state == State.UNKNOWN
    assert list(selectors.stuck()) == [the_notice()]


def test_what_failed_for_good_is_sent_anew_by_a_person_under_a_new_key(service: Service) -> None:
    write()
    services.send_due(at=NOON)
    old = report(service, status="failed", reason="switched off")
    heard(old)
    assert (the_notice().state, the_notice().error) == (State.FAILED, "switched off")
    late = service.call(NOON, reports=[{"id": the_notice().key, "status": "failed"}])
    services.send_again(the_notice(), at=NOON)
    assert services.send_due(at=NOON) == 1
    assert len(service.messages) == 2
    heard(late)
    assert the_notice().state == State.ACCEPTED, "a report of the first time fails no second one"
    assert the_notice().segments == 2, "both were paid for"


def test_a_number_that_is_refused_is_not_tried_again(service: Service) -> None:
    service.refused = {NUMBER}
    write()
    services.send_due(at=NOON)
    assert (the_notice().state, the_notice().attempts) == (State.FAILED, 1)


def test_a_text_of_too_many_segments_is_not_sent(service: Service) -> None:
    write(code="X" * 460)
    services.send_due(at=NOON)
    assert the_notice().state == State.FAILED
    assert service.asked == 0


def test_at_night_it_waits_for_the_morning(service: Service) -> None:
    night = NOON.replace(hour=22)
    write(at=night)
    assert services.send_due(at=night) == 0
    morning = the_notice().next_try_at
    assert morning == NOON.replace(hour=7) + timedelta(days=1)
    Notice.objects.update(next_try_at=night)  # Due by day, but the sender was down until now.
    assert services.send_due(at=night) == 0
    assert service.asked == 0
    assert services.send_due(at=morning) == 1


def test_who_writes_stop_hears_no_more_until_start(service: Service) -> None:
    for words, wanted in (("Dừng", False), ("start", True), ("Cam on", True), ("STOP", False)):
        heard(service.call(NOON, replies=[{"from": "84901234567", "text": words}]))
        assert (write(words) is not None) == wanted, words


def test_a_house_without_a_service_offers_none(settings: Any) -> None:
    assert not Http().ready()
    assert not Sandbox().ready()
    assert not ports.offered(Channel.SMS)
    settings.DEMO = True
    assert ports.carrier(Channel.SMS).code == "sms_sample"  # type: ignore[union-attr]


def test_what_is_written_when_no_service_is_there_is_not_lost(settings: Any) -> None:
    write()
    services.send_due(at=NOON)
    assert (the_notice().state, way()[-1]) == (State.QUEUED, Hop.LATER)


def test_a_sample_takes_it_and_nothing_leaves(settings: Any) -> None:
    settings.DEMO = True
    write()
    assert services.send_due(at=NOON) == 1
    assert the_notice().state == State.SENT
    assert selectors.handed_to_samples() == [the_notice()]


def test_neither_number_nor_words_lie_open(service: Service) -> None:
    from django.db import connection

    write()
    services.send_due(at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(row_to_json(n)::text || row_to_json(w)::text, '')"
            " from core_notices_notice n join core_notices_waypoint w on w.notice_id = n.id"
        )
        (rows,) = cursor.fetchone() or ("",)
    assert rows
    assert "901234567" not in rows
    assert "qua" not in rows
