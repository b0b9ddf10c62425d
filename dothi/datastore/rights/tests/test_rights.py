"""A citizen sees who read rows about them, objects, and claims rights in the time of the law."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client

from dothi.accounts.choices import Level, Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.core.clocks import selectors as clocks
from dothi.core.inbox.models import Duty
from dothi.core.notices.models import Notice
from dothi.core.papers import services as papers
from dothi.datastore.catalogue.choices import Classification, Share, Type
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.tests.factories import contract as incoming
from dothi.datastore.ingestion.tests.factories import delivered
from dothi.datastore.ingestion.tests.factories import field as contract_field
from dothi.datastore.resolution.ports import lists
from dothi.datastore.rights import services
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.models import Confirmed, RightsRequest
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.tests.factories import AT, CODE, make_grant, publish, trees
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.choices import How, PersonBy, Rule
from dothi.datastore.tables.rules.roles import Condition
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

pytestmark = pytest.mark.django_db(transaction=True)
render = papers.render
LATER = AT + timedelta(hours=3)
ROWS = [
    ("C-1", "Sao đen", 12.5, None, "Lê Văn Dân", " Dan@Citizen.example ", None, None),
    ("C-2", "Me", 3.0, None, "Lê Thị Sáu", "sau@citizen.example", None, None),
]
NAMED = (("tree", Rule.KEEP), ("keeper", Rule.KEEP))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: AT)


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def dataset(root: Unit) -> "Dataset":
    contract = trees()
    fields = tuple(
        replace(one, classification=Classification.PERSONAL) if one.name == "keeper_id" else one
        for one in contract.fields
    )
    made = make_dataset(root, contract=replace(contract, fields=fields), share=Share.DEFAULT)
    publish(ROWS)
    sharing.identify(dataset=made, column="keeper_id", named_by=PersonBy.EMAIL, by="system", at=AT)
    return made


@pytest.fixture
def officer(root: Unit) -> User:
    return make_officer("lan", unit=root)


@pytest.fixture
def steward(root: Unit) -> User:
    return make_officer("ha", unit=root, role=Role.STEWARD)


@pytest.fixture
def citizen() -> User:
    return make_citizen(email="dan@citizen.example")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read_by(dataset: "Dataset", officer: User, **more: Any) -> None:
    grant = make_grant(dataset, officer, **{"columns": NAMED, **more})
    sharing.open_dataset(CODE, officer, at=AT, purpose=grant.code)


def trees_seen(user: User | AnonymousUser) -> list[str]:
    with sharing.open_dataset(CODE, user, at=AT).connect() as connection:
        return [one for (one,) in connection.execute("select tree from data order by 1").fetchall()]


def test_a_citizen_sees_who_read_rows_about_them_when_and_why(
    dataset: "Dataset", officer: User, citizen: User
) -> None:
    read_by(dataset, officer)
    [read] = services.reads_of(citizen)
    assert read.dataset == CODE
    assert read.look.purpose == "Mời người chăm cây họp tổ"
    page = client_of(citizen).get("/my/rights/").content.decode()
    assert "Mời người chăm cây họp tổ" in page
    assert officer.full_name not in page


def test_who_stands_in_no_row_that_was_read_sees_nothing(
    dataset: "Dataset", officer: User, citizen: User
) -> None:
    only_sau = Condition(column="tree", how=How.ONE_OF, values=("C-2",))
    read_by(dataset, officer, where=(only_sau,))
    assert not services.reads_of(citizen)
    assert not services.reads_of(make_citizen("khac", email="khac@citizen.example"))


def test_an_address_that_is_not_confirmed_finds_nothing(dataset: "Dataset", officer: User) -> None:
    read_by(dataset, officer)
    assert not services.reads_of(make_citizen("x", email="dan@citizen.example", level=Level.NONE))


def test_a_citizen_still_sees_it_when_the_version_is_gone(
    dataset: "Dataset", officer: User, citizen: User
) -> None:
    read_by(dataset, officer)
    publish(ROWS[1:], run="DR-2")
    read_by(dataset, officer)
    assert len(services.reads_of(citizen)) == 1, "the second reading had no row of theirs"


def test_objecting_starts_the_clock_and_ends_in_an_answer(
    dataset: "Dataset", officer: User, steward: User, citizen: User
) -> None:
    read_by(dataset, officer)
    client = client_of(citizen)
    address = f"/my/rights/object/{Look.objects.get().pk}"
    client.post(address, {"words": ""})
    assert not RightsRequest.objects.exists()
    where = client.post(address, {"words": "Tôi không đồng ý"})["Location"]
    asked = RightsRequest.objects.get()
    assert Duty.objects.get(code=asked.code).role == Role.STEWARD
    act = clocks.open_clock(asked.subject, "act")
    acknowledge = clocks.open_clock(asked.subject, "acknowledge")
    assert acknowledge is not None
    assert act is not None
    assert acknowledge.due_at.date() == date(2026, 11, 30), "two working days from a Thursday"
    assert act.due_at.date() == date(2026, 12, 11), "fifteen days"
    with pytest.raises(services.OpenAlready):
        services.ask(
            right=Right.OBJECT, person=citizen, words="Lần nữa", at=AT, look=Look.objects.get()
        )
    desk = client_of(steward)
    assert asked.code in desk.get("/desk/data/rights/").content.decode()
    page = desk.get(f"/desk/data/rights/{asked.code}").content.decode()
    assert "Tôi không đồng ý" in page
    assert Look.objects.filter(record=asked.subject, actor=steward.actor).exists()
    desk.post(f"/desk/data/rights/{asked.code}/acknowledge")
    desk.post(f"/desk/data/rights/{asked.code}/done", {"text": "Đã dừng khai thác"})
    assert "Đã dừng khai thác" in client.get(where).content.decode()
    assert not Duty.objects.filter(code=asked.code).exists()
    assert Notice.objects.filter(template="rights_news").count() == 2
    assert "Đã dừng" not in "".join(Notice.objects.values_list("text", flat=True))


def test_another_citizen_objects_to_nothing_of_theirs(
    dataset: "Dataset", officer: User, citizen: User
) -> None:
    read_by(dataset, officer)
    other = client_of(make_citizen("khac", email="khac@citizen.example"))
    look = Look.objects.get().pk
    assert other.post(f"/my/rights/object/{look}", {"words": "Không"}).status_code == 404
    mine = services.ask(right=Right.SEE, person=citizen, words="", at=AT)
    assert other.get(f"/my/rights/{mine.code}").status_code == 404
    assert other.get("/desk/data/rights/").status_code == 403


def test_restricted_rows_are_shown_to_nobody_but_who_keeps_them(
    dataset: "Dataset", officer: User, steward: User, citizen: User
) -> None:
    grant = make_grant(dataset, officer, columns=NAMED)
    asked = services.ask(right=Right.RESTRICT, person=citizen, words="", at=AT)
    assert trees_seen(officer) == ["C-1", "C-2"]
    services.done(asked=asked, answer="Đã hạn chế", by=steward, at=LATER)
    assert trees_seen(officer) == ["C-2"]
    opening = sharing.open_dataset(CODE, officer, at=AT, purpose=grant.code)
    assert opening.rows == 1
    assert "Lê Văn Dân".encode() not in opening.path.read_bytes()
    assert trees_seen(steward) == ["C-1", "C-2"]
    matched, _version = lists().read(CODE, ["tree"])
    assert matched.column("tree").to_pylist() == ["C-2"], "nor are they matched with other lists"
    assert sharing.lift(matter=asked.subject, by=steward.actor, at=LATER) == 1
    assert trees_seen(officer) == ["C-1", "C-2"]


def test_erasure_takes_the_rows_out_of_the_store(
    dataset: "Dataset", steward: User, citizen: User
) -> None:
    asked = services.ask(right=Right.ERASE, person=citizen, words="", at=AT)
    client = client_of(steward)
    address = f"/desk/data/rights/{asked.code}/erase"
    client.post(address)
    client.post(address, {"sure": "1", "looked_at": "something else"})
    assert trees_seen(steward) == ["C-1", "C-2"], "nothing is erased that was not looked at"
    look = client.post(f"/desk/data/rights/{asked.code}/look")
    [goes] = look.context["found"]
    assert (goes["code"], goes["standing"].newest) == (CODE, 1)
    assert Look.objects.filter(record=f"tables.table:{CODE}", actor=steward.actor).exists()
    sure = {"sure": "1", "looked_at": look.context["looked_at"]}
    client.post(address, {**sure, "stays": CODE, f"basis-{CODE}": "Luật Lưu trữ, điều 15"})
    assert trees_seen(steward) == ["C-1", "C-2"], "all that stays is a refusal, not an erasure"
    client.post(address, sure)
    assert trees_seen(steward) == ["C-2"]
    [proof] = tables.erasures(CODE)
    assert proof.reason == asked.code


def test_who_was_erased_gets_a_paper_that_names_nobody_and_says_what_stays(
    dataset: "Dataset", root: Unit, steward: User, citizen: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def heard(kind: str, data: Any, *, qr_of: str) -> bytes:
        said.append(str(data))
        return render(kind, data, qr_of=qr_of)

    monkeypatch.setattr(papers, "render", heard)
    contract = dataset.agreed
    assert contract is not None
    other = make_dataset(
        root, "so-luu", title="Sổ lưu", contract=replace(contract, dataset="so-luu"),
        share=Share.DEFAULT,
    )  # fmt: skip
    publish(ROWS, code="so-luu")
    sharing.identify(dataset=other, column="keeper_id", named_by=PersonBy.EMAIL, by="x", at=AT)
    asked = services.ask(right=Right.ERASE, person=citizen, words="", at=AT)
    client = client_of(steward)
    mark = client.post(f"/desk/data/rights/{asked.code}/look").context["looked_at"]
    told = {"sure": "1", "looked_at": mark, "stays": "so-luu", "basis-so-luu": ""}
    client.post(f"/desk/data/rights/{asked.code}/erase", told)
    assert trees_seen(steward) == ["C-1", "C-2"], "what stays needs its article"
    told["basis-so-luu"] = "Luật Lưu trữ 33/2024/QH15"
    client.post(f"/desk/data/rights/{asked.code}/erase", told)
    assert trees_seen(steward) == ["C-2"]
    assert not tables.erasures("so-luu").exists()

    page = client_of(citizen).get(f"/my/rights/{asked.code}")
    [paper] = page.context["papers"]
    file = client_of(citizen).get(f"/my/rights/{asked.code}/papers/{paper.code}")
    assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    file.close()
    [words] = said
    assert "Luật Lưu trữ 33/2024/QH15" in words
    assert "Sổ lưu" in words
    assert asked.code in words
    assert "citizen.example" not in words
    same = client_of(steward).get(f"/desk/data/rights/{asked.code}/papers/{paper.code}")
    assert b"".join(same.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    same.close()
    other_citizen = client_of(make_citizen("khac", email="khac@citizen.example"))
    assert other_citizen.get(f"/my/rights/{asked.code}/papers/{paper.code}").status_code == 404


def test_a_copy_holds_account_reports_and_rows_and_only_ones_own(
    dataset: "Dataset", officer: User, steward: User, citizen: User
) -> None:
    read_by(dataset, officer)
    asked = services.ask(right=Right.EXPORT, person=citizen, words="", at=AT)
    client = client_of(citizen)
    address = f"/my/rights/{asked.code}/copy"
    assert client.get(f"{address}.json").status_code == 404, "not before it was looked at"
    services.done(asked=asked, answer="Xin tải về", by=steward, at=LATER)
    copy = json.loads(client.get(f"{address}.json").content)["parts"]
    assert set(copy) >= {"account", "feedback", "store"}
    [row] = copy["store"]["rows"][CODE]
    assert row["keeper"] == "Lê Văn Dân"
    assert copy["store"]["reads"][0]["purpose"] == "Mời người chăm cây họp tổ"
    assert "Sáu" not in json.dumps(copy, ensure_ascii=False)
    assert client.get(f"{address}.pdf").content.startswith(b"%PDF")
    assert client_of(make_citizen("khac")).get(f"{address}.json").status_code == 404
    assert Look.objects.filter(record=citizen.subject).count() == 2


def test_a_person_is_erased_who_stands_only_in_what_was_never_published(
    root: Unit, steward: User, citizen: User
) -> None:
    """In a received file, written in another way, of a dataset without a version."""
    field_of = contract_field("email", "Email", Type.TEXT, classification=Classification.PERSONAL)
    asked_for = incoming(field_of, faulty_at_most=1.0)
    made = make_dataset(root, "reports", contract=asked_for, share=Share.DEFAULT)
    sharing.identify(dataset=made, column="email", named_by=PersonBy.EMAIL, by="x", at=AT)
    file = "Mã,Nhận lúc,Phường,Điểm,Email\nPA-1,2026-11-25,27211,5, DAN@citizen.example \n"
    run = ingestion.read(delivered(file, asked_for, at=AT), asked_for, at=AT)
    asked = services.ask(right=Right.ERASE, person=citizen, words="", at=AT)
    client = client_of(steward)
    look = client.post(f"/desk/data/rights/{asked.code}/look")
    [goes] = look.context["found"]
    assert goes["standing"].reached["ingestion"]["files"] == 1
    sure = {"sure": "1", "looked_at": look.context["looked_at"]}
    client.post(f"/desk/data/rights/{asked.code}/erase", sure)
    run.refresh_from_db()
    assert (run.state, run.delivery.erased_at) == (RunState.DROPPED, AT)
    [proof] = tables.erasures("reports")
    assert proof.proof["versions"] == []
    assert client_of(citizen).get(f"/my/rights/{asked.code}").context["papers"]


@pytest.mark.parametrize(
    ("right", "days", "with_others"),
    [
        (Right.SEE, 10, 10), (Right.EXPORT, 10, 10), (Right.CORRECT, 10, 15),
        (Right.ERASE, 20, 20), (Right.WITHDRAW, 15, 20), (Right.RESTRICT, 15, 20),
        (Right.OBJECT, 15, 20),
    ],
)  # fmt: skip
def test_each_right_has_its_days_and_one_extension(
    root: Unit, steward: User, citizen: User, right: Right, days: int, with_others: int
) -> None:
    def due(asked: RightsRequest) -> date:
        clock = clocks.open_clock(asked.subject, "act")
        assert clock is not None
        return clock.due_at.date()

    asked = services.ask(right=right, person=citizen, words="Xin xem", at=AT)
    assert due(asked) >= AT.date() + timedelta(days=days)
    assert due(asked) <= AT.date() + timedelta(days=days + 3), "a rest day moves it on"
    services.acknowledge(asked=asked, third_party=True, by=steward, at=LATER)
    assert due(asked) >= AT.date() + timedelta(days=with_others)
    with pytest.raises(services.NotAllowedNow):
        services.acknowledge(asked=asked, third_party=False, by=steward, at=LATER)
    before = due(asked)
    with pytest.raises(services.NotInTime):
        services.extend(asked=asked, days=16, by=steward, at=LATER, reason="Hồ sơ giấy")
    services.extend(asked=asked, days=15, by=steward, at=LATER, reason="Hồ sơ giấy")
    assert due(asked) >= before + timedelta(days=15)
    with pytest.raises(services.NotInTime):
        services.extend(asked=asked, days=1, by=steward, at=LATER, reason="Hồ sơ giấy")


def test_of_two_who_answer_the_second_is_told(root: Unit, steward: User, citizen: User) -> None:
    asked = services.ask(right=Right.SEE, person=citizen, words="", at=AT)
    same = RightsRequest.objects.get(pk=asked.pk)
    services.refuse(asked=asked, answer="Điều 19", by=steward, at=LATER)
    with pytest.raises(services.NotAllowedNow):
        services.done(asked=same, answer="Xong", by=steward, at=LATER)
    assert RightsRequest.objects.get().state == State.REFUSED


def test_who_leaves_takes_the_words_along(root: Unit, citizen: User) -> None:
    asked = services.ask(right=Right.CORRECT, person=citizen, words="Sai tên tôi", at=AT)
    services.forget_person(person=citizen, at=LATER)
    asked.refresh_from_db()
    assert (asked.state, asked.words) == (State.WITHDRAWN, "")
    assert clocks.open_clock(asked.subject, "act") is None


def test_nobody_handles_the_own_matter(root: Unit, steward: User) -> None:
    asked = services.ask(right=Right.SEE, person=steward, words="", at=AT)
    assert client_of(steward).get(f"/desk/data/rights/{asked.code}").status_code == 404


def test_the_page_takes_a_request_without_a_script(root: Unit, citizen: User) -> None:
    client = client_of(citizen)
    assert client.post("/my/rights/", {"right": "correct", "words": ""}).status_code == 422
    where = client.post("/my/rights/", {"right": "correct", "words": "Sai tên tôi"})["Location"]
    assert "Sai tên tôi" in client.get(where).content.decode()
    client.post(f"{where}/withdraw")
    assert RightsRequest.objects.get().state == State.WITHDRAWN
    assert Client().get("/my/rights/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_the_same_number_of_questions_for_one_and_for_many(
    root: Unit, steward: User, citizen: User, count: int, django_assert_num_queries: Any
) -> None:
    for _number in range(count):
        services.ask(right=Right.SEE, person=citizen, words="", at=AT)
    client = client_of(steward)
    client.get("/desk/data/rights/")
    with django_assert_num_queries(QUERIES):
        client.get("/desk/data/rights/")


QUERIES = 7


# --- Numbers that an officer saw on paper ---------------------------------------------------------

CARD = "079085000123"


@pytest.fixture
def by_number(root: Unit) -> "Dataset":
    """Rows that name their person by an identity number, written as somebody typed it."""
    contract = trees()
    fields = tuple(
        replace(one, classification=Classification.PERSONAL) if one.name == "keeper_id" else one
        for one in contract.fields
    )
    made = make_dataset(root, contract=replace(contract, fields=fields), share=Share.DEFAULT)
    numbers = ("079 085 000 123", "079085000999")
    publish([(*row[:5], one, None, None) for row, one in zip(ROWS, numbers, strict=True)])
    sharing.identify(dataset=made, column="keeper_id", named_by=PersonBy.NUMBER, by="x", at=AT)
    return made


def test_rows_are_found_by_a_number_that_an_officer_saw_until_it_is_taken_back(
    by_number: "Dataset", steward: User, citizen: User
) -> None:
    asked = services.ask(right=Right.ERASE, person=citizen, words="", at=AT)
    client, address = client_of(steward), f"/desk/data/rights/{asked.code}/"
    told = {"named_by": "number", "value": "079 085 000 123"}
    client.post(f"{address}confirm", told)
    client.post(f"{address}confirm", {**told, "seen": "1", "value": "0790"})
    assert not Confirmed.objects.exists(), "not without the paper, and no number of another length"
    client.post(f"{address}confirm", {**told, "seen": "1"})
    [one] = Confirmed.objects.all()
    assert Look.objects.filter(record=citizen.subject, actor=steward.actor).exists()
    assert Notice.objects.filter(template="rights_news").count() == 1
    assert CARD not in str(list(Entry.objects.values())), "the audit trail keeps no number"
    with connection.cursor() as cursor:
        cursor.execute("select value from datastore_rights_confirmed")
        assert CARD not in str(cursor.fetchall()), "it is encrypted in the database"

    page = client_of(citizen).get("/my/rights/").content.decode()
    assert "•••123" in page
    assert CARD not in page
    [goes] = client.post(f"{address}look").context["found"]
    assert goes["standing"].newest == 1
    client_of(citizen).post("/my/rights/take-back", {"number": one.pk})
    assert not client.post(f"{address}look").context["found"]
    assert Confirmed.objects.get().value == ""
    client_of(citizen).post("/my/rights/take-back", {"number": one.pk})


def test_a_number_is_of_one_person_only(root: Unit, steward: User, citizen: User) -> None:
    other = make_citizen("khac", email="khac@citizen.example")
    asked = services.ask(right=Right.SEE, person=citizen, words="", at=AT)
    theirs = services.ask(right=Right.SEE, person=other, words="", at=AT)
    made = services.confirm(
        asked=asked, named_by=PersonBy.NUMBER, value=CARD, by=steward, at=AT
    )  # fmt: skip
    again: dict[str, Any] = {"named_by": PersonBy.NUMBER, "value": CARD, "by": steward, "at": AT}
    with pytest.raises(services.OfAnother):
        services.confirm(asked=theirs, **again)
    assert client_of(other).post("/my/rights/take-back", {"number": made.pk}).status_code == 404
    services.take_back(confirmed=made, by=steward, at=AT)
    services.confirm(asked=theirs, **again)
    services.forget_person(person=other, at=AT)
    assert [one.person for one in Confirmed.objects.all()] == [citizen]


# --- A restriction ends ---------------------------------------------------------------------------


@pytest.mark.parametrize("right", [Right.RESTRICT, Right.OBJECT, Right.WITHDRAW])
def test_what_is_held_back_is_lifted_by_the_person_or_by_the_office_with_a_reason(
    dataset: "Dataset", officer: User, steward: User, citizen: User, right: Right
) -> None:
    asked = services.ask(right=right, person=citizen, words="Không muốn", at=AT)
    services.done(asked=asked, answer="Đã hạn chế", by=steward, at=LATER)
    assert trees_seen(officer) == ["C-2"]
    address = f"/desk/data/rights/{asked.code}/lift"
    client_of(steward).post(address, {"text": ""})
    assert trees_seen(officer) == ["C-2"]
    client_of(steward).post(address, {"text": "Đã sửa xong dữ liệu sai"})
    if right == Right.WITHDRAW:
        assert trees_seen(officer) == ["C-2"], "consent comes back from the person alone"
        client_of(citizen).post(f"/my/rights/{asked.code}/lift")
    else:
        page = client_of(citizen).get(f"/my/rights/{asked.code}").content.decode()
        assert "Đã sửa xong dữ liệu sai" in page
    assert trees_seen(officer) == ["C-1", "C-2"]
    with pytest.raises(services.NotAllowedNow):
        services.lift(asked=asked, reason="Lần nữa", by=citizen, at=LATER)
