"""The ratings page: counted by procedure and unit; words are opened one time and noted."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from dothi.accounts.tests.doors import signed_in
from dothi.cases import services
from dothi.cases.tests.factories import Office, at
from dothi.core.access.models import Look
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
PAGE = "/desk/cases/ratings/"


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at("10T09:00"), tick=False):
        yield


def test_stars_are_counted_and_words_are_opened_on_their_own(
    office: Office, client: Client
) -> None:
    for stars, note in ((1, "Chờ lâu"), (4, ""), (0, "")):
        dossier = office.done(at=at("04T10:00"))
        services.give(dossier=dossier, by=office.counter, at=at("05T09:00"))
        if stars:
            services.rate(dossier=dossier, stars=stars, note=note, at=at("06T09:00"))
    signed_in(client, office.leader)
    shown = client.get(PAGE).content.decode()
    assert "2,5" in shown
    assert office.river.name_vi in shown
    Unit.objects.filter(pk=office.river.pk).update(name_en="Riverside Ward")
    assert "Riverside Ward" in client.get(f"/en{PAGE}").content.decode()
    assert "67 %" in shown
    assert "Chờ lâu" not in shown
    assert not Look.objects.filter(fields=["rating_note"]).exists()
    assert "Chờ lâu" in client.post(PAGE).content.decode()
    assert Look.objects.filter(fields=["rating_note"]).count() == 1
    before = client.get(f"{PAGE}?since=2026-02-01&until=2026-03-04").content.decode()
    assert "1.013225" not in before
    assert client.get(f"{PAGE}?since=x").status_code == 200
    wrong = client.get(f"/en{PAGE}?since=2026-03-05&until=2026-03-01").content.decode()
    assert "Please choose days in their order" in wrong
    signed_in(client, office.stranger)
    assert "1.013225" not in client.post(PAGE).content.decode()
