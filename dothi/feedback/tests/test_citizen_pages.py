"""Follow an own report, the public pages, partners, followers, feeds, and the JSON door."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from defusedxml import ElementTree as Xml
from django.test import Client

from dothi.accounts import services as people
from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.access.services import opened
from dothi.core.notices.models import Notice
from dothi.feedback import selectors, services
from dothi.feedback.choices import Act, State
from dothi.feedback.models import Follow, Message, Move, PartnerTask, Reporter, Ticket
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import MONDAY_9AM, City, fresh, make_partner, photo, submit
from dothi.feedback.tests.test_report_page import ask, picture

LATER = MONDAY_9AM + timedelta(hours=1)
DAN = Contact(name="Trần Văn Dân", phone="0901234567", email="dan@example.com")


@pytest.fixture(autouse=True)
def an_hour_later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return str(answer.content.decode())


# --- One's own report ---------------------------------------------------------------------------


def test_only_the_secret_opens_what_was_reported(client: Client, city: City) -> None:
    sent = submit(text="Chuyện của riêng tôi", contact=DAN)
    own = page(client, f"/en/feedback/t/{sent.secret}")
    assert "Chuyện của riêng tôi" in own
    for wrong in (sent.ticket.code, "ABCDE-ABCDE", "a.b.c", sent.secret[:-1]):
        assert "Chuyện" not in page(client, f"/en/feedback/t/{wrong}", 404)
    public = page(client, f"/en/feedback/r/{sent.ticket.code}")
    for secret in ("Chuyện", "Dân", "0901234567", "dan@example.com"):
        assert secret not in public


def test_the_own_page_goes_to_nobody_else(client: Client, city: City) -> None:
    answer = client.get(f"/en/feedback/t/{submit().secret}")
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_link_that_is_too_old_says_what_to_do(client: Client, city: City) -> None:
    url = selectors.tracking_url(submit().ticket, at=MONDAY_9AM - timedelta(days=60))
    text = page(client, url.partition("8000")[2] or url.split("localhost")[-1], 404)
    assert "/feedback/recover" in text


def test_the_reporter_writes_with_a_picture_and_reads_the_clock(client: Client, city: City) -> None:
    sent = submit()
    url = f"/en/feedback/t/{sent.secret}"
    client.post(url, {"act": "say", "text": "Cành còn đó", "photos": picture()})
    assert Message.objects.get().text == "Cành còn đó"
    text = page(client, url)
    assert "Cành còn đó" in text
    assert 'class="clock"' in text


def test_an_empty_message_is_told_beside_its_field(client: Client, city: City) -> None:
    answer = client.post(f"/en/feedback/t/{submit().secret}", {"act": "say", "text": " "})
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()


def test_rating_and_reopening_from_the_own_page(client: Client, city: City) -> None:
    sent = submit()
    ticket = sent.ticket
    services.reject(ticket=ticket, reason="Không rõ", by=city.operator, at=LATER)
    url = f"/en/feedback/t/{sent.secret}"
    client.post(url, {"act": "rate", "stars": "2"})
    assert fresh(ticket).rating == 2
    client.post(url, {"act": "reopen", "reason": "Cây còn nằm đó"})
    assert fresh(ticket).state == State.REOPENED


def test_after_the_window_nobody_is_offered_to_reopen(client: Client, city: City) -> None:
    ticket = city.resolved()
    assert "It is not settled" in page(client, f"/en/feedback/r/{ticket.code}")
    with time_machine.travel(MONDAY_9AM + timedelta(days=40), tick=False):
        assert "It is not settled" not in page(client, f"/en/feedback/r/{ticket.code}")


def test_an_address_left_later_gets_the_link(client: Client, city: City) -> None:
    sent = submit()
    url = f"/en/feedback/t/{sent.secret}"
    client.post(url, {"act": "address", "email": "dan@example.com"})
    [mail] = Notice.objects.all()
    assert mail.address == "dan@example.com"
    assert sent.secret not in mail.text, "we do not keep the secret, not in the outbox either"
    assert fresh(sent.ticket).reachable


def test_another_address_does_not_replace_the_first(client: Client, city: City) -> None:
    sent = submit(contact=DAN)
    url = f"/en/feedback/t/{sent.secret}"
    answer = client.post(url, {"act": "address", "email": "other@example.com"})
    assert answer.status_code == 422
    assert Reporter.objects.get().email == "dan@example.com"


def test_the_reporter_erases_the_contact_and_the_report_stays(client: Client, city: City) -> None:
    sent = submit(contact=DAN)
    url = f"/en/feedback/t/{sent.secret}"
    client.post(url, {"act": "forget"})
    assert Reporter.objects.exists(), "the box was not ticked"
    client.post(url, {"act": "forget", "sure": "1"})
    assert not Reporter.objects.exists()
    assert fresh(sent.ticket).code == sent.ticket.code


def test_who_looked_is_told_on_the_own_page(client: Client, city: City) -> None:
    sent = submit(contact=DAN)
    services.forward(ticket=sent.ticket, unit=city.river, by=city.operator, at=LATER)
    services.open_reporter(ticket=sent.ticket, by=city.lan, purpose="Hẹn giờ sửa", at=LATER)
    assert "Hẹn giờ sửa" in page(client, f"/en/feedback/t/{sent.secret}")


def test_lost_codes_say_the_same_whatever_is_known(client: Client, city: City) -> None:
    submit(contact=DAN)
    known = client.post("/en/feedback/recover", {"email": "dan@example.com"}).content
    unknown = client.post("/en/feedback/recover", {"email": "who@example.com"}).content
    hide = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert hide.sub(b"", known) == hide.sub(b"", unknown)
    assert [notice.address for notice in Notice.objects.all()] == ["dan@example.com"]


# --- What everybody sees ------------------------------------------------------------------------


def test_answers_to_questions_are_public_only_with_the_words(client: Client, city: City) -> None:
    ask(city)
    ticket = city.submit(answers={"blocked": ["all"]})
    assert "Blocked?" not in page(client, f"/en/feedback/r/{ticket.code}")
    services.accept(ticket=ticket, by=city.operator, at=LATER, publish=True)
    assert "Blocked?" in page(client, f"/en/feedback/r/{ticket.code}")


def test_the_list_costs_the_same_for_two_and_for_twenty(
    client: Client, city: City, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(client, "/en/feedback/list")
        return len(seen)

    for _n in range(2):
        city.submit(photos=[])
    cost()
    few = cost()
    for _n in range(18):
        city.submit()
    assert cost() == few


def test_the_list_keeps_its_filters_from_page_to_page(client: Client, city: City) -> None:
    for n in range(35):
        city.submit(at=MONDAY_9AM + timedelta(minutes=n))
    answer = client.get("/en/feedback/list?category=trees")
    assert "category=trees" in answer.context["next_url"]
    second = client.get(f"/en/feedback/list{answer.context['next_url']}")
    assert len(second.context["tickets"]) == 5


@pytest.mark.parametrize("query", ["unit=nowhere", "q=%00", "category=%00", "after=xx", "show=zz"])
def test_nonsense_in_the_address_breaks_no_list(client: Client, city: City, query: str) -> None:
    page(client, f"/en/feedback/list?{query}")
    assert client.get(f"/en/feedback/points.geojson?{query}").status_code == 200


@pytest.mark.parametrize("door", ["feed", "feed.atom"])
def test_feeds_of_an_area_and_a_subject(client: Client, city: City, door: str) -> None:
    city.submit()
    city.submit(category="waste")
    whole = Xml.fromstring(client.get(f"/en/feedback/{door}").content)
    part = Xml.fromstring(client.get(f"/en/feedback/{door}?category=waste&unit=00001").content)

    def entries(top: Any) -> int:
        return sum(1 for node in top.iter() if node.tag.rpartition("}")[2] in {"item", "entry"})

    assert (entries(whole), entries(part)) == (2, 1)
    assert client.get(f"/en/feedback/{door}?unit=nowhere").status_code == 404


# --- Followers ----------------------------------------------------------------------------------


def test_following_is_confirmed_and_stopped_by_links_that_only_a_press_opens(
    client: Client, city: City
) -> None:
    client.post("/en/feedback/follow", {"email": "dan@example.com", "category": "trees"})
    link = re.search(r"https?://[^/]+(/\S+)", Notice.objects.get().text)
    assert link is not None
    page(client, link[1])
    assert Follow.objects.get().confirmed_at is None, "a mail program that looks decides nothing"
    client.post(link[1])
    assert Follow.objects.get().confirmed_at is not None
    assert page(client, "/en/feedback/follow/stop/none.such")
    assert client.post("/en/feedback/follow/stop/none.such").status_code == 404


def test_the_digest_leads_to_pages_that_exist(client: Client, city: City) -> None:
    follow = services.follow(email="dan@example.com", category="trees", at=MONDAY_9AM)
    Follow.objects.filter(pk=follow.pk).update(confirmed_at=MONDAY_9AM)
    city.submit(at=MONDAY_9AM + timedelta(minutes=5))
    services.tell_followers(at=LATER)
    mail = Notice.objects.get(template="feedback_digest")
    link = re.search(r"https?://[^/]+(/\S+/r/\S+)", mail.text)
    assert link is not None
    page(client, link[1])


# --- Partners -----------------------------------------------------------------------------------


@pytest.fixture
def task(city: City) -> PartnerTask:
    ticket = city.submit(photos=[photo()], contact=DAN)
    partner = make_partner()
    services.forward(ticket=ticket, partner=partner, by=city.operator, at=MONDAY_9AM)
    return PartnerTask.objects.get()


def partner_path(task: PartnerTask, at: Any = MONDAY_9AM) -> str:
    return "/en" + services.partner_link(task=task, at=at).split("8000", 1)[-1].replace(
        "http://localhost", ""
    )


def test_a_partner_sees_the_task_and_nothing_of_the_reporter(
    client: Client, task: PartnerTask
) -> None:
    text = page(client, partner_path(task))
    assert "Cây đổ chắn đường" in text
    for secret in ("Dân", "0901234567", "dan@example.com"):
        assert secret not in text


def test_a_partner_tells_how_far_it_is_and_then_that_it_is_done(
    client: Client, task: PartnerTask
) -> None:
    url = partner_path(task)
    client.post(url, {"kind": "progress", "text": "Đã cử đội", "photos": picture()})
    assert PartnerTask.objects.get().ended_at is None
    assert "Đã cử đội" in page(client, url)
    done = client.post(url, {"kind": "done", "text": "Đã dọn xong"})
    assert "Your answer has arrived" in done.content.decode()
    assert PartnerTask.objects.get().done is True
    page(client, url, 404)


def test_a_partner_gives_back_what_is_not_theirs(client: Client, task: PartnerTask) -> None:
    url = partner_path(task)
    assert client.post(url, {"kind": "not_ours", "text": " "}).status_code == 422
    client.post(url, {"kind": "not_ours", "text": "Cây của công viên"})
    given = PartnerTask.objects.select_related("ticket", "clock").get()
    assert given.ended_at is not None
    assert given.ticket.partner is None
    assert given.clock is not None
    assert given.clock.state == "stopped"
    assert Move.objects.filter(act=Act.PARTNER).exists()
    page(client, url, 404)


def test_a_link_that_is_too_old_can_be_asked_for_anew(client: Client, task: PartnerTask) -> None:
    Notice.objects.all().delete()
    url = partner_path(task, at=MONDAY_9AM - timedelta(days=30))
    assert "Send a new link" in page(client, url, 404)
    client.post(url)
    assert [notice.address for notice in Notice.objects.all()] == ["nuoc@partner.example"]
    client.post("/en/feedback/partner/none.such")
    assert Notice.objects.count() == 1


# --- My page ------------------------------------------------------------------------------------


@pytest.fixture
def dan(city: City) -> User:
    """A citizen with a proved address."""
    from allauth.account.models import EmailAddress

    user = User.objects.create(
        username="cd-1", full_name="Trần Văn Dân", email="dan@example.com", date_joined=MONDAY_9AM
    )
    user.set_password("mat-khau-dai-2026")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def home(client: Client, dan: User) -> Client:
    client.force_login(dan)
    return client


def test_my_page_tells_a_stranger_both_ways(client: Client, city: City) -> None:
    text = page(client, "/en/my/")
    assert "Without an account" in text
    for door in ("print", "data.json", "delete", "reports/PA-000000-AAAAAA"):
        assert client.get(f"/en/my/{door}").status_code == 302


def test_what_is_reported_while_signed_in_stands_on_my_page(home: Client, dan: User) -> None:
    home.post("/en/feedback/", {"category": "trees", "text": "Cây đổ", "unit": "00001"})
    assert "Cây đổ" in page(home, "/en/my/")


def test_one_objects_to_an_opening_of_the_own_contact_in_one_step(
    home: Client, dan: User, city: City
) -> None:
    home.post("/en/feedback/", {"category": "trees", "text": "Cây đổ", "unit": "00001"})
    ticket = Ticket.objects.get()
    opened(
        record=ticket.subject, by="user:99", purpose="gọi lại", fields=["phone"], at=MONDAY_9AM,
        post="Chuyên viên",
    )  # fmt: skip
    look = Look.objects.get(record=ticket.subject)
    door = f"/my/rights/object/{look.pk}"
    track = home.get(f"/en/my/reports/{ticket.code}")["Location"]
    assert door in page(home, "/en/my/")
    assert door in page(home, track)
    assert door not in page(Client(), track), "by the code alone nobody claims a right"
    assert home.post(f"/en{door}", {"words": "Tôi không muốn bị gọi"}).status_code == 302
    assert "You have objected." in page(home, "/en/my/")
    assert "gọi lại" in page(home, "/en/my/")
    stranger = Client()
    stranger.force_login(User.objects.create(username="cd-2", date_joined=MONDAY_9AM))
    assert stranger.post(f"/en{door}", {"words": "Không"}).status_code == 404


def test_nobody_else_sees_my_reports(client: Client, home: Client, dan: User, city: City) -> None:
    ticket = city.submit(account=dan, text="Chuyện của Dân")
    other = people.create_staff(
        username="x", full_name="X", email="x@example.com", at=MONDAY_9AM, by="system"
    )
    stranger = Client()
    stranger.force_login(other)
    assert "Chuyện" not in page(stranger, "/en/my/")
    assert stranger.get(f"/en/my/reports/{ticket.code}").status_code == 404
    assert "Chuyện" not in page(stranger, "/en/my/data.json")
    assert home.get(f"/en/my/reports/{ticket.code}").status_code == 302


def test_a_report_is_claimed_by_its_code_and_only_once(home: Client, dan: User) -> None:
    sent = submit()
    home.post("/en/my/claim", {"code": sent.secret})
    assert sent.ticket in selectors.tickets_of_account(dan)
    other = User.objects.create(username="cd-2", date_joined=MONDAY_9AM)
    with pytest.raises(services.NotYours):
        services.claim(ticket=sent.ticket, account=other, at=LATER)
    home.post("/en/my/claim", {"code": sent.ticket.code})


def test_reports_of_a_proved_address_are_claimed_together(home: Client, dan: User) -> None:
    submit(contact=DAN)
    submit(contact=Contact(email="other@example.com"))
    home.post("/en/my/claim", {"all": "1"})
    assert len(selectors.tickets_of_account(dan)) == 1


def test_mail_is_chosen_by_topic_and_stopped_altogether(home: Client, dan: User) -> None:
    services.follow(email=dan.email, category="trees", at=MONDAY_9AM)
    home.post("/en/my/mail", {"topic": ["feedback.followed"]})
    submit(contact=DAN)
    services.tell_received(code=submit(contact=DAN).ticket.code, at=LATER)
    assert not Notice.objects.filter(template="feedback_received").exists()
    home.post("/en/my/stop", {"key": "all"})
    assert not Follow.objects.exists()


def test_nobody_stops_what_others_follow(home: Client, dan: User) -> None:
    other = services.follow(email="other@example.com", category="trees", at=MONDAY_9AM)
    home.post("/en/my/stop", {"key": str(other.pk)})
    home.post("/en/my/stop", {"key": "²"})
    assert Follow.objects.filter(pk=other.pk).exists()


def test_everything_can_be_printed_and_taken_along(home: Client, dan: User, city: City) -> None:
    ticket = city.submit(account=dan, contact=DAN, text="Cây đổ ngang")
    paper = page(home, "/en/my/print")
    assert "Cây đổ ngang" in paper
    assert "0901234567" in paper
    data = home.get("/en/my/data.json").json()
    assert data["reports"][0]["code"] == ticket.code
    assert data["account"]["addresses_proved"] == ["dan@example.com"]


def test_the_account_is_deleted_only_with_box_and_password(
    home: Client, dan: User, city: City
) -> None:
    ticket = city.submit(account=dan, contact=DAN)
    assert home.post("/en/my/delete", {"sure": "1"}).status_code == 422
    assert home.post("/en/my/delete", {"password": "mat-khau-dai-2026"}).status_code == 422
    done = home.post("/en/my/delete", {"sure": "1", "password": "mat-khau-dai-2026"})
    assert "Your account is deleted" in done.content.decode()
    dan.refresh_from_db()
    assert (dan.full_name, dan.email, dan.is_active) == ("", "", False)
    assert not Reporter.objects.exists()
    assert fresh(ticket).code == ticket.code, "what was reported stays"
    assert "Without an account" in page(home, "/en/my/")


def test_staff_do_not_delete_themselves(client: Client, city: City) -> None:
    client.force_login(city.lan)
    assert client.get("/en/my/delete").status_code == 403
