"""A result that is wanted by post: where to, shown to whom, and sent under a number."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.tests.doors import signed_in
from dothi.cases import selectors, services
from dothi.cases.choices import Delivery, Status
from dothi.cases.models import Dossier, Party, Posting
from dothi.cases.tests.factories import MONDAY_9AM, Office, at, somebody
from dothi.cases.tests.test_citizen_pages import begun, filled_in, page, post, signed
from dothi.core.events.services import drain_all
from dothi.core.notices.models import Notice

pytestmark = pytest.mark.django_db
HOME = "5 Hẻm Mẫu, Phường Trên Đồi"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def wanted(office: Office, **changes: Any) -> Dossier:
    application = office.permit_for(delivery=Delivery.POST, post_to=HOME, **changes)
    return office.done(at=at("02T10:00"), application=application)


def test_the_address_for_the_post_is_not_where_somebody_lives(
    client: Client, office: Office
) -> None:
    url = begun(client)
    filled_in(client, url)
    wishes = {"news": "email", "email": "mau@example.com", "delivery": "post"}
    post(client, f"{url}wishes", wishes | {"address": ""}, 422)
    post(client, f"{url}wishes", wishes | {"address": HOME})
    assert HOME in page(client, f"{url}check")
    signed(client, url)
    assert Posting.objects.get().address == HOME
    assert Party.objects.get().address == ""


def test_without_another_one_it_goes_to_the_applicant(office: Office) -> None:
    office.submitted(application=office.permit_for(delivery=Delivery.POST))
    assert Posting.objects.get().address == somebody().address
    nowhere = office.permit_for(delivery=Delivery.POST, applicant=somebody(address=""))
    with pytest.raises(services.BadApplicant) as refused:
        office.submitted(application=nowhere)
    assert refused.value.field == "post_to"


def test_staff_see_that_it_is_to_be_posted_and_open_where_to(office: Office) -> None:
    dossier = wanted(office)
    staff = signed_in(Client(), office.counter)
    assert "to be posted" in page(staff, "/en/desk/cases/")
    url = f"/en/desk/cases/{dossier.code}/"
    assert HOME not in page(staff, url)
    opened = staff.post(f"{url}open", {"purpose": "Gửi kết quả"}).content.decode()
    assert HOME in opened


def test_it_is_given_by_post_under_a_number_that_the_applicant_reads(office: Office) -> None:
    dossier = wanted(office)
    staff = signed_in(Client(), office.counter)
    url = f"/en/desk/cases/{dossier.code}/"
    given = {"act": "give", "how": "post", "carrier": "VNPost"}
    post(staff, url, given, 422)
    post(staff, url, given | {"number": "RR 12?"}, 422)
    assert Dossier.objects.get().status == Status.DONE
    post(staff, url, given | {"number": "rr 123456785 vn"})
    row = Posting.objects.get()
    assert (row.number, row.sent_at, row.address) == ("RR123456785VN", MONDAY_9AM, HOME)
    assert Dossier.objects.get().status == Status.RETURNED
    link = f"/en/cases/t/{selectors.tracking_token(dossier, at=MONDAY_9AM)}"
    assert "RR123456785VN" in page(Client(), link)


def test_who_wanted_it_at_the_counter_may_still_get_it_by_post(office: Office) -> None:
    dossier = office.done(at=at("02T10:00"))
    parcel = services.Parcel(number="EX123456785VN")
    with pytest.raises(services.BadText):
        services.give(dossier=dossier, by=office.counter, at=MONDAY_9AM, parcel=parcel)
    parcel = services.Parcel(number="EX123456785VN", address=HOME)
    services.give(dossier=dossier, by=office.counter, at=MONDAY_9AM, parcel=parcel)
    assert Posting.objects.get().address == HOME


@pytest.mark.django_db(transaction=True)
def test_the_letter_tells_the_number(office: Office) -> None:
    drain_all()
    dossier = wanted(office, news="email", applicant=somebody(email="mau@example.com"))
    parcel = services.Parcel(number="RR123456785VN", carrier="VNPost")
    services.give(dossier=dossier, by=office.counter, at=at("02T11:00"), parcel=parcel)
    drain_all()
    mail = Notice.objects.filter(template="cases_news").order_by("-id").first()
    assert mail is not None
    assert "số bưu gửi VNPost RR123456785VN" in mail.text
