"""Apply online step by step, follow the dossier, and do what the applicant does."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dothi.accounts.tests.factories import make_citizen
from dothi.cases import selectors, services
from dothi.cases.choices import Status
from dothi.cases.models import Document, Dossier, Draft, Party
from dothi.cases.tests.factories import BIRTH, MONDAY_9AM, PERMIT, Office, at
from dothi.cases.tests.test_drafts import picture
from dothi.core.access.services import opened
from dothi.core.attachments.models import Attachment
from dothi.core.events.services import drain_all
from dothi.core.notices.models import Notice
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish

pytestmark = pytest.mark.django_db
PAPERS = documents.PERMIT_PAPERS


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return str(answer.content.decode())


def post(client: Client, url: str, data: dict[str, Any], status: int = 302) -> Any:
    answer = client.post(url, data)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer


def begun(client: Client, **changes: str) -> str:
    """The address of a draft that was just begun."""
    said = {"unit": "00001", "kind": "citizen", "acting": "self"} | changes
    answer = post(client, f"/en/procedures/{PERMIT}/apply/", said)
    return str(answer["Location"]).removesuffix("later")


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("so-do.jpg", picture(), "image/jpeg")


SIGNED = {"do": "send", "name": "tran thi mau", "declared": "on"}
WHO = {"name": "Trần Thị Mẫu", "citizen_id": "079190000001", "phone": "0901234567"}


def filled_in(client: Client, url: str) -> None:
    post(client, f"{url}who", WHO | {"born_on": "17/02/1990"})
    form = {"asked": ["kind", "floors", "owner_id"], "kind": "house", "floors": "3", "do": "next"}
    post(client, f"{url}form/work", form)
    files = {f"paper-{code}": file() for code in PAPERS}
    post(client, f"{url}papers", files | {"do": "next"})
    wishes = {"news": "email", "email": "mau@example.com", "delivery": "counter"}
    post(client, f"{url}wishes", wishes)


def signed(client: Client, url: str, status: int = 302) -> Any:
    """Everything is checked; then it is signed by name."""
    assert post(client, f"{url}check", {})["Location"].endswith("/sign")
    return post(client, f"{url}sign", SIGNED, status)


def sent(client: Client) -> str:
    """Everything is filled in and sent. Return the tracking secret."""
    url = begun(client)
    filled_in(client, url)
    answer = signed(client, url)
    assert answer["Location"].endswith("/cases/thanks")
    found = re.search(r'class="code-to-keep">([^<]+)<', page(client, "/en/cases/thanks"))
    assert found is not None
    return found[1]


# --- Apply ---------------------------------------------------------------------------------------


def test_the_way_in_depends_on_the_channel(client: Client, office: Office) -> None:
    assert f"/procedures/{PERMIT}/apply/" in page(client, f"/en/procedures/{PERMIT}/")
    publish(documents.birth(channel="national"), since=MONDAY_9AM.date())
    national = page(client, f"/en/procedures/{BIRTH}/")
    assert "dichvucong.gov.vn" in national
    assert "/apply/" not in national
    assert client.get(f"/en/procedures/{BIRTH}/apply/").status_code == 302


def test_a_whole_application_without_a_script(client: Client, office: Office) -> None:
    secret = sent(client)
    dossier = selectors.by_secret(secret)
    assert dossier is not None
    assert (dossier.status, dossier.unit) == (Status.NEW, office.river)
    assert dossier.answers == {"kind": "house", "floors": 3}
    assert Party.objects.get().email == "mau@example.com"
    assert Document.objects.filter(dossier=dossier, digitised=True).count() == 3
    assert not Draft.objects.exists()
    owners = set(Attachment.objects.values_list("owner", flat=True))
    assert all(owner.startswith("cases.document:") for owner in owners)


def test_it_is_come_back_to_where_it_was_left(client: Client, office: Office) -> None:
    url = begun(client)
    post(client, f"{url}who", WHO)
    secret = url.rstrip("/").rpartition("/")[2]
    elsewhere = Client()
    answer = post(elsewhere, "/en/cases/apply/", {"code": secret.lower()})
    answer = elsewhere.get(answer["Location"])
    assert answer["Location"].endswith("/form/work")
    assert "Nothing is kept" in post(
        elsewhere, "/en/cases/apply/", {"code": "ABCDE"}, 422
    ).content.decode()  # fmt: skip


def test_the_pages_of_a_draft_go_to_nobody_else(client: Client, office: Office) -> None:
    answer = client.get(f"{begun(client)}who")
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "code is missing" in page(client, "/en/cases/apply/AAAAA-AAAAA/who", 404)


def test_what_is_wrong_is_said_at_its_box(client: Client, office: Office) -> None:
    url = begun(client)
    answer = post(client, f"{url}who", WHO | {"citizen_id": "12"}, 422).content.decode()
    assert "twelve digits" in answer
    wishes = post(client, f"{url}wishes", {"news": "email", "delivery": "post"}, 422)
    assert "Please give an e-mail address" in wishes.content.decode()
    form = {"asked": ["kind", "floors"], "kind": "castle", "floors": "3", "do": "next"}
    post(client, f"{url}form/work", form, 422)


def test_nothing_half_done_is_sent(client: Client, office: Office) -> None:
    url = begun(client)
    open_page = page(client, f"{url}check")
    assert "Still open" in open_page
    assert "This paper is missing: Drawings" in open_page
    post(client, f"{url}check", {}, 422)
    assert post(client, f"{url}sign", SIGNED)["Location"].endswith("/check")
    filled_in(client, url)
    assert "Still open" not in page(client, f"{url}check")
    post(client, f"{url}sign", SIGNED | {"declared": ""}, 422)
    post(client, f"{url}sign", SIGNED | {"name": "Somebody Else"}, 422)
    assert not Dossier.objects.exists()


def test_files_stay_and_are_removed_again(client: Client, office: Office) -> None:
    url = begun(client)
    bad = SimpleUploadedFile("x.exe", b"MZ")
    post(client, f"{url}papers", {"paper-land": file(), "paper-drawings": bad, "do": "keep"})
    shown = page(client, f"{url}papers")
    assert "so-do.jpg" in shown
    assert "x.exe: " in shown
    code = Attachment.objects.get().code
    answer: Any = client.get(f"/files/{code}")
    assert answer.status_code == 200
    for close in answer._resource_closers:
        close()
    assert Client().get(f"/files/{code}").status_code == 404
    post(client, f"{url}papers", {"do": f"remove-{code}"})
    assert not Attachment.objects.exists()


def test_a_script_sends_one_file_after_the_other(client: Client, office: Office) -> None:
    url = begun(client)
    assert client.post(f"{url}papers/land", {"file": file()}).json() == {"taken": True}
    wrong = client.post(f"{url}papers/land", {"file": SimpleUploadedFile("x.exe", b"MZ")})
    assert wrong.status_code == 422
    assert wrong.json()["error"].startswith("x.exe")


def test_who_acts_for_another_says_by_what(client: Client, office: Office) -> None:
    url = begun(client, acting="other")
    agent = {
        "agent-name": "Lê Văn Thay", "agent-citizen_id": "079080000002",
        "agent-phone": "0907654321",
    }  # fmt: skip
    post(client, f"{url}who", WHO | agent, 422)
    post(client, f"{url}who", WHO | agent | {"agent-proof": "Giấy ủy quyền 12/2026"})
    filled = Draft.objects.get()
    assert services.content_of(filled)["agent"]["proof"] == "Giấy ủy quyền 12/2026"


def test_a_business_gives_its_tax_code(client: Client, office: Office) -> None:
    url = begun(client, kind="business")
    post(client, f"{url}who", WHO, 422)
    post(client, f"{url}who", WHO | {"tax_code": "0312345678"})


def test_a_new_version_is_told_and_shown_anew(client: Client, office: Office) -> None:
    url = begun(client)
    filled_in(client, url)
    publish(documents.permit(), since=at("03T09:00").date())
    with time_machine.travel(at("04T09:00"), tick=False):
        answer = client.post(f"{url}sign", SIGNED, follow=True)
        assert "The procedure has changed since you began" in answer.content.decode()
        assert not Dossier.objects.exists()
        signed(client, url)
    assert Dossier.objects.exists()


def test_a_draft_is_deleted_after_one_more_question(client: Client, office: Office) -> None:
    url = begun(client)
    assert "cannot be undone" in page(client, f"{url}drop")
    post(client, f"{url}drop", {})
    assert not Draft.objects.exists()


def test_a_paper_given_before_is_used_again_with_consent_only(
    client: Client, office: Office
) -> None:
    client.force_login(make_citizen())
    sent(client)
    url = begun(client)
    assert "You need not give it again" in page(client, f"{url}papers")
    post(client, f"{url}papers", {"do": "reuse-land"})
    assert "reused" not in services.content_of(Draft.objects.get())
    post(client, f"{url}papers", {"do": "reuse-land", "consent-land": "1"})
    assert "is used again" in page(client, f"{url}papers")


# --- Follow --------------------------------------------------------------------------------------


def test_only_the_secret_opens_a_dossier(client: Client, office: Office) -> None:
    secret = sent(client)
    dossier = Dossier.objects.get()
    shown = page(client, f"/en/cases/t/{secret}")
    assert "The office is looking whether everything is there" in shown
    assert "079190000001" not in shown
    for wrong in (dossier.code, "ABCDE-ABCDE", "a.b.c"):
        page(client, f"/en/cases/t/{wrong}", 404)
    told = post(client, "/en/cases/", {"code": dossier.code}, 422).content.decode()
    assert "This is the public number" in told
    assert post(client, "/en/cases/", {"code": secret})["Location"] == f"/en/cases/t/{secret}"


def test_the_clock_is_explained_and_the_moved_day_keeps_the_old_one(
    client: Client, office: Office
) -> None:
    done = office.submitted()
    services.receive(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    services.begin(dossier=done.dossier, by=office.officer, at=MONDAY_9AM)
    services.ask(
        dossier=done.dossier, what="Bản vẽ móng", by=office.officer, at=at("04T09:00"),
        documents=["drawings"],
    )  # fmt: skip
    url = f"/en/cases/t/{done.secret}"
    with time_machine.travel(at("06T09:00"), tick=False):
        shown = page(client, url)
        assert "Bản vẽ móng" in shown
        assert 'class="clock"' in shown
        post(client, url, {"act": "supply"}, 422)
        bad = SimpleUploadedFile("x.exe", b"MZ")
        post(client, url, {"act": "supply", "paper-drawings": bad}, 422)
        post(client, url, {"act": "supply", "paper-drawings": file(), "said": "Đây ạ"})
        shown = page(client, url)
    assert "promised on receipt" in shown
    dossier = Dossier.objects.get()
    assert (dossier.status, dossier.paused) == (Status.HANDLED, False)
    assert Document.objects.get(code="drawings").digitised
    assert client.post(url, {"act": "supply", "said": "x"}).status_code == 403


def test_it_is_withdrawn_after_a_tick_and_with_a_reason(client: Client, office: Office) -> None:
    url = f"/en/cases/t/{office.submitted().secret}"
    post(client, url, {"act": "withdraw", "reason": "Đổi ý"}, 422)
    post(client, url, {"act": "withdraw", "reason": "Đổi ý", "sure": "on"})
    assert Dossier.objects.get().status == Status.WITHDRAWN
    assert client.post(url, {"act": "withdraw"}).status_code == 403


def test_the_draft_of_the_result_is_answered(client: Client, office: Office) -> None:
    done = office.submitted()
    services.receive(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    services.begin(dossier=done.dossier, by=office.officer, at=MONDAY_9AM)
    services.propose(dossier=done.dossier, text="Tên: An", by=office.officer, at=MONDAY_9AM)
    url = f"/en/cases/t/{done.secret}"
    assert "Tên: An" in page(client, url)
    post(client, url, {"act": "object", "said": ""}, 422)
    post(client, url, {"act": "object", "said": "Tên: Anh"})
    assert selectors.open_proposal(done.dossier) is None
    answer = client.post(url, {"act": "agree"}, follow=True)
    assert "does not open" in answer.content.decode()


def test_the_result_is_rated_once(client: Client, office: Office) -> None:
    done = office.submitted()
    services.receive(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    url = f"/en/cases/t/{done.secret}"
    assert client.post(url, {"act": "rate", "stars": "5"}).status_code == 403
    dossier = office.done(at=at("02T10:00"))
    services.give(dossier=dossier, by=office.counter, at=at("02T11:00"))
    link = f"/en/cases/t/{selectors.tracking_token(dossier, at=MONDAY_9AM)}"
    post(client, link, {"act": "rate", "stars": "4", "note": "Nhanh"})
    assert "You gave 4 of 5" in page(client, link)


def test_who_looked_stands_on_the_page(client: Client, office: Office) -> None:
    done = office.submitted()
    opened(
        record=done.dossier.subject, by="user:9", at=MONDAY_9AM, purpose="Thẩm tra",
        fields=["citizen_id"], post="Chuyên viên",
    )  # fmt: skip
    assert "Thẩm tra" in page(client, f"/en/cases/t/{done.secret}")


def test_inner_notes_stay_inside(client: Client, office: Office) -> None:
    done = office.submitted()
    services.receive(dossier=done.dossier, by=office.counter, at=MONDAY_9AM)
    services.begin(dossier=done.dossier, by=office.officer, at=MONDAY_9AM)
    services.advance(
        dossier=done.dossier, outcome="fits", by=office.officer, at=MONDAY_9AM, note="Nội bộ"
    )
    assert "Nội bộ" not in page(client, f"/en/cases/t/{done.secret}")


def test_what_is_signed_in_for_stands_on_the_own_page(client: Client, office: Office) -> None:
    done = office.submitted()
    me = make_citizen()
    client.force_login(me)
    post(client, f"/en/cases/t/{done.secret}", {"act": "claim"})
    begun(client)
    draft = Draft.objects.get()
    shown = page(client, "/en/my/")
    assert done.dossier.code in shown
    assert f"/my/drafts/{draft.pk}" in shown
    assert "/cases/t/" in client.get(f"/en/my/dossiers/{done.dossier.code}")["Location"]
    assert "/cases/apply/" in client.get(f"/en/my/drafts/{draft.pk}")["Location"]
    client.force_login(make_citizen("other"))
    assert client.get(f"/en/my/dossiers/{done.dossier.code}").status_code == 404
    assert client.get(f"/en/my/drafts/{draft.pk}").status_code == 404
    answer = client.post(f"/en/cases/t/{done.secret}", {"act": "claim"}, follow=True)
    assert "another account" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_every_move_is_told_by_mail_in_the_language_of_the_dossier(
    client: Client, office: Office
) -> None:
    drain_all()  # What happened before the first look is told to nobody.
    secret = sent(client)
    dossier = selectors.by_secret(secret)
    assert dossier is not None
    services.receive(dossier=dossier, by=office.counter, at=MONDAY_9AM)
    services.begin(dossier=dossier, by=office.officer, at=MONDAY_9AM)
    services.assign(dossier=dossier, to=office.officer, by=office.leader, at=MONDAY_9AM)
    drain_all()
    mails = list(Notice.objects.filter(template="cases_news").order_by("id"))
    assert [mail.address for mail in mails] == ["mau@example.com"] * 3
    assert [secret in mail.text for mail in mails] == [False] * 3
    assert "The due day: " in mails[1].text
    link = re.search(r"/en/cases/t/\S+", mails[2].text)
    assert link is not None
    page(client, link[0])
