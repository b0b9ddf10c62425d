"""Leaders sign results: one by one or many, each as the paper of a post; the bad day, too."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Act, News, Status
from dothi.cases.models import Dossier, IssuedPaper, Move, Result
from dothi.cases.services import Person
from dothi.cases.services.papers import contents
from dothi.cases.tests.factories import Office, at, make_officer
from dothi.cases.views.citizen.showing import HAPPENED
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.core.events.services import drain_all
from dothi.core.notices.models import Notice
from dothi.core.papers import signing
from dothi.core.papers.choices import State
from dothi.core.papers.models import Paper
from dothi.procedures.choices import End

pytestmark = pytest.mark.django_db
NOW = at("05T09:00")


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT, settings.KEYS = tmp_path / "files", tmp_path / "keys"
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def key(office: Office) -> Path:
    """The leader's post has a certificate; the file of its key."""
    made = signing.make_signer(
        unit_code="00001", role=Role.LEADER, post="Chủ tịch", agency="UBND Phường Bờ Sông",
        by="system", at=at("02T08:00"),
    )  # fmt: skip
    return signing._path(made.fingerprint)


def at_the_leader(office: Office, **changes: Any) -> Dossier:
    dossier = office.handled(**changes)
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("04T09:00"))
    return dossier


def test_a_signed_result_is_a_paper_of_the_post_and_ends_the_dossier(
    office: Office, key: Path
) -> None:
    dossier = at_the_leader(office)
    assert services.approve(dossier=dossier, by=office.leader, at=NOW) == End.RESULT
    assert dossier.status == Status.DONE
    result = Result.objects.get(dossier=dossier)
    paper = Paper.objects.get(code=result.paper)
    assert (paper.number, paper.issued_at, str(paper.signer)) == (
        "1/KQ-UBND", NOW, "Chủ tịch, UBND Phường Bờ Sông",
    )  # fmt: skip
    assert (result.signed_at, result.signed_by) == (NOW, office.leader.actor)
    found = signing.check(paper)
    assert found is not None
    assert found.intact
    assert found.trusted
    [shown] = [one for one in selectors.papers_of_dossier(dossier) if one.signed]
    assert shown.code == paper.code
    assert [one.act for one in selectors.history(dossier)][-2:] == [Act.SIGN, Act.FINISH]


@pytest.mark.django_db(transaction=True)
def test_the_applicant_reads_that_it_was_signed_and_is_written_to_once(
    office: Office, key: Path, client: Client
) -> None:
    drain_all()  # What happened before the first look is told to nobody.
    applicant = Person(name="Trần Thị Mẫu", citizen_id="079190000001", email="m@example.com")
    wanted = office.permit_for(applicant=applicant, news=News.EMAIL)
    dossier = at_the_leader(office, application=wanted)
    services.approve(dossier=dossier, by=office.leader, at=NOW)
    link = selectors.tracking_token(dossier, at=NOW)
    shown = client.get(f"/en/cases/t/{link}").content.decode()
    assert "The result was signed" in shown
    assert Result.objects.get().paper in shown
    drain_all()
    moves = Move.objects.filter(dossier=dossier).values_list("pk", "act")
    told = set(Notice.objects.filter(template="cases_news").values_list("dedupe", flat=True))
    assert [act for pk, act in moves.order_by("pk") if f"cases:{pk}" in told] == [
        Act.SUBMIT, Act.RECEIVE, Act.BEGIN, Act.FINISH,
    ]  # fmt: skip


def test_every_act_is_told_to_the_applicant_in_words() -> None:
    assert set(HAPPENED) == set(Act)


def test_the_result_says_who_asked_for_what_on_which_ground(office: Office) -> None:
    dossier = at_the_leader(office)
    said = contents.result(dossier, about="Giấy phép", agreed="", refusal="", signed=["Ký bởi: A"])
    values = " ".join(value for _label, value in said["lines"])
    assert "Trần Thị Mẫu" in values
    assert "079190000001" not in values
    assert said["opening"][0].startswith("Căn cứ ")
    refused = contents.result(dossier, about="", agreed="", refusal="Sai quy hoạch", signed=[])
    assert ["Lý do", "Sai quy hoạch"] in refused["lines"]


def test_only_a_leader_of_the_unit_that_decides_signs(office: Office, key: Path) -> None:
    dossier = at_the_leader(office)
    other = make_officer("thu", unit=office.hill, role=Role.LEADER)
    above = make_officer("son", unit=office.root, role=Role.LEADER)
    for person in (office.officer, office.counter, other, above):
        assert not permissions.may_sign(person, dossier, on=NOW.date())
        with pytest.raises(services.NotYours):
            services.sign_result(dossier=dossier, by=person, at=NOW)
    services.sign_result(dossier=dossier, by=office.leader, at=NOW)
    with pytest.raises(services.SignedBefore):
        services.sign_result(dossier=dossier, by=office.leader, at=NOW)


def test_a_corrected_result_is_revoked_and_its_paper_says_so(office: Office, key: Path) -> None:
    dossier = at_the_leader(office)
    services.approve(dossier=dossier, by=office.leader, at=NOW)
    code = Result.objects.get(dossier=dossier).paper
    services.correct(
        dossier=dossier, step="sign", reason="Sai tên Trần Thị Mẫu", by=office.leader, at=NOW
    )
    paper = Paper.objects.get(code=code)
    assert paper.state == State.REVOKED
    assert paper.revoked_why == "Kết quả đã được thay bằng kết quả khác."
    services.approve(dossier=dossier, by=office.leader, at=at("06T09:00"))
    assert Result.objects.get(dossier=dossier, revoked_at=None).paper != code


def test_what_is_not_granted_is_signed_as_well(office: Office, key: Path) -> None:
    dossier = office.handled()
    with pytest.raises(services.RefusalNeeded):
        services.advance(dossier=dossier, outcome="refuse", by=office.officer, at=NOW)
    [result] = services.sign_result(
        dossier=dossier, by=office.leader, at=NOW, refusal="Trái quy hoạch"
    )
    assert (result.code, Paper.objects.get(code=result.paper).kind) == ("refusal", "case_result")
    end = services.advance(dossier=dossier, outcome="refuse", by=office.officer, at=NOW)
    assert end == End.REFUSED


def test_without_the_key_nothing_happens_and_it_is_said_why(office: Office, key: Path) -> None:
    dossier = at_the_leader(office)
    key.unlink()
    with pytest.raises(services.CannotSign) as missing:
        services.approve(dossier=dossier, by=office.leader, at=NOW)
    assert "Chủ tịch, UBND Phường Bờ Sông" in missing.value.message
    again = Dossier.objects.get(pk=dossier.pk)
    assert (again.status, again.step) == (Status.HANDLED, "sign")
    assert not Result.objects.filter(dossier=dossier).exists()
    assert not IssuedPaper.objects.filter(dossier=dossier, kind="case_result").exists()


def test_who_was_slower_signs_nothing(office: Office, key: Path) -> None:
    dossier = at_the_leader(office)
    stale = Dossier.objects.get(pk=dossier.pk)
    services.send_back(
        dossier=dossier, step="check", reason="Thiếu", by=office.leader, at=at("04T10:00")
    )
    with pytest.raises(services.Refused):
        services.approve(dossier=stale, by=office.leader, at=NOW)
    assert not Paper.objects.filter(kind="case_result").exists()


def test_a_leader_whose_turn_it_is_refuses_in_one_act_and_grants_nothing_beside(
    office: Office, key: Path
) -> None:
    dossier = at_the_leader(office)
    with pytest.raises(services.ReasonNeeded):
        services.decline(dossier=dossier, reason="  ", by=office.leader, at=NOW)
    services.decline(dossier=dossier, reason="Trái quy hoạch", by=office.leader, at=NOW)
    assert (dossier.status, dossier.end) == (Status.DONE, End.REFUSED)
    assert [one.code for one in Result.objects.filter(dossier=dossier)] == ["refusal"]


def test_a_refusal_that_is_signed_while_an_officer_has_it_is_ended_by_the_officer(
    office: Office, key: Path
) -> None:
    dossier = office.handled()
    services.decline(dossier=dossier, reason="Trái quy hoạch", by=office.leader, at=NOW)
    assert dossier.status == Status.HANDLED
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=NOW)
    with pytest.raises(services.RefusalSigned):
        services.approve(dossier=dossier, by=office.leader, at=NOW)
    with pytest.raises(services.RefusalSigned):
        services.advance(dossier=dossier, outcome="signed", by=office.leader, at=NOW)


def test_a_draft_is_the_paper_without_number_and_keeps_nothing(office: Office, key: Path) -> None:
    dossier = at_the_leader(office)
    [draft] = services.preview(dossier=dossier, by=office.leader, purpose="Xem", at=NOW)
    assert draft.pages[0].startswith(b"\x89PNG")
    assert "Trần Thị Mẫu" in " ".join(value for _label, value in draft.lines)
    [refused] = services.preview(
        dossier=dossier, by=office.leader, purpose="Xem", at=NOW, refusal="Trái quy hoạch"
    )
    assert "Trái quy hoạch" in [value for _label, value in refused.lines]
    assert not Paper.objects.filter(kind="case_result").exists()
    assert not Result.objects.filter(dossier=dossier).exists()
    with pytest.raises(services.NotYours):
        services.preview(dossier=dossier, by=office.officer, purpose="Xem", at=NOW)


# --- The page ------------------------------------------------------------------------------------


def test_a_leader_signs_many_at_once_and_each_that_failed_is_named(
    office: Office, key: Path, client: Client
) -> None:
    first, second = at_the_leader(office), at_the_leader(office)
    services.consult(
        dossier=second, question="Ý kiến?", due_on=at("20T09:00").date(), by=office.leader,
        at=at("04T11:00"), agency="Sở Xây dựng",
    )  # fmt: skip
    signed_in(client, office.leader)
    page = client.get("/en/desk/cases/sign/").content.decode()
    assert first.code in page
    assert second.code in page
    assert "Trần Thị Mẫu" not in page, "lists do not name people"
    answer = client.post(
        "/en/desk/cases/sign/", {"codes": [first.code, second.code, "38.01.H29-260302-9999"]}
    )
    batch = answer.context["batch"]
    assert batch.done == [first.code]
    assert [code for code, _why in batch.failed] == [second.code, "38.01.H29-260302-9999"]
    assert "An agency was asked" in answer.content.decode()
    assert not Result.objects.filter(dossier=second).exists(), "what failed is not half done"
    assert client.post("/en/desk/cases/sign/", {}).status_code == 422


def test_the_page_says_before_that_the_key_is_missing(
    office: Office, key: Path, client: Client
) -> None:
    dossier = at_the_leader(office)
    key.unlink()
    signed_in(client, office.leader)
    assert "is missing" in client.get("/en/desk/cases/sign/").content.decode()
    answer = client.post("/en/desk/cases/sign/", {"codes": [dossier.code]})
    assert answer.context["batch"].done == []
    assert "is missing" in answer.context["batch"].failed[0][1]


def test_nobody_else_has_that_page(office: Office, client: Client) -> None:
    signed_in(client, office.officer)
    assert client.get("/desk/cases/sign/").status_code == 403
    assert client.post("/desk/cases/sign/", {"codes": ["x"]}).status_code == 403


def test_the_list_asks_as_often_however_long_it_is(
    office: Office, key: Path, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(4):
        at_the_leader(office)
    signed_in(client, office.leader)
    client.get("/desk/cases/sign/")
    with django_assert_max_num_queries(16):
        client.get("/desk/cases/sign/")


# --- One dossier ---------------------------------------------------------------------------------


def test_a_leader_looks_at_the_paper_and_signs_what_was_looked_at(
    office: Office, key: Path, client: Client
) -> None:
    dossier = at_the_leader(office)
    url = f"/en/desk/cases/{dossier.code}/sign"
    signed_in(client, office.leader)
    assert url in client.get(f"/en/desk/cases/{dossier.code}/").content.decode()
    page = client.get(url)
    assert "data:image/png;base64," in page.content.decode()
    [look] = Look.objects.filter(record=dossier.subject)
    assert (look.actor, look.purpose) == (
        office.leader.actor, "To look at the paper before it is signed",
    )  # fmt: skip
    stale = client.post(url, {"act": "approve", "seen": "2026-03-01T00:00:00+07:00"}, follow=True)
    assert "moved meanwhile" in stale.content.decode()
    assert Dossier.objects.get().status == Status.HANDLED
    done = client.post(url, {"act": "approve", "seen": page.context["seen"]})
    assert done["Location"] == f"/en/desk/cases/{dossier.code}/?done=1"
    assert Dossier.objects.get().status == Status.DONE


def test_a_refusal_is_looked_at_before_it_is_signed(
    office: Office, key: Path, client: Client
) -> None:
    dossier = at_the_leader(office)
    url = f"/en/desk/cases/{dossier.code}/sign"
    signed_in(client, office.leader)
    dossier.refresh_from_db()
    given = {"act": "look", "seen": dossier.changed_at.isoformat(), "reason": ""}
    assert client.post(url, given).status_code == 422
    looked = client.post(url, given | {"reason": "Trái quy hoạch"})
    assert "Trái quy hoạch" in looked.content.decode()
    assert not Result.objects.exists()
    client.post(url, given | {"act": "decline", "reason": "Trái quy hoạch"})
    assert Dossier.objects.get().end == End.REFUSED


def test_the_page_of_a_dossier_offers_a_signature_to_who_may_give_it(
    office: Office, key: Path, client: Client
) -> None:
    dossier = office.handled()
    url = f"/en/desk/cases/{dossier.code}/sign"
    signed_in(client, office.officer)
    assert url not in client.get(f"/en/desk/cases/{dossier.code}/").content.decode()
    assert client.get(url).status_code == 403
    assert client.post(url, {"act": "approve"}).status_code == 403
    signed_in(client, office.leader)
    page = client.get(f"/en/desk/cases/{dossier.code}/").content.decode()
    assert "Sign that it is not granted" in page
    assert "Approve and sign" not in client.get(url).content.decode()
    assert not Look.objects.filter(record=dossier.subject).exists(), "nothing was shown"
    dossier.refresh_from_db()
    given = {"seen": dossier.changed_at.isoformat(), "reason": "Trái quy hoạch"}
    assert "Trái quy hoạch" in client.post(url, given | {"act": "look"}).content.decode()
    assert Look.objects.get(record=dossier.subject).actor == office.leader.actor
    signed = client.post(url, given | {"act": "decline"}, follow=True).content.decode()
    assert "The officer who has the dossier ends the step now" in signed
    key.unlink()
    assert "is missing" in client.get(url).content.decode()


def test_an_officer_asks_for_a_refusal_and_who_signs_is_told_once(
    office: Office, key: Path, client: Client
) -> None:
    dossier = office.handled()
    url = f"/en/desk/cases/{dossier.code}/refusal"
    signed_in(client, office.leader)
    assert client.post(url).status_code == 403
    signed_in(client, office.officer)
    assert url in client.get(f"/en/desk/cases/{dossier.code}/").content.decode()
    for _press in range(2):
        assert "were told" in client.post(url, follow=True).content.decode()
    notice = Notice.objects.get(template="cases_refusal")
    assert notice.address == office.leader.actor
    assert f"/desk/cases/{dossier.code}/sign" in notice.text
    assert "Trần Thị Mẫu" not in notice.text
    services.decline(dossier=dossier, reason="Trái quy hoạch", by=office.leader, at=NOW)
    assert url not in client.get(f"/en/desk/cases/{dossier.code}/").content.decode()
    assert "signed already" in client.post(url, follow=True).content.decode()


def test_without_anybody_who_signs_the_officer_is_told_so(office: Office, client: Client) -> None:
    dossier = office.handled()
    accounts.leave(user=office.leader, on=NOW.date(), successor=None, at=NOW, by="system")
    signed_in(client, office.officer)
    answer = client.post(f"/en/desk/cases/{dossier.code}/refusal", follow=True)
    assert "Nobody signs" in answer.content.decode()
