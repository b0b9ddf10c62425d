"""Dossiers from reception to result: who has them, what the clock does, what is refused."""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Act, Origin, Part, Status
from dothi.cases.models import Dossier, Move, Party, Proposal, Supplement
from dothi.cases.services import Given
from dothi.cases.tests.factories import BIRTH, MONDAY_9AM, PERMIT, Office, at, make_result, somebody
from dothi.core.clocks import services as clocks
from dothi.core.events.services import drain_all
from dothi.core.inbox.models import Duty
from dothi.procedures.choices import End, Way
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish

pytestmark = pytest.mark.django_db
DUE = at("23T17:00")  # Fifteen working days after 2 March.


def acts(dossier: Dossier) -> list[str]:
    return [move.act for move in selectors.history(dossier)]


def duty(dossier: Dossier) -> Duty | None:
    return Duty.objects.filter(kind="cases.dossier", code=dossier.code).first()


def test_what_was_sent_in_waits_at_the_counter_for_eight_working_hours(office: Office) -> None:
    done = office.submitted()
    dossier = done.dossier
    assert dossier.code == "38.01.H29-260302-0001"
    assert (dossier.status, dossier.due_at) == (Status.NEW, None)
    waiting = duty(dossier)
    assert waiting is not None
    assert (waiting.unit_code, waiting.role) == ("00001", "counter")
    assert waiting.due_at == at("03T09:00")  # Eight working hours from 9 on Monday.
    assert selectors.by_secret(done.secret) == dossier


def test_received_it_lies_with_the_first_step_and_the_clock_of_the_law_runs(office: Office) -> None:
    dossier = office.received()
    assert dossier.status == Status.RECEIVED
    assert dossier.due_at == dossier.promised_at == DUE
    waiting = duty(dossier)
    assert waiting is not None
    assert (waiting.role, waiting.due_at, dossier.step) == ("specialist", DUE, "check")


def test_the_time_limit_follows_from_the_answers(office: Office) -> None:
    works = office.permit_for(answers=documents.permit_answers(kind="works"))
    assert office.received(application=works).due_at == at("30T17:00")


def test_a_whole_life(office: Office) -> None:
    dossier = office.done(at=at("10T10:00"))
    assert (dossier.status, dossier.end) == (Status.DONE, End.RESULT)
    waiting = duty(dossier)
    assert waiting is not None
    assert waiting.role == "counter"
    services.give(dossier=dossier, by=office.counter, at=at("11T10:00"))
    services.rate(dossier=dossier, stars=5, note="", at=at("11T11:00"))
    assert (dossier.status, duty(dossier)) == (Status.RETURNED, None)
    assert acts(dossier) == [
        Act.SUBMIT, Act.RECEIVE, Act.BEGIN, Act.HAND_OVER, Act.FINISH, Act.GIVE
    ]  # fmt: skip
    with pytest.raises(services.NotAllowedNow):
        services.rate(dossier=dossier, stars=1, note="", at=at("11T12:00"))


def test_papers_are_asked_for_once_and_the_day_moves_by_the_wait(office: Office) -> None:
    dossier = office.handled()
    services.ask(dossier=dossier, what="Bản vẽ móng", by=office.officer, at=at("04T09:00"))
    assert (dossier.status, dossier.paused) == (Status.SUPPLEMENT, True)
    services.supply(
        dossier=dossier, by="public", at=at("06T09:00"), papers=[Given(code="foundation")]
    )
    assert (dossier.status, dossier.paused) == (Status.HANDLED, False)
    assert dossier.due_at == at("25T17:00")
    assert dossier.promised_at == DUE
    row = Supplement.objects.get(dossier=dossier)
    assert (row.due_before, row.due_after) == (DUE, dossier.due_at)
    with pytest.raises(services.AskedBefore):
        services.ask(dossier=dossier, what="Thêm", by=office.officer, at=at("06T10:00"))


def test_papers_asked_for_before_receipt_pause_nothing(office: Office) -> None:
    dossier = office.submitted().dossier
    services.ask(dossier=dossier, what="Bản vẽ", by=office.counter, at=at("02T10:00"))
    assert not dossier.paused
    services.supply(dossier=dossier, by="public", at=at("03T10:00"))
    assert dossier.status == Status.NEW
    services.receive(dossier=dossier, by=office.counter, at=at("03T11:00"))
    assert dossier.due_at == at("24T17:00")


def test_a_financial_duty_pauses_as_often_as_it_must(office: Office) -> None:
    dossier = office.handled()
    for day in (3, 5):
        services.charge(dossier=dossier, reason="Thuế", by=office.officer, at=at(f"0{day}T09:00"))
        services.settle(dossier=dossier, by=office.counter, at=at(f"0{day + 1}T09:00"))
    assert dossier.due_at == at("25T17:00")


def test_it_is_put_off_once_and_not_on_the_last_day(office: Office) -> None:
    dossier, late = office.handled(), office.handled()
    services.extend(
        dossier=dossier, amount=5, reason="Chờ ý kiến", by=office.leader, at=at("20T09:00")
    )
    assert dossier.due_at == dossier.promised_at == at("30T17:00")
    with pytest.raises(services.NoExtension):
        services.extend(dossier=dossier, amount=5, reason="x", by=office.leader, at=at("24T09:00"))
    with pytest.raises(services.NoExtension):
        services.extend(dossier=late, amount=5, reason="x", by=office.leader, at=at("23T09:00"))


def test_a_step_is_left_only_as_its_version_says(office: Office) -> None:
    dossier = office.handled()
    with pytest.raises(services.NoSuchOutcome):
        services.advance(dossier=dossier, outcome="signed", by=office.officer, at=at("03T09:00"))
    with pytest.raises(services.NoSuchOutcome):
        services.send_back(
            dossier=dossier, step="sign", reason="x", by=office.officer, at=at("03T09:00")
        )
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("03T09:00"))
    services.send_back(
        dossier=dossier, step="check", reason="Sai", by=office.leader, at=at("03T10:00")
    )
    assert (dossier.step, dossier.handling_role) == ("check", "specialist")


def test_nothing_is_finished_without_a_signed_result(office: Office) -> None:
    dossier = office.handled()
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("03T09:00"))
    with pytest.raises(services.NoResult, match="Giấy phép"):
        services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("03T10:00"))


def test_another_agency_is_asked_and_has_to_answer_before_the_end(office: Office) -> None:
    dossier = office.handled()
    row = services.consult(
        dossier=dossier, question="Có quy hoạch không?", due_on=at("06T09:00").date(),
        by=office.officer, at=at("03T09:00"), unit=office.hill,
    )  # fmt: skip
    asked = Duty.objects.get(kind="cases.consultation")
    assert (asked.unit_code, asked.due_at) == ("00002", at("06T17:00"))
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("04T09:00"))
    make_result(dossier, at=at("04T09:00"))
    with pytest.raises(services.StillAsked):
        services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("04T10:00"))
    services.consulted(
        dossier=dossier, consultation=row, answer="Không", by=office.stranger, at=at("05T09:00")
    )
    services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("05T10:00"))
    assert not Duty.objects.filter(kind="cases.consultation").exists()


@pytest.mark.django_db(transaction=True)
def test_silence_on_a_draft_is_agreement_after_a_day(office: Office) -> None:
    dossier = office.handled()
    services.propose(dossier=dossier, text="Tên: An", by=office.officer, at=at("03T09:00"))
    clocks.sweep(at=at("05T09:00"))
    drain_all()
    row = Proposal.objects.get(dossier=dossier)
    assert (row.agreed, row.by_silence, row.answered_at) == (True, True, row.due_at)


def test_who_looks_at_the_draft_agrees_or_says_what_is_wrong(office: Office) -> None:
    dossier = office.handled()
    for _turn in range(2):
        services.propose(dossier=dossier, text="Tên: An", by=office.officer, at=at("03T09:00"))
        services.objects(dossier=dossier, said="Tên: Anh", by="public", at=at("03T10:00"))
    services.propose(dossier=dossier, text="Tên: Anh", by=office.officer, at=at("03T11:00"))
    services.agree(dossier=dossier, by="public", at=at("03T12:00"))
    with pytest.raises(services.LinkDoesNotOpen):
        services.agree(dossier=dossier, by="public", at=at("03T12:00"))
    assert [row.agreed for row in Proposal.objects.order_by("id")] == [False, False, True]


def test_withdrawn_or_stopped_nothing_is_to_be_done(office: Office) -> None:
    back = office.handled()
    services.withdraw(dossier=back, reason="Đổi ý", by="public", at=at("03T09:00"))
    stopped = office.handled()
    services.ask(dossier=stopped, what="Bản vẽ", by=office.officer, at=at("03T09:00"))
    services.stop(dossier=stopped, reason="Không bổ sung", by=office.leader, at=at("03T10:00"))
    assert (back.status, stopped.status) == (Status.WITHDRAWN, Status.STOPPED)
    assert not Duty.objects.exists()
    assert not back.clock or back.clock.__class__.objects.get(pk=back.clock.pk).ended_at


def test_a_wrong_result_is_corrected_and_the_day_stays(office: Office) -> None:
    dossier = office.done(at=at("10T10:00"))
    services.correct(
        dossier=dossier, step="check", reason="Sai tên", by=office.leader, at=at("11T09:00")
    )
    assert (dossier.status, dossier.due_at, dossier.done_at) == (Status.HANDLED, DUE, None)
    services.advance(dossier=dossier, outcome="fits", by=office.officer, at=at("11T10:00"))
    with pytest.raises(services.NoResult):
        services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("11T10:00"))
    make_result(dossier, at=at("11T11:00"))
    services.advance(dossier=dossier, outcome="signed", by=office.leader, at=at("11T12:00"))
    assert (dossier.status, dossier.done_at) == (Status.DONE, at("11T12:00"))


def test_refused_with_a_reason_only(office: Office) -> None:
    dossier = office.submitted().dossier
    with pytest.raises(services.ReasonNeeded):
        services.refuse(dossier=dossier, reason=" ", by=office.counter, at=at("02T10:00"))
    services.refuse(dossier=dossier, reason="Sai nơi", by=office.counter, at=at("02T10:00"))
    assert (dossier.status, dossier.closed_at) == (Status.NOT_RECEIVED, at("02T10:00"))
    assert duty(dossier) is None


def test_without_its_papers_it_is_not_received(office: Office) -> None:
    dossier = office.submitted(application=office.permit_for(papers=[])).dossier
    with pytest.raises(services.PapersMissing, match="Bản vẽ") as error:
        services.receive(dossier=dossier, by=office.counter, at=at("02T10:00"))
    assert error.value.names == ["Đơn", "Giấy tờ đất", "Bản vẽ"]


def test_what_the_form_asks_is_asked_again_here(office: Office) -> None:
    for answers, unknown in (
        ({"kind": "house", "floors": 99}, []),
        ({"kind": "castle", "floors": 1}, []),
        (documents.permit_answers(fee=0), ["fee"]),
    ):
        with pytest.raises(services.BadAnswers) as error:
            office.submitted(application=office.permit_for(answers=answers))
        assert error.value.unknown == unknown
        assert error.value.mistakes or unknown


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("phone", {"phone": "12"}),
        ("email", {"email": "a@b"}),
        ("citizen_id", {"citizen_id": "123"}),
        ("tax_code", {"tax_code": "x"}),
    ],
)
def test_who_applies_is_told_as_it_is_needed(
    office: Office, field: str, changes: dict[str, str]
) -> None:
    with pytest.raises(services.BadApplicant) as error:
        office.submitted(application=office.permit_for(applicant=somebody(**changes)))
    assert error.value.field == field


def test_who_acts_for_another_shows_by_what(office: Office) -> None:
    agent = somebody(name="Lê Văn Thay", citizen_id="079080000002")
    with pytest.raises(services.BadApplicant):
        office.submitted(application=office.permit_for(agent=agent))
    agent = somebody(name="Lê Văn Thay", citizen_id="079080000002", proof="Giấy ủy quyền 12/2026")
    dossier = office.submitted(application=office.permit_for(agent=agent)).dossier
    assert set(Party.objects.filter(dossier=dossier).values_list("part", flat=True)) == {
        Part.APPLICANT, Part.AGENT
    }  # fmt: skip


def test_the_number_is_encrypted_and_found_by_its_hash(office: Office) -> None:
    dossier = office.submitted().dossier
    with connection.cursor() as cursor:
        cursor.execute("select citizen_id, citizen_id_hash from cases_party")
        stored = cursor.fetchone()
        cursor.execute("select answers::text, sealed from cases_dossier")
        answers, sealed = cursor.fetchone() or ("", "")
    assert stored is not None
    for text in (*stored, answers, sealed):
        assert "079190000001" not in text
    assert (
        Party.objects.get(citizen_id_hash=selectors.number_hash("079190000001")).dossier == dossier
    )


def test_personal_values_are_opened_at_the_post_and_noted(office: Office) -> None:
    from dothi.core.access.selectors import looks_at

    dossier = office.received()
    opened = services.open_sealed(
        dossier=dossier, by=office.officer, purpose="Thẩm tra", at=at("02T10:00")
    )
    assert opened == {"owner_id": "079190000001"}
    assert [look.fields for look in looks_at([dossier.subject])] == [["owner_id"]]
    with pytest.raises(services.NotYours):
        services.open_party(
            dossier=dossier, part="applicant", by=office.stranger, purpose="x", at=at("02T10:00")
        )


def test_a_dossier_keeps_its_version_for_life(office: Office) -> None:
    dossier = office.received()
    newer = publish(documents.permit(steps=documents.birth()["steps"]), since=at("03T09:00").date())
    assert selectors.loaded().get(pk=dossier.pk).version_id == office.permit.pk
    with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(version=newer)
    services.begin(dossier=dossier, by=office.officer, at=at("04T09:00"))
    services.advance(dossier=dossier, outcome="visit", by=office.officer, at=at("04T10:00"))
    assert office.submitted(at=at("04T11:00")).dossier.version_id == newer.pk


def test_history_is_final(office: Office) -> None:
    office.received()
    for change in (lambda: Move.objects.update(reason="x"), lambda: Move.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            change()


def test_the_faster_one_wins_and_the_other_reads_why(office: Office) -> None:
    dossier = office.received()
    other = selectors.loaded().get(pk=dossier.pk)
    services.begin(dossier=dossier, by=office.officer, at=at("03T09:00"))
    with pytest.raises(services.TooLate, match="Đang xử lý"):
        services.withdraw(dossier=other, reason="Đổi ý", by="public", at=at("03T09:01"))


def test_a_procedure_of_the_counter_is_not_sent_in_here(office: Office) -> None:
    publish(documents.birth(channel="national"), since=at("03T09:00").date())
    birth = office.permit_for(
        procedure=BIRTH,
        answers=documents.ANSWERS | {"born_on": "2026-03-01"},
        papers=[Given(code="birth_note"), Given(code="marriage")],
    )
    with pytest.raises(services.NotOffered):
        office.submitted(application=birth, at=at("03T09:00"))
    done = office.submitted(application=birth, at=at("03T09:00"), origin=Origin.NATIONAL)
    assert done.dossier.status == Status.NEW


def test_at_the_counter_it_is_entered_and_received_at_once(office: Office) -> None:
    done = services.enter(
        application=office.permit_for(unit=office.hill), by=office.counter, at=MONDAY_9AM,
        receiving_unit=office.river,
    )  # fmt: skip
    dossier = done.dossier
    assert (dossier.way, dossier.origin, dossier.status) == (Way.DIRECT, "counter", 2)
    # Received for the other ward: its officers have it, and it comes back to this counter.
    assert (dossier.handling_unit, dossier.receiving_unit) == (office.hill, office.river)
    assert dossier.code.startswith("38.01.H29-")


def test_who_may_do_what(office: Office) -> None:
    on = at("03T09:00").date()
    new, handled = office.submitted().dossier, office.handled()
    assert permissions.acts_for(office.counter, new, on=on) == [
        Act.RECEIVE, Act.REFUSE, Act.ASK, Act.WITHDRAW
    ]  # fmt: skip
    assert Act.HAND_OVER in permissions.acts_for(office.officer, handled, on=on)
    assert Act.EXTEND in permissions.acts_for(office.leader, handled, on=on)
    assert Act.HAND_OVER not in permissions.acts_for(office.leader, handled, on=on)
    assert not permissions.acts_for(office.stranger, handled, on=on)
    assert not selectors.dossiers_seen_by(office.stranger, on=on).exists()
    assert selectors.dossiers_seen_by(office.officer, on=on).count() == 2


def test_a_worklist_is_searched_by_code_phone_and_name_without_marks(office: Office) -> None:
    dossier = office.received()
    other = somebody(name="Lê Ân", phone="0987654321")
    office.received(application=office.permit_for(applicant=other))
    on = at("03T09:00").date()
    for text in (dossier.code.lower(), "0901 234 567", "tran thi", "Trần Thị Mẫu"):
        rows = selectors.queue(office.officer, on=on, filters=selectors.QueueFilters(search=text))
        assert [row.code for row in rows.items] == [dossier.code], text


@pytest.mark.django_db(transaction=True)
def test_numbers_of_a_day_have_no_gap_however_many_come_at_once(office: Office) -> None:
    codes: list[str] = []

    def many(turn: int) -> None:
        for number in range(5):
            try:
                with transaction.atomic():
                    done = office.submitted()
                    if (turn + number) % 3 == 0:
                        raise RuntimeError  # Taken back: its number is given to the next one.
                codes.append(done.dossier.code)
            except RuntimeError:
                pass
        connection.close()

    threads = [threading.Thread(target=many, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(int(code.rpartition("-")[2]) for code in codes)
    assert numbers == list(range(1, len(codes) + 1))
    assert len(codes) > 10


def test_drafts_are_come_back_to_sent_once_and_forgotten(office: Office) -> None:
    begun = services.begin_draft(procedure=PERMIT, at=MONDAY_9AM)
    services.save_draft(draft=begun.draft, content={"answers": {"x": "Bí mật"}}, at=MONDAY_9AM)
    found = services.draft_of(begun.secret.lower(), at=at("20T09:00"))
    assert services.content_of(found) == {"answers": {"x": "Bí mật"}}
    with connection.cursor() as cursor:
        cursor.execute("select content from cases_draft")
        assert "Bí mật" not in str(cursor.fetchone())
    services.send_draft(draft=found, application=office.permit_for(), at=at("20T09:00"))
    with pytest.raises(services.LinkDoesNotOpen):
        services.send_draft(draft=found, application=office.permit_for(), at=at("20T09:00"))
    services.begin_draft(procedure=BIRTH, at=MONDAY_9AM)
    assert services.sweep_drafts(at=at("2026-04-02T09:00")) == 1
