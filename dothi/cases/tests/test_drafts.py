"""What is filled in before it is sent: its files, its version, and papers given before."""

from io import BytesIO

import pytest
from PIL import Image

from dothi.accounts.tests.factories import make_citizen
from dothi.cases import selectors, services
from dothi.cases.models import Document
from dothi.cases.services import Begun, Given
from dothi.cases.tests.factories import BIRTH, MONDAY_9AM, PERMIT, Office, at
from dothi.core.access.selectors import looks_at
from dothi.core.attachments import services as attachments
from dothi.core.attachments.models import Attachment
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


def begun(office: Office, **more: object) -> Begun:
    return services.begin_draft(procedure=PERMIT, at=MONDAY_9AM, **more)  # type: ignore[arg-type]


def with_land_paper(office: Office, **more: object) -> Begun:
    new = begun(office, **more)
    refused = services.attach(
        draft=new.draft, paper="land", files=[(BytesIO(picture()), "so-do.jpg")], at=MONDAY_9AM
    )
    assert refused == []
    return new


def given(begun: Begun) -> list[Given]:
    held = services.content_of(begun.draft)["papers"]
    return [Given(code=code, files=held.get(code, [])) for code in documents.PERMIT_PAPERS]


def test_files_of_a_draft_outlive_the_sweep_and_go_over_to_the_papers(office: Office) -> None:
    new = with_land_paper(office)
    attachments.sweep_unclaimed(at=at("20T09:00"))
    application = office.permit_for(papers=given(new))
    done = services.send_draft(draft=new.draft, application=application, at=at("20T09:00"))
    land = Document.objects.get(dossier=done.dossier, code="land")
    assert Attachment.objects.get().owner == land.subject
    assert land.digitised


def test_a_paper_is_digitised_only_by_a_file_that_was_there(office: Office) -> None:
    other = with_land_paper(office)
    stolen = services.content_of(other.draft)["papers"]["land"]
    papers = [Given(code=code, files=stolen) for code in documents.PERMIT_PAPERS]
    dossier = office.submitted(application=office.permit_for(papers=papers)).dossier
    assert not Document.objects.filter(dossier=dossier, digitised=True).exists()
    assert Attachment.objects.get().owner == other.draft.subject


def test_a_file_that_cannot_be_taken_is_named(office: Office) -> None:
    new = begun(office)
    [sentence] = services.attach(
        draft=new.draft, paper="land", files=[(BytesIO(b"MZ"), "virus.exe")], at=MONDAY_9AM
    )
    assert sentence.startswith("virus.exe: ")
    with pytest.raises(services.BadText):
        services.attach(draft=new.draft, paper="castle", files=[], at=MONDAY_9AM)


def test_a_draft_that_is_thrown_away_takes_its_files_along(office: Office) -> None:
    new = with_land_paper(office)
    [file] = services.content_of(new.draft)["papers"]["land"]
    services.detach(draft=new.draft, file=file, at=MONDAY_9AM)
    assert not Attachment.objects.exists()
    new = with_land_paper(office)
    services.throw_away(draft=new.draft)
    assert not Attachment.objects.exists()


def test_nobody_fills_in_what_is_not_sent_in_here(office: Office) -> None:
    publish(documents.birth(channel="national"), since=at("03T09:00").date())
    with pytest.raises(services.NotOffered):
        services.begin_draft(procedure=BIRTH, at=at("03T09:00"))


def test_another_version_keeps_what_still_fits_and_asks_to_look_again(office: Office) -> None:
    new = with_land_paper(office)
    content = services.content_of(new.draft)
    content["answers"] = documents.permit_answers()
    services.save_draft(draft=new.draft, content=content, at=MONDAY_9AM)
    changed = documents.permit()
    fields = changed["form"]["sections"][0]["fields"]
    fields[0]["options"] = [{"code": "works", "name": {"vi": "Công trình", "en": "Works"}}]
    publish(changed, since=at("03T09:00").date())
    application = office.permit_for(papers=given(new))
    later = at("04T09:00")
    with pytest.raises(services.VersionChanged):
        services.send_draft(draft=new.draft, application=application, at=later)
    assert services.renew(draft=new.draft, at=later)
    kept = services.content_of(services.draft_of(new.secret, at=later))
    assert kept["answers"] == {"floors": 3, "owner_id": "079190000001"}
    assert kept["papers"]["land"]
    assert not services.renew(draft=new.draft, at=later)


def test_a_paper_given_once_is_offered_again_and_its_use_is_noted(office: Office) -> None:
    me, other = make_citizen("me@dan.example"), make_citizen("other@dan.example")
    first = with_land_paper(office, account=me)
    old = services.send_draft(
        draft=first.draft, application=office.permit_for(papers=given(first)), at=MONDAY_9AM,
        account=me,
    ).dossier  # fmt: skip
    [paper] = selectors.given_before(me, on=MONDAY_9AM.date(), kinds=["land_certificate"])
    assert selectors.given_before(other, on=MONDAY_9AM.date()) == []
    again = [Given(code="land", reused_from=paper.pk)]
    with pytest.raises(services.NotOffered):
        services.send_draft(
            draft=begun(office).draft, application=office.permit_for(papers=again), at=MONDAY_9AM,
            account=other,
        )  # fmt: skip
    done = services.send_draft(
        draft=begun(office, account=me).draft, application=office.permit_for(papers=again),
        at=MONDAY_9AM, account=me,
    )  # fmt: skip
    land = Document.objects.get(dossier=done.dossier, code="land")
    assert (land.reused_from_id, land.digitised) == (paper.pk, True)
    assert [look.fields for look in looks_at([old.subject])] == [["land_certificate"]]
    assert len(selectors.files_of(done.dossier)) == 1


def test_the_drafts_of_an_account(office: Office) -> None:
    me = make_citizen("me@dan.example")
    mine, _other = begun(office, account=me), begun(office)
    assert list(selectors.drafts_of(me, at=MONDAY_9AM)) == [mine.draft]
    link = selectors.draft_token(mine.draft, at=MONDAY_9AM)
    assert services.draft_of(link, at=MONDAY_9AM) == mine.draft
    services.forget_account(account=me, at=MONDAY_9AM)
    with pytest.raises(services.LinkDoesNotOpen):
        services.draft_of(link, at=MONDAY_9AM)
