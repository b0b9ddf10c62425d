"""Golden records of very many: a worker does it, and nobody waits for the page."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.core.audit.models import Entry
from dothi.core.inbox.models import Duty
from dothi.core.notices import services as outbox
from dothi.core.notices.models import Notice
from dothi.datastore.resolution import jobs, ports, services
from dothi.datastore.resolution.choices import Aim, Verdict, WorkFault, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork, Pair, Project
from dothi.datastore.resolution.services import golden_publishing, golden_works
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests import stored
from dothi.datastore.resolution.tests.factories import AT, REGISTER, WELFARE, approved, compared
from dothi.datastore.resolution.tests.stored import GOLDEN, NUMBER
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as rows
from dothi.units.models import Unit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
TASK = "dothi.datastore.resolution.jobs.make_golden"


@pytest.fixture(autouse=True)
def store(tmp_path: "Path", settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STORE = tmp_path / "store"
    settings.GOLDEN_AT_ONCE = 1
    monkeypatch.setattr("dothi.core.clock.now", lambda: AT)
    ports.hold(StoredLists())


@pytest.fixture
def table(unit: Unit, asker: User, steward: User) -> GoldenTable:
    stored.make_list(unit, "register", REGISTER)
    stored.make_list(unit, "welfare", WELFARE)
    project = approved(unit, asker, steward)
    compared(project, asker)
    made = stored.ask(project, asker)
    services.approve_table(table=made, by=steward, at=AT)
    return made


def look(table: GoldenTable, by: User) -> GoldenWork:
    return services.ask_for_work(table=table, aim=Aim.LOOK, by=by, at=AT)


def publish(table: GoldenTable, by: User, seen: str) -> GoldenWork:
    return services.ask_for_work(table=table, aim=Aim.PUBLISH, by=by, at=AT, seen=seen)


def done(work: GoldenWork) -> GoldenWork:
    jobs.make_golden(work.pk)
    work.refresh_from_db()
    return work


def one_more_person(project: Project, by: User) -> None:
    pair = Pair.objects.get(project=project, verdict="", band="review")
    services.decide(pair=pair, verdict=Verdict.SAME, by=by, at=AT)


def told(asker: User) -> list[str]:
    return [one.subject for one in Notice.objects.filter(template="resolution_golden_work")]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# --- The way of it -------------------------------------------------------------------------------


def test_a_worker_finds_what_would_change_and_publishes_exactly_that(
    table: GoldenTable, steward: User
) -> None:
    steward.email = "quan.ly@example.vn"
    steward.save()
    found = done(look(table, steward))
    assert (found.state, found.found["added"], found.found["removed"]) == (WorkState.DONE, 1, 0)
    assert tables.latest(GOLDEN) is None, "a look publishes nothing"
    assert Duty.objects.get(kind="resolution.golden_work").person_id == steward.pk

    made = done(publish(table, steward, found.mark))

    assert (made.state, made.version) == (WorkState.DONE, 1)
    assert tables.latest(GOLDEN).rows == 1  # type: ignore[union-attr]
    assert Entry.objects.filter(act="resolution.publish").count() == 1
    assert not Duty.objects.filter(kind="resolution.golden_work").exists()
    outbox.send_due(at=AT)
    assert [one.subject.split(":")[0] for one in mail.outbox] == [
        "Đã tính xong thay đổi của bảng bản ghi chuẩn", "Đã công bố bảng bản ghi chuẩn",
    ]  # fmt: skip
    assert f"/desk/data/resolution/{table.project.code}/golden/" in mail.outbox[0].body


def test_done_again_it_does_no_harm(table: GoldenTable, steward: User) -> None:
    found = done(look(table, steward))
    made = done(publish(table, steward, found.mark))
    done(found)
    done(made)
    assert tables.versions(GOLDEN).count() == 1
    assert Entry.objects.filter(act="resolution.publish").count() == 1


def test_what_it_finds_is_what_would_have_been_found_at_once(
    table: GoldenTable, steward: User
) -> None:
    assert done(look(table, steward)).mark == services.prepare(table, at=AT).mark


def test_neither_work_nor_audit_holds_a_value_of_a_person(
    table: GoldenTable, steward: User
) -> None:
    found = done(look(table, steward))
    done(publish(table, steward, found.mark))
    kept = str([*GoldenWork.objects.values(), *Entry.objects.values(), *Notice.objects.values()])
    assert "Lan" not in kept
    assert NUMBER not in kept


# --- Two at once ---------------------------------------------------------------------------------


def test_who_asks_while_a_worker_is_at_it_is_told_so(
    table: GoldenTable, asker: User, steward: User
) -> None:
    first = look(table, steward)
    with pytest.raises(services.WorksAlready):
        look(table, asker)
    with pytest.raises(IntegrityError), transaction.atomic():
        GoldenWork.objects.create(table=table, aim=Aim.LOOK, asked_by=asker.actor, asked_at=AT)
    done(first)
    assert look(table, asker).state == WorkState.QUEUED, "when it is done, anybody may ask anew"


def test_it_waits_once_however_often_it_is_asked_for(table: GoldenTable, steward: User) -> None:
    look(table, steward)
    jobs.take_up(0)
    jobs.take_up(0)
    assert ProcrastinateJob.objects.filter(task_name=TASK, status="todo").count() == 1


# --- The bad day ---------------------------------------------------------------------------------


def test_decided_meanwhile_nothing_is_published_and_the_page_says_what_to_do(
    table: GoldenTable, asker: User, steward: User
) -> None:
    found = done(look(table, steward))
    work = publish(table, steward, found.mark)
    one_more_person(table.project, asker)

    failed = done(work)

    assert (failed.state, failed.fault) == (WorkState.FAILED, WorkFault.MOVED_ON)
    assert tables.latest(GOLDEN) is None
    shown = page(client_of(steward).get(f"/en/desk/data/resolution/{table.project.code}/golden/"))
    assert "Something has changed since you looked." in shown
    assert "Find out what would change" in shown


def test_a_fault_nobody_foresaw_is_said_and_can_be_tried_again(
    table: GoldenTable, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("dothi.datastore.tables.selectors.preview", full)
        failed = done(look(table, steward))
    assert failed.fault == WorkFault.BROKEN
    assert "Chưa làm được" in Duty.objects.get(kind="resolution.golden_work").title
    assert done(look(table, steward)).state == WorkState.DONE


def test_nothing_new_is_not_published_a_second_time(table: GoldenTable, steward: User) -> None:
    found = done(look(table, steward))
    done(publish(table, steward, found.mark))
    again = done(look(table, steward))
    assert again.found["unchanged"] == 1
    assert done(publish(table, steward, again.mark)).fault == WorkFault.NOTHING_NEW


def test_given_up_it_stops_and_writes_nothing(
    table: GoldenTable, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = done(look(table, steward))
    work = publish(table, steward, found.mark)

    def then_dropped(*args: Any, **options: Any) -> Any:
        services.drop_work(work=work, by=steward, at=AT)
        return preview(*args, **options)

    preview = tables.preview
    with monkeypatch.context() as patched:
        patched.setattr("dothi.datastore.tables.selectors.preview", then_dropped)
        done(work)

    assert work.state == WorkState.DROPPED
    assert tables.latest(GOLDEN) is None
    with pytest.raises(services.TooLate):
        services.drop_work(work=work, by=steward, at=AT)


def test_killed_between_commit_and_account_it_is_said_once_by_the_next_worker(
    table: GoldenTable, steward: User, asker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = done(look(table, steward))
    work = publish(table, steward, found.mark)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(golden_publishing, "write_down", killed)
        with pytest.raises(SystemExit):
            jobs.make_golden(work.pk)
    work.refresh_from_db()
    assert work.state == WorkState.WRITING
    with pytest.raises(services.TooLate):
        services.drop_work(work=work, by=steward, at=AT)
    one_more_person(table.project, asker)

    done(work)

    assert (work.state, work.version) == (WorkState.DONE, 1)
    assert tables.versions(GOLDEN).count() == 1
    assert Entry.objects.filter(act="resolution.publish").count() == 1


def test_one_that_loses_its_workers_again_and_again_is_left_alone(
    table: GoldenTable, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = look(table, steward)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr("dothi.datastore.resolution.services.golden_rows.prepare", killed)
        for _ in range(golden_works.MOST_TRIES):
            with pytest.raises(SystemExit):
                jobs.make_golden(work.pk)
        jobs.make_golden(work.pk)
    work.refresh_from_db()
    assert work.fault == WorkFault.LOST


def test_a_person_erased_while_rows_are_made_does_not_come_in_with_them(
    table: GoldenTable, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = done(look(table, steward))
    work = publish(table, steward, found.mark)

    def then_erased(*args: Any, **options: Any) -> Any:
        golden_works.break_off(table, WorkFault.ERASED, at=AT)
        return preview(*args, **options)

    preview = tables.preview
    with monkeypatch.context() as patched:
        patched.setattr("dothi.datastore.tables.selectors.preview", then_erased)
        done(work)
    assert (work.state, work.fault) == (WorkState.FAILED, WorkFault.ERASED)

    rows.erase("register", "citizen_id", [NUMBER], reason="đơn 3", by="system", at=AT)
    assert done(look(table, steward)).found["after"] == 0


def test_when_the_table_ends_nothing_is_made_for_it_any_more(
    table: GoldenTable, steward: User
) -> None:
    work = look(table, steward)
    services.end_table(table=table, by=steward.actor, at=AT, reason="Không cần nữa.")
    assert done(work).state == WorkState.DROPPED
    with pytest.raises(services.NotAllowedNow):
        look(table, steward)


# --- The page ------------------------------------------------------------------------------------


def test_a_steward_goes_from_page_to_page_without_script(table: GoldenTable, steward: User) -> None:
    here = f"/en/desk/data/resolution/{table.project.code}/golden/"
    client = client_of(steward)
    assert "Find out what would change" in page(client.get(here))

    client.post(f"{here}look")
    work = GoldenWork.objects.get()
    shown = client.get(here)
    assert "Give up" in page(shown)
    assert 'hx-trigger="every 2s"' in shown.content.decode()
    assert "HX-Refresh" not in client.get(f"{here}progress")

    done(work)
    assert client.get(f"{here}progress")["HX-Refresh"] == "true"
    shown = client.get(here)
    assert "Found by a worker" in page(shown)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', shown.content.decode())
    answer = client.post(f"{here}publish", {"seen": seen}, follow=True)
    assert "A worker publishes it." in page(answer)
    done(GoldenWork.objects.latest("pk"))
    assert "version 1" in page(client.get(here))


def test_what_was_found_before_a_decision_is_found_anew(
    table: GoldenTable, asker: User, steward: User
) -> None:
    done(look(table, steward))
    one_more_person(table.project, asker)
    shown = page(client_of(steward).get(f"/en/desk/data/resolution/{table.project.code}/golden/"))
    assert "Please have it found anew" in shown
    assert "New rows" not in shown


def test_only_a_steward_has_it_made_and_readers_see_how_far_it_is(
    table: GoldenTable, unit: Unit, steward: User
) -> None:
    here = f"/en/desk/data/resolution/{table.project.code}/golden/"
    reader = client_of(make_officer("doc", unit=unit, role=Role.SPECIALIST))
    assert reader.post(f"{here}look").status_code == 403
    look(table, steward)
    shown = page(reader.get(here))
    assert "Waiting" in shown
    assert "Give up" not in shown
    assert reader.post(f"{here}drop").status_code == 403
    assert reader.get(f"{here}progress").status_code == 200


def test_few_are_shown_and_published_at_once(
    table: GoldenTable, steward: User, settings: Any
) -> None:
    settings.GOLDEN_AT_ONCE = 100
    here = f"/en/desk/data/resolution/{table.project.code}/golden/"
    client = client_of(steward)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', client.get(here).content.decode())
    client.post(f"{here}publish", {"seen": seen})
    assert tables.latest(GOLDEN).number == 1  # type: ignore[union-attr]
    assert not GoldenWork.objects.exists()
