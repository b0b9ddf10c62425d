"""A use is asked for, answered in time by somebody else, becomes a paper, and ends."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root, make_ward, post_of
from dothi.core.clocks import selectors as clocks
from dothi.core.inbox.models import Duty
from dothi.core.notices.models import Notice
from dothi.core.papers import selectors as papers
from dothi.core.papers import services as issuing
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sharing import services
from dothi.datastore.sharing.choices import State, SubjectKind
from dothi.datastore.sharing.models import Application, Grant, PersonColumn
from dothi.datastore.sharing.tests.factories import AT, CODE, terms, trees
from dothi.datastore.tables.choices import How, Rule
from dothi.datastore.tables.rules.roles import Condition
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=3)
ONE_TREE = (Condition(column="tree", how=How.ONE_OF, values=("C-1",)),)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: AT)


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def dataset(root: Unit) -> "Dataset":
    return make_dataset(root, contract=trees(), share=Share.REQUEST)


@pytest.fixture
def officer(root: Unit) -> User:
    return make_officer("lan", unit=root)


@pytest.fixture
def steward(root: Unit) -> User:
    return make_officer("ha", unit=root, role=Role.STEWARD)


def ask(dataset: "Dataset", officer: User, root: Unit | None = None, **more: Any) -> Application:
    to = services.To(kind=SubjectKind.PERSON, user=officer, unit=root)
    return services.ask(dataset=dataset, asker=officer, to=to, terms=terms(**more), at=AT)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_request_lies_on_the_stewards_table_with_five_working_days(
    dataset: "Dataset", officer: User, steward: User
) -> None:
    asked = ask(dataset, officer)
    clock = clocks.open_clock(asked.subject)
    assert clock is not None
    assert clock.due_at.date() == date(2026, 12, 3), "asked on a Thursday"
    duty = Duty.objects.get(code=asked.code)
    assert (duty.role, duty.unit_code, duty.due_at) == (Role.STEWARD, "Q11", clock.due_at)


def test_where_the_steward_is_gone_the_leader_answers(
    dataset: "Dataset", officer: User, steward: User, root: Unit
) -> None:
    leader = make_officer("chu", unit=root, role=Role.LEADER)
    people.end_post(post=post_of(steward), on=date(2026, 11, 1), at=AT, by="system")
    asked = ask(dataset, officer)
    assert Duty.objects.get(code=asked.code).role == Role.LEADER
    assert services.agree(application=asked, terms=terms(), by=leader, at=LATER)


def test_what_is_agreed_is_a_paper_a_use_and_a_letter(
    dataset: "Dataset", officer: User, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    real = issuing.render

    def listened(kind: str, data: Any, *, qr_of: str) -> bytes:
        said.append(data)
        return real(kind, data, qr_of=qr_of)

    monkeypatch.setattr(issuing, "render", listened)
    asked = ask(dataset, officer)
    made = services.agree(application=asked, terms=terms(where=ONE_TREE), by=steward, at=LATER)
    assert asked.state == State.GRANTED
    assert clocks.open_clock(asked.subject) is None
    assert not Duty.objects.filter(code=asked.code).exists()
    [paper] = papers.of(made.subject)
    assert paper.number == "1/TT-UBND"
    pdf = client_of(officer).get(f"/my/data-uses/{made.code}/papers/{paper.code}")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    [words] = said
    assert words["purpose"] == "Mời người chăm cây họp tổ"
    assert words["last_day"] == "30/12/2026"
    assert words["rows"] == "tree là C-1"
    assert ["keeper_id", "mã thay thế"] in words["columns"]
    letter = Notice.objects.get(template="sharing_answered")
    assert letter.address == officer.email
    assert made.where == ONE_TREE


@pytest.mark.parametrize(
    "wider",
    [
        {"columns": (("tree", Rule.KEEP), ("species", Rule.KEEP))},
        {"columns": (("keeper_id", Rule.KEEP),)},
        {"where": ()},
        {"expires_on": date(2027, 6, 1)},
    ],
)
def test_nobody_is_given_more_than_they_asked_for(
    dataset: "Dataset", officer: User, steward: User, wider: dict[str, Any]
) -> None:
    asked = ask(dataset, officer, where=ONE_TREE)
    with pytest.raises(services.Refused) as caught:
        services.agree(
            application=asked, terms=terms(**{"where": ONE_TREE, **wider}), by=steward, at=LATER
        )
    assert caught.value.message
    assert not Grant.objects.exists()


def test_of_two_who_answer_at_once_one_is_told(
    dataset: "Dataset", officer: User, steward: User, root: Unit
) -> None:
    other = make_officer("chu", unit=root, role=Role.LEADER)
    asked = ask(dataset, officer)
    seen_by_other = Application.objects.get(pk=asked.pk)
    services.agree(application=asked, terms=terms(), by=steward, at=LATER)
    for late in (
        lambda: services.agree(application=seen_by_other, terms=terms(), by=other, at=LATER),
        lambda: services.refuse(application=seen_by_other, by=other, at=LATER, reason="Thừa"),
    ):
        with pytest.raises(services.NotAllowedNow):
            late()
    assert Grant.objects.count() == 1


def test_asked_back_the_clock_waits_for_the_asker(
    dataset: "Dataset", officer: User, steward: User
) -> None:
    asked = ask(dataset, officer)
    clock = clocks.open_clock(asked.subject)
    assert clock is not None
    services.ask_back(application=asked, by=steward, at=LATER, question="Vì sao cần số định danh?")
    assert Duty.objects.get(code=asked.code).paused
    with pytest.raises(services.NotAllowedNow):
        services.agree(application=asked, terms=terms(), by=steward, at=LATER)
    week = LATER + timedelta(days=7)
    less = terms(columns=(("tree", Rule.KEEP),))
    services.reply(application=asked, at=week, text="Không cần nữa", terms=less)
    after = clocks.open_clock(asked.subject)
    assert after is not None
    assert after.due_at > clock.due_at + timedelta(days=6)
    assert asked.columns == [["tree", "keep"]]


def test_a_request_is_withdrawn_or_refused_with_a_reason(
    dataset: "Dataset", officer: User, steward: User
) -> None:
    asked = ask(dataset, officer)
    services.withdraw(application=asked, at=LATER)
    assert not Duty.objects.filter(code=asked.code).exists()
    with pytest.raises(services.NotAllowedNow):
        services.refuse(application=asked, by=steward, at=LATER, reason="Quá rộng")
    again = ask(dataset, officer)
    with pytest.raises(services.ReasonMissing):
        services.refuse(application=again, by=steward, at=LATER, reason=" ")
    services.refuse(application=again, by=steward, at=LATER, reason="Quá rộng")
    assert again.state == State.REFUSED


@pytest.mark.parametrize(
    ("share", "by_officer", "by_citizen"),
    [
        (Share.OPEN, True, True),
        (Share.DEFAULT, True, False),
        (Share.REQUEST, True, False),
        (Share.CLOSED, False, False),
    ],
)
def test_who_may_ask_follows_the_class(
    root: Unit, officer: User, share: Share, by_officer: bool, by_citizen: bool
) -> None:
    make_dataset(root, contract=trees(), share=share)
    for user, may in ((officer, by_officer), (make_citizen(), by_citizen)):
        answer = client_of(user).get(f"/data/{CODE}/request")
        assert answer.status_code == (200 if may else 404)
    assert Client().get(f"/data/{CODE}/request").status_code == 302


def test_nobody_asks_in_the_name_of_others(
    dataset: "Dataset", officer: User, steward: User, root: Unit
) -> None:
    for to in (
        services.To(kind=SubjectKind.PERSON, user=steward),
        services.To(kind=SubjectKind.POST, unit=root, role=Role.LEADER),
        services.To(kind=SubjectKind.KEY, key=12345),
    ):
        with pytest.raises(services.NotAskedFor):
            services.ask(dataset=dataset, asker=officer, to=to, terms=terms(), at=AT)


def test_ended_early_the_paper_is_void(dataset: "Dataset", officer: User, steward: User) -> None:
    made = services.agree(application=ask(dataset, officer), terms=terms(), by=steward, at=LATER)
    services.end(grant=made, by=steward.actor, at=LATER, reason="Dùng sai mục đích")
    [paper] = papers.of(made.subject)
    assert (paper.state, paper.revoked_why) == ("revoked", "Dùng sai mục đích")


def test_two_weeks_before_its_end_the_holder_is_told_once(
    dataset: "Dataset", officer: User, steward: User
) -> None:
    services.agree(application=ask(dataset, officer), terms=terms(), by=steward, at=LATER)
    assert services.tell_of_ends(at=datetime(2026, 12, 16, tzinfo=UTC)) == 0
    assert services.tell_of_ends(at=datetime(2026, 12, 17, tzinfo=UTC)) == 1
    assert services.tell_of_ends(at=datetime(2026, 12, 18, tzinfo=UTC)) == 0
    assert Notice.objects.get(template="sharing_ends_soon").address == officer.email


def test_from_the_page_of_the_dataset_to_a_use_and_back(
    dataset: "Dataset", officer: User, steward: User, root: Unit
) -> None:
    asker, decider = client_of(officer), client_of(steward)
    assert f"/data/{CODE}/request" in asker.get(f"/data/{CODE}").content.decode()
    form = {
        "to": f"me:{root.pk}", "purpose": "Họp tổ", "legal_basis": "QĐ 12", "partner": "",
        "last_day": "2026-12-30", "c-tree": "keep", "c-keeper": "keep", "w0-column": "planted_at",
        "w0-how": "from", "w0-values": "2020-01-01",
    }  # fmt: skip
    assert asker.post(f"/data/{CODE}/request", {**form, "c-tree": "", "c-keeper": ""}
                      ).status_code == 422  # fmt: skip
    where = asker.post(f"/data/{CODE}/request", form)["Location"]
    asked = Application.objects.get()
    assert where == f"/my/data-uses/requests/{asked.code}"
    assert asked.conditions == [["planted_at", "from", ["2020-01-01T00:00:00+07:00"]]]
    assert asked.code in decider.get("/desk/data/sharing/").content.decode()
    page = f"/desk/data/sharing/requests/{asked.code}"
    decider.post(f"{page}/ask-back", {"text": "Có cần tên không?"})
    assert "Có cần tên không?" in asker.get(where).content.decode()
    del form["c-keeper"]
    form["w0-values"] = "2020-01-01T00:00:00+07:00"
    asker.post(where, {**form, "text": "Không cần"})
    assert decider.post(page, {**form, "at_least": "5", "c-keeper": "keep"}).status_code == 422
    answer = decider.post(page, {**form, "at_least": "5"})
    made = Grant.objects.get()
    assert answer["Location"] == f"/desk/data/sharing/uses/{made.code}"
    assert made.columns == [["tree", "keep", "public"]]
    assert made.code in asker.get("/my/data-uses/").content.decode()
    assert made.code in asker.get(f"/data/{CODE}").content.decode()
    assert asker.get(f"/data/{CODE}/request?renews={made.code}").status_code == 200
    csv = decider.get(f"/desk/data/sharing/uses/{made.code}/report.csv")
    assert csv.content.decode().startswith("on,who,door")
    asker.post(f"/my/data-uses/{made.code}/give-back", {"reason": "Họp xong"})
    made.refresh_from_db()
    assert made.end_reason == "Họp xong"


def test_others_find_no_request_and_no_use(
    dataset: "Dataset", officer: User, steward: User, root: Unit
) -> None:
    made = services.agree(application=ask(dataset, officer), terms=terms(), by=steward, at=LATER)
    stranger = client_of(make_officer("kim", unit=root))
    asked = Application.objects.get()
    for address in (
        f"/my/data-uses/requests/{asked.code}", f"/my/data-uses/{made.code}",
        f"/my/data-uses/{made.code}/papers/VB-1",
    ):  # fmt: skip
        assert stranger.get(address).status_code == 404
    for address in ("", f"requests/{asked.code}", f"uses/{made.code}"):
        assert stranger.get(f"/desk/data/sharing/{address}").status_code == 403
    auditor = client_of(make_officer("kt", unit=root, role=Role.AUDITOR))
    assert auditor.get(f"/desk/data/sharing/uses/{made.code}").status_code == 200
    assert auditor.post(f"/desk/data/sharing/uses/{made.code}/end").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_the_same_number_of_questions_for_one_and_for_many(
    dataset: "Dataset", officer: User, steward: User, count: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for _number in range(count):
        services.agree(application=ask(dataset, officer), terms=terms(), by=steward, at=LATER)
        ask(dataset, officer)
    client = client_of(steward)
    client.get("/desk/data/sharing/")
    with django_assert_num_queries(QUERIES):
        client.get("/desk/data/sharing/")


QUERIES = 9


def test_a_retired_dataset_is_not_agreed_on(
    dataset: "Dataset", officer: User, steward: User
) -> None:
    asked = ask(dataset, officer)
    catalogue.retire(dataset=dataset, by="system", at=LATER, reason="Gộp")
    again = Application.objects.select_related("dataset__unit").get(pk=asked.pk)
    with pytest.raises(services.NotAllowedNow):
        services.agree(application=again, terms=terms(), by=steward, at=LATER)


def test_a_steward_says_which_column_names_the_person(
    dataset: "Dataset", steward: User, officer: User
) -> None:
    client = client_of(steward)
    assert "keeper_id" in client.get("/desk/data/sharing/persons").content.decode()
    address = f"/desk/data/sharing/persons/{CODE}"
    client.post(address, {"column": "tree", "named_by": "email"})
    assert not PersonColumn.objects.exists(), "a tree is no person"
    client.post(address, {"column": "keeper_id", "named_by": "number"})
    said = PersonColumn.objects.get()
    assert (said.column, said.named_by) == ("keeper_id", "number")
    assert client_of(officer).post(address, {}).status_code == 403


GIVEN = {
    "kind": "post", "role": "specialist", "purpose": "Chăm cây trước mùa mưa",
    "legal_basis": "Quyết định 12/QĐ-UBND", "last_day": "2027-01-31", "c-tree": "keep",
    "w0-column": "tree", "w0-how": "one_of", "w0-values": "C-1", "at_least": "5",
}  # fmt: skip


def test_a_steward_grants_a_use_that_nobody_asked_for(
    dataset: "Dataset", root: Unit, officer: User, steward: User
) -> None:
    client, door = client_of(steward), f"/desk/data/sharing/grants/{CODE}"
    assert dataset.title in client.get("/desk/data/sharing/grants/").content.decode()
    assert client.post(door, GIVEN).status_code == 422, "a post is one of a unit"
    where = client.post(door, {**GIVEN, "unit": root.pk})["Location"]
    made = Grant.objects.get()
    assert (made.role, made.unit, made.asked_by) == ("specialist", root, "")
    assert (made.where, made.expires_on) == (ONE_TREE, date(2027, 2, 1))
    assert papers.of(made.subject).count() == 1
    assert "Chăm cây trước mùa mưa" in client.get(where).content.decode()
    answer = client.post(door, {**GIVEN, "kind": "person", "username": officer.username})
    assert answer.status_code == 302
    assert Grant.objects.latest("id").user == officer


def test_nobody_grants_a_use_to_themselves_or_of_what_others_keep(
    dataset: "Dataset", root: Unit, officer: User, steward: User
) -> None:
    door = f"/desk/data/sharing/grants/{CODE}"
    for name in (steward.username, "nobody.there"):
        said = {**GIVEN, "kind": "person", "username": name}
        assert client_of(steward).post(door, said).status_code == 422
    assert client_of(officer).get(door).status_code == 403
    other = make_officer("xa", unit=make_ward(under=root), role=Role.STEWARD)
    assert client_of(other).get(door).status_code == 404
    assert not Grant.objects.exists()
