"""People ask the store in SQL, see what they may see, and nothing else."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.core import clock
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.workbench import selectors, services
from dothi.datastore.workbench.choices import Fault, State
from dothi.datastore.workbench.models import Question, Run
from dothi.datastore.workbench.ports import answers
from dothi.datastore.workbench.tests.factories import AT, CODE, ROWS, SECRETS, make_trees, publish
from dothi.lib import codes
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
BENCH = "/desk/data/workbench/"
ENDLESS = "with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r"


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def trees(root: Unit) -> Any:
    return make_trees(root)


def ask(question: str, user: Any = None, code: str = "") -> Run:
    return services.ask(
        question, user or AnonymousUser(), address="192.0.2.1", at=clock.now(),
        code=code or codes.secret(),
    )  # fmt: skip


def rows(run: Run, user: Any = None) -> list[list[Any]]:
    assert run.state == State.DONE, (run.fault, run.word, run.said)
    return list(services.rows_of(run, user or AnonymousUser(), at=clock.now()))


def test_everybody_asks_what_is_open(trees: Any) -> None:
    run = ask("select species, count(*) as n from cay_xanh group by all order by n desc")
    assert rows(run) == [["Sao đen", 2], ["Dầu rái", 1]]
    assert run.columns == [["species", "VARCHAR"], ["n", "BIGINT"]]
    assert run.opened[0]["version"] == 1


def test_no_column_of_a_person_is_there_to_be_asked(trees: Any) -> None:
    run = ask("select\n keeper from cay_xanh")
    assert (run.fault, run.word, run.line, run.column) == (Fault.UNKNOWN_COLUMN, "keeper", 2, 2)
    whole = rows(ask('select * from "cay-xanh"'))
    assert len(whole) == len(ROWS)
    assert not [value for value in SECRETS if value in str(whole)]


def test_an_officer_sees_masked_what_everybody_does_not_see(trees: Any, root: Unit) -> None:
    officer = make_officer(unit=make_ward(under=root))
    found = rows(ask("select keeper from cay_xanh order by tree", officer), officer)
    assert found == [["T•••"], ["L•••"], ["L•••"]]


def test_several_datasets_and_a_pinned_version_in_one_question(root: Unit, trees: Any) -> None:
    publish(ROWS[:1], run="DR-2")
    make_trees(root, code="cay-moi", title="Cây mới")
    found = rows(ask(
        "select (select count(*) from cay_xanh) as now, "
        '(select count(*) from "cay-xanh@1") as was, '
        "count(*) as new from cay_moi"
    ))  # fmt: skip
    assert found == [[1, 3, 3]]
    assert ask('select * from "cay-xanh@9"').fault == Fault.UNKNOWN_TABLE


def test_what_is_not_shared_is_as_if_it_were_not_there(root: Unit) -> None:
    make_trees(root, share=Share.CLOSED)
    assert ask("select * from cay_xanh").fault == Fault.UNKNOWN_TABLE
    assert ask("select * from nothing").fault == Fault.UNKNOWN_TABLE
    steward = make_officer("quan", unit=root, role=Role.STEWARD)
    assert len(rows(ask("select * from cay_xanh", steward), steward)) == 3


def test_an_answer_stays_only_as_long_as_the_data_are_open(trees: Any) -> None:
    run = ask("select * from cay_xanh")
    publish(ROWS[:1], run="DR-2")
    assert len(rows(run)) == 3, "the answer is of the version that was read"
    catalogue.retire(dataset=trees, by="system", at=AT, reason="x")
    with pytest.raises(services.Gone):
        services.rows_of(run, AnonymousUser(), at=AT)


def test_answers_and_texts_go_after_a_day(trees: Any) -> None:
    run = ask("select * from cay_xanh where species = 'x'")
    assert answers.place(run.pk).exists()
    services.sweep(at=clock.now() + timedelta(days=2))
    run.refresh_from_db()
    assert (run.question, run.caller, run.state) == ("", "", State.DONE)
    assert not answers.place(run.pk).exists()
    assert Run.objects.count() == 1, "that it was asked is still counted"


def test_so_many_questions_at_once_and_no_more(trees: Any, root: Unit) -> None:
    officer = make_officer(unit=root)
    threads = [threading.Thread(target=_in_thread, args=(ENDLESS, officer)) for _number in range(2)]
    for thread in threads:
        thread.start()
    _until(lambda: Run.objects.filter(state=State.RUNNING).count() == 2)
    assert ask("select 1", officer).fault == Fault.BUSY_SELF
    assert ask("select 1").state == State.DONE, "others go on"
    assert services.cancel(selectors.running_of(officer, at=clock.now())) == 2
    for thread in threads:
        thread.join(10)
    ended = Run.objects.filter(user=officer).exclude(fault=Fault.BUSY_SELF)
    assert [run.fault for run in ended] == [Fault.CANCELLED, Fault.CANCELLED]
    assert not services.cancel(ended)
    assert ask("select 1", officer).state == State.DONE


def _in_thread(question: str, user: Any) -> None:
    try:
        ask(question, user)
    finally:
        connections.close_all()


def _until(holds: Any) -> None:
    import time

    for _try in range(100):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError


def test_a_run_whose_house_died_makes_room_again(trees: Any) -> None:
    at = clock.now() - timedelta(hours=1)
    Run.objects.create(
        key_hash="y" * 64, caller="z", staff=False, begun_at=at, until=at + timedelta(seconds=10)
    )
    assert ask("select 1").state == State.DONE
    services.sweep(at=clock.now())
    assert Run.objects.get(key_hash="y" * 64).fault == Fault.LOST


# --- Pages ---------------------------------------------------------------------------------------


def send(client: Client, question: str, door: str = BENCH, **more: str) -> Any:
    page = client.get(door)
    code = page.context["form"]["code"].value()
    return client.post(door, {"q": question, "code": code, **more}, follow=True)


@pytest.fixture
def desk(client: Client, root: Unit) -> Client:
    officer = make_officer("bich", unit=root)
    client.force_login(officer)
    return client


@pytest.mark.parametrize("door", ["/data/sql/", "/en/data/sql/"])
def test_somebody_without_a_name_asks_and_takes_the_answer_along(
    client: Client, trees: Any, door: str
) -> None:
    answer = send(client, "select species, count(*) as n from cay_xanh group by all", door)
    page = answer.content.decode()
    assert "Sao đen" in page
    assert "<meter" in page, "a bar in each row"
    taken = client.get(f"{answer.request['PATH_INFO']}/answer.csv")
    text = b"".join(taken.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Sao đen,2" in text.replace("\r", "")
    sheet = client.get(f"{answer.request['PATH_INFO']}/answer.xlsx")
    assert sheet.content[:2] == b"PK"
    assert client.get(f"{answer.request['PATH_INFO']}/answer.exe").status_code == 404
    assert client.get("/data/sql/runs/" + "x" * 25).status_code == 404


def test_what_is_wrong_is_said_with_its_place(client: Client, trees: Any) -> None:
    page = send(client, "select *\nfrom birds", "/en/data/sql/").content.decode()
    assert "There is no dataset “birds”" in page
    assert "Line 2, sign 6" in page
    page = send(client, "select getenv('x')", "/data/sql/").content.decode()
    assert "getenv" in page


def test_a_question_is_explained_before_it_is_asked(desk: Client, trees: Any) -> None:
    page = send(desk, "select species, count(*) from cay_xanh group by all", explain="1")
    assert page.status_code == 200
    names = [one["name"] for one in page.context["steps"]]
    assert any("GROUP" in name for name in names)
    assert not Run.objects.exists()
    refused = send(desk, "select nope from cay_xanh", explain="1")
    assert refused.status_code == 422
    assert b"nope" in refused.content


def test_questions_are_kept_and_shared_with_the_unit(desk: Client, trees: Any, root: Unit) -> None:
    text = "select * from cay_xanh"
    desk.post(f"{BENCH}keep", {"title": "Mọi cây", "q": text, "unit": root.pk})
    [kept] = Question.objects.all()
    colleague, other = Client(), Client()
    for client, name, unit in ((colleague, "lan", root), (other, "huy", make_ward())):
        officer = make_officer(name, unit=unit)
        client.force_login(officer)
    assert text in colleague.get(f"{BENCH}?kept={kept.code}").content.decode()
    assert other.get(f"{BENCH}?kept={kept.code}").status_code == 404
    assert colleague.post(f"{BENCH}kept/{kept.code}/drop").status_code == 403
    assert desk.get(f"{BENCH}kept/{kept.code}/drop").status_code == 200
    desk.post(f"{BENCH}kept/{kept.code}/drop")
    assert not Question.objects.exists()


def test_nobody_reads_the_answer_of_somebody_else(desk: Client, trees: Any, root: Unit) -> None:
    where = send(desk, "select * from cay_xanh").request["PATH_INFO"]
    other = Client()
    officer = make_officer("huy", unit=root)
    other.force_login(officer)
    assert desk.get(where).status_code == 200
    assert other.get(where).status_code == 404
    assert other.get(f"{where}/answer.csv").status_code == 404
    assert other.post(f"{where}/cancel").status_code == 404


def test_long_answers_come_in_pages(desk: Client, trees: Any) -> None:
    publish([(f"C-{i}", "Sao đen", float(i), None, "", "", None, None) for i in range(250)],
            run="DR-2")  # fmt: skip
    answer = send(desk, "select tree from cay_xanh order by height")
    where = answer.request["PATH_INFO"]
    assert len(answer.context["answer"]["rows"]) == 100
    last = desk.get(f"{where}?page=3").context["answer"]
    assert [last["rows"][0][0]["text"], len(last["rows"]), last["next_url"]] == ["C-200", 50, ""]


def test_completion_offers_what_somebody_may_know_of(client: Client, trees: Any) -> None:
    assert client.get("/data/sql/names.json").json()[CODE][0] == "tree"
