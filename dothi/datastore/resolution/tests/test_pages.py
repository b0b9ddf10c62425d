"""Who passes which door of matching, and what the pages show."""

import re
from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.core.access.models import Look
from dothi.datastore.resolution import selectors, services
from dothi.datastore.resolution.choices import RunState, State, Verdict
from dothi.datastore.resolution.models import Decision, Pair, Project
from dothi.datastore.resolution.tests.factories import AT, EXPIRES, HeldLists, ask, compared
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
HERE = "/desk/data/resolution/"
READERS = {Role.STEWARD, Role.SPECIALIST, Role.LEADER, Role.AUDITOR}
REVIEWERS = {Role.STEWARD, Role.SPECIALIST}
DOORS = [
    ("get", "", READERS),
    ("get", "ask", REVIEWERS),
    ("get", "CODE/", READERS),
    ("get", "CODE/progress", READERS),
    ("get", "CODE/review", REVIEWERS),
    ("get", "CODE/pairs/PAIR", REVIEWERS),
    ("get", "CODE/entities/ENTITY/", REVIEWERS),
    ("post", "CODE/pairs/PAIR/decide", REVIEWERS),
    ("post", "CODE/entities/ENTITY/split", REVIEWERS),
    ("post", "CODE/entities/ENTITY/merge", REVIEWERS),
    ("post", "CODE/changes/CHANGE/undo", REVIEWERS),
    ("post", "CODE/run", REVIEWERS),
    ("get", "CODE/golden/", READERS),
    ("post", "CODE/golden/ask", REVIEWERS),
    ("get", "CODE/golden/progress", READERS),
    ("post", "CODE/golden/publish", {Role.STEWARD}),
    ("post", "CODE/golden/look", {Role.STEWARD}),
    ("post", "CODE/golden/drop", {Role.STEWARD}),
    ("post", "CODE/approve", {Role.STEWARD}),
    ("post", "CODE/refuse", {Role.STEWARD}),
    ("post", "CODE/end", {Role.STEWARD}),
]
PASSED = {200, 302, 422}
# Whoever reads may knock here; who may do it is asked inside.
KNOCKED_AT = {"CODE/approve", "CODE/refuse", "CODE/end", "CODE/run"}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: AT)


@pytest.fixture
def matched(project: Project, asker: User) -> Project:
    compared(project, asker)
    return project


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def waiting(project: Project) -> Pair:
    pair = selectors.next_waiting(project)
    assert pair is not None
    return pair


def path_of(path: str, project: Project) -> str:
    entity = project.entities.first()
    change = project.changes.first()
    assert entity is not None
    assert change is not None
    for name, value in (
        ("CODE", project.code), ("PAIR", waiting(project).pk), ("ENTITY", entity.code),
        ("CHANGE", change.pk),
    ):  # fmt: skip
        path = path.replace(name, str(value))
    return HERE + path


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# --- Doors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_every_door_opens_for_its_roles_only(unit: Unit, matched: Project, role: Role) -> None:
    client = client_of(make_officer(f"x-{role}", unit=unit, role=role))
    paths = [(verb, path_of(path, matched), allowed) for verb, path, allowed in DOORS]
    for verb, path, allowed in paths:
        answer = getattr(client, verb)(path)
        assert (answer.status_code in PASSED) == (role in allowed), path
        if role not in allowed:
            assert answer.status_code == 403, path


def test_visitors_sign_in_first_and_citizens_stay_outside(client: Client, matched: Project) -> None:
    paths = [(verb, path_of(path, matched)) for verb, path, _allowed in DOORS]
    for verb, path in paths:
        assert getattr(client, verb)(path)["Location"].startswith("/accounts/login/?next=")
    client.force_login(make_citizen())
    for verb, path in paths:
        assert getattr(client, verb)(path).status_code == 403, path


@pytest.mark.parametrize("role", sorted(READERS))
def test_the_projects_of_another_ward_do_not_exist(matched: Project, role: str) -> None:
    other = make_unit("27232", "Phường Bình Thới")
    client = client_of(make_officer("x", unit=other, role=Role(role)))
    for verb, path, allowed in DOORS[2:]:
        answer = getattr(client, verb)(path_of(path, matched))
        hidden = role in allowed or path in KNOCKED_AT
        assert answer.status_code == (404 if hidden else 403), path
    assert matched.code not in client.get(HERE).content.decode()


# --- Asking and approving ------------------------------------------------------------------------


def form(unit: Unit, **fields: str) -> dict[str, str]:
    columns = {
        f"l{number}-{role}": role
        for number in (0, 1)
        for role in ("key", "full_name", "birth", "sex", "citizen_id", "phone", "address")
    }
    return {
        "title": "Rà soát trợ cấp", "purpose": "Tìm người được ghi hai lần.",
        "legal_basis": "Luật 91/2025/QH15", "unit": unit.code,
        "expires_on": EXPIRES.isoformat(), "within": "on", **columns, **fields,
    }  # fmt: skip


def test_a_project_is_asked_for_in_two_steps_and_approved_by_another(
    unit: Unit, asker: User, steward: User, lists: HeldLists
) -> None:
    asking = client_of(asker)
    first = page(asking.get(f"{HERE}ask"))
    assert "register" in first
    address = f"{HERE}ask?kind=person&lists=register&lists=welfare"
    assert 'value="full_name" selected' in asking.get(address).content.decode()

    answer = asking.post(address, form(unit), follow=True)

    project = Project.objects.get()
    assert "chờ quản lý dữ liệu duyệt" in page(answer)
    assert [one.dataset for one in selectors.lists_of(project)] == ["register", "welfare"]
    own = asking.post(f"{HERE}{project.code}/approve", follow=True)
    assert "quản lý dữ liệu khác" in page(own)
    client_of(steward).post(f"{HERE}{project.code}/approve")
    project.refresh_from_db()
    assert (project.state, project.decided_by) == (State.APPROVED, steward.actor)


def test_what_is_missing_is_said_beside_its_field(
    unit: Unit, asker: User, lists: HeldLists
) -> None:
    address = f"{HERE}ask?kind=person&lists=register"

    answer = client_of(asker).post(address, form(unit, purpose="", **{"l0-key": ""}))

    assert answer.status_code == 422
    assert {"purpose", "l0-key"} <= set(answer.context["form"].errors)
    late = client_of(asker).post(address, form(unit, expires_on="2020-01-01"))
    assert late.status_code == 422
    assert not Project.objects.exists()


def test_a_no_needs_a_reason(unit: Unit, asker: User, steward: User, lists: HeldLists) -> None:
    project = ask(unit, asker)
    client = client_of(steward)
    client.post(f"{HERE}{project.code}/refuse", {"reason": ""})
    project.refresh_from_db()
    assert project.state == State.ASKED

    client.post(f"{HERE}{project.code}/refuse", {"reason": "Không có căn cứ."})

    project.refresh_from_db()
    assert project.state == State.REFUSED
    assert "Không có căn cứ." in page(client.get(f"{HERE}{project.code}/"))


# --- Running and reviewing -----------------------------------------------------------------------


def test_the_page_asks_again_while_the_run_goes_on(project: Project, asker: User) -> None:
    client = client_of(asker)

    client.post(f"{HERE}{project.code}/run")

    part = client.get(f"{HERE}{project.code}/progress").content.decode()
    assert "every 2s" in part
    assert "<progress" in part
    run = selectors.last_run(project)
    assert run is not None
    services.carry_out(selectors.run_of(run.pk), at=AT)
    done = client.get(f"{HERE}{project.code}/progress").content.decode()
    assert "every 2s" not in done
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_lists_of_projects_and_entities_show_no_value_of_a_person(
    matched: Project, asker: User
) -> None:
    client = client_of(asker)
    for path in ("", f"{matched.code}/"):
        text = client.get(HERE + path).content.decode()
        assert "Lan" not in text
        assert "0903111222" not in text
    assert not Look.objects.filter(actor=asker.actor).exists()


def test_a_pair_shows_two_rows_their_differences_and_the_waterfall(
    matched: Project, asker: User
) -> None:
    pair = waiting(matched)
    text = client_of(asker).get(f"{HERE}{matched.code}/pairs/{pair.pk}").content.decode()

    assert "Nguyễn Văn Minh" in text
    assert text.count('class="differs"') == 2, "birth and address"
    assert "cùng năm, không rõ ngày tháng" in text
    assert re.search(r"[+−]\d+,\d", text), "bits as Vietnamese writes numbers"
    assert Look.objects.filter(actor=asker.actor).count() == 2
    look = Look.objects.filter(actor=asker.actor).first()
    assert look is not None
    assert unit_name(matched) in look.post


def unit_name(project: Project) -> str:
    return project.unit.name_vi


def test_a_verdict_goes_on_to_the_next_pair(matched: Project, asker: User) -> None:
    client, pair = client_of(asker), waiting(matched)
    address = f"{HERE}{matched.code}/pairs/{pair.pk}/decide"

    answer = client.post(address, {"verdict": "same", "was": "", "reason": "Đã hỏi."}, follow=True)

    assert Decision.objects.get().verdict == Verdict.SAME
    assert "Không còn cặp nào chờ." in page(answer)
    again = client.post(address, {"verdict": "different", "was": ""}, follow=True)
    assert "Người khác vừa thay đổi" in page(again)
    assert Decision.objects.count() == 1


def test_an_entity_shows_where_each_value_comes_from_and_lets_rows_go(
    matched: Project, asker: User
) -> None:
    client = client_of(asker)
    entity = matched.entities.get()
    address = f"{HERE}{matched.code}/entities/{entity.code}/"

    text = page(client.get(address))

    assert "Trần Thị Lan" in text
    assert "register:r1" in text
    assert "không dòng nào khác ghi" in text
    row = matched.records.get(key="w1")
    client.post(f"{address}split", {"out": row.pk, "reason": ""})
    assert selectors.entity_of(row) == entity, "without a reason nothing is split"
    client.post(f"{address}split", {"out": row.pk, "reason": "Người khác."})
    assert selectors.entity_of(row) is None
    change = matched.changes.get(kind="split")
    client.post(f"{HERE}{matched.code}/changes/{change.pk}/undo")
    assert selectors.entity_of(row) is not None


def test_after_the_end_no_pair_opens(matched: Project, asker: User, steward: User) -> None:
    pair = waiting(matched)
    services.end(project=matched, by=steward, at=AT, reason="Xong.")

    answer = client_of(asker).get(f"{HERE}{matched.code}/pairs/{pair.pk}", follow=True)

    assert "Chỉ ghép danh sách cho mục đích đã được duyệt" in page(answer)
    assert "Nguyễn Văn Minh" not in page(answer)


def test_pages_speak_english_too(matched: Project, asker: User) -> None:
    client = client_of(asker)
    assert "Matching lists" in page(client.get(f"/en{HERE}"))
    text = page(client.get(f"/en{HERE}{matched.code}/pairs/{waiting(matched).pk}"))
    assert "the same year, and no more is known" in text


def test_a_long_list_of_projects_costs_no_more_questions(
    unit: Unit, asker: User, matched: Project, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        ask(unit, asker)
    client = client_of(asker)
    with django_assert_max_num_queries(12):
        client.get(HERE)
