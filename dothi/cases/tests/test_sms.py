"""News of a dossier by SMS: chosen, short, without names; its way stands on the officers' page."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.tests.doors import signed_in
from dothi.cases import services
from dothi.cases.choices import Act, News, Status
from dothi.cases.models import Dossier, Move, Party
from dothi.cases.services import Application
from dothi.cases.tests.factories import MONDAY_9AM, Office, somebody
from dothi.cases.tests.test_citizen_pages import begun, filled_in, page, post, signed
from dothi.core.notices import services as outbox
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice
from dothi.lib import sms

pytestmark = pytest.mark.django_db
MOBILE = "0901234567"


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def by_sms(office: Office, **changes: Any) -> Application:
    return office.permit_for(news=News.SMS, **changes)


def tell(dossier: Dossier) -> list[Notice]:
    """What the handler does with every move of it."""
    for move in dossier.moves.order_by("id"):
        services.tell_moves(moves=[move.pk], at=MONDAY_9AM)
    return list(Notice.objects.order_by("id"))


def test_sms_is_offered_where_a_service_is_set_up_and_to_mobiles_only(
    client: Client, office: Office, settings: Any
) -> None:
    url = begun(client)
    filled_in(client, url)
    assert "By SMS" not in page(client, f"{url}wishes")
    post(client, f"{url}wishes", {"news": "sms", "delivery": "counter"}, 422)
    settings.DEMO = True
    shown = page(client, f"{url}wishes")
    assert "By SMS" in shown
    assert MOBILE in shown
    post(client, f"{url}wishes", {"news": "sms", "delivery": "counter"})
    who = {"name": "Trần Thị Mẫu", "citizen_id": "079190000001", "phone": "02838123456"}
    post(client, f"{url}who", who)
    assert "By SMS" not in page(client, f"{url}wishes")


def test_it_is_sent_and_told_without_a_name(client: Client, office: Office, settings: Any) -> None:
    settings.DEMO = True
    url = begun(client)
    filled_in(client, url)
    post(client, f"{url}wishes", {"news": "sms", "delivery": "counter"})
    assert "By SMS" in page(client, f"{url}check")
    signed(client, url)
    assert "an SMS does not hold it" in page(client, "/en/cases/thanks")
    dossier = Dossier.objects.get()
    [notice] = tell(dossier)
    assert (notice.channel, notice.address) == (Channel.SMS, MOBILE)
    assert dossier.code in notice.text
    assert notice.text.endswith("/en/cases/")
    assert "Mẫu" not in notice.text
    assert "permit" not in notice.text.lower(), "not what it is about"
    outbox.send_due(at=MONDAY_9AM)
    signed_in(client, office.officer)
    shown = page(client, f"/en/desk/cases/{dossier.code}/")
    assert "Taken by the service" in shown
    assert "sms_sample" in shown
    assert MOBILE not in shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_move_has_its_sentence_of_at_most_three_segments(
    office: Office, language: str
) -> None:
    dossier = office.submitted(application=by_sms(office, language=language)).dossier
    for number, act in enumerate(Act):
        Move.objects.create(
            dossier=dossier, act=act, was=Status.HANDLED, now=Status.HANDLED, at=MONDAY_9AM,
            actor="system", due_before=MONDAY_9AM.replace(day=20), reason="Lý do của Trần Thị Mẫu",
            due_after=MONDAY_9AM.replace(day=20 + number % 2), told=True,
        )  # fmt: skip
    for notice in tell(dossier):
        text = sms.plain(notice.text)
        assert sms.size(text).segments <= 3, text
        assert "?" not in text
        assert "  " not in text
        assert "Mau" not in text
    assert len({notice.text for notice in Notice.objects.all()}) > 15, "each says what happened"


def test_the_agent_hears_and_who_said_stop_does_not(office: Office) -> None:
    agent = somebody(name="Lê Văn Thay", phone="0912345678", proof="Giấy ủy quyền 1")
    dossier = office.submitted(application=by_sms(office, agent=agent)).dossier
    assert [one.address for one in tell(dossier)] == ["0912345678"]
    Notice.objects.all().delete()
    outbox.wish(address="0912345678", topic="channel:sms", wanted=False, at=MONDAY_9AM)
    assert tell(dossier) == []
    Party.objects.update(phone="")
    assert tell(dossier) == []


def test_a_message_that_cannot_go_is_seen_by_the_office(client: Client, office: Office) -> None:
    dossier = office.submitted(application=by_sms(office)).dossier
    tell(dossier)
    outbox.send_due(at=MONDAY_9AM)
    assert Notice.objects.get().state == State.QUEUED
    signed_in(client, office.counter)
    assert "no service is set up" in page(client, f"/en/desk/cases/{dossier.code}/")
