"""Who passes which door of the staff pages, and what happens behind it."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from dothi.accounts import registry, selectors, services
from dothi.accounts.choices import Level, Role
from dothi.accounts.http import level_required, power_required
from dothi.accounts.middleware import StandingMiddleware
from dothi.accounts.models import Delegation, Post, User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root, make_ward
from dothi.core import clock
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OPEN = {Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR}
ADMIN = {Role.ADMINISTRATOR}
EVERYBODY = set(Role)
DOORS = [
    ("get", "", OPEN),
    ("get", "lan/", OPEN),
    ("get", "lend/", EVERYBODY),
    ("get", "add/", ADMIN),
    ("get", "import/", ADMIN),
    ("get", "lan/appoint/", ADMIN),
    ("get", "lan/leave/", ADMIN),
    ("get", "lan/reset/", ADMIN),
    ("post", "lan/link/", ADMIN),
]
NAMES = [f"{verb} staff/{path}" for verb, path, _ in DOORS]


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def lan(root: Unit) -> User:
    return make_officer(unit=make_ward(under=root))


def as_role(client: Client, role: Role, unit: Unit) -> User:
    user = make_officer(f"x-{role}", unit=unit, role=role)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("verb", "path", "allowed"), DOORS, ids=NAMES)
def test_every_door_of_the_staff_pages_opens_for_its_roles_only(
    client: Client, root: Unit, lan: User, role: Role, verb: str, path: str, allowed: set[Role]
) -> None:
    as_role(client, role, root)
    answer = getattr(client, verb)(f"/desk/staff/{path}")
    assert answer.status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize(("verb", "path", "allowed"), DOORS, ids=NAMES)
def test_visitors_sign_in_first_and_citizens_stay_outside(
    client: Client, lan: User, verb: str, path: str, allowed: set[Role]
) -> None:
    answer = getattr(client, verb)(f"/desk/staff/{path}")
    assert answer["Location"].startswith("/accounts/login/?next=")
    client.force_login(make_citizen())
    assert getattr(client, verb)(f"/desk/staff/{path}").status_code == 403


@pytest.mark.parametrize("role", sorted(EVERYBODY - ADMIN))
def test_only_administrators_end_and_lend_the_posts_of_others(
    client: Client, root: Unit, lan: User, role: str
) -> None:
    as_role(client, Role(role), root)
    post = lan.posts.get()
    assert client.get(f"/desk/staff/post/{post.pk}/end/").status_code in {403, 404}
    assert client.get(f"/desk/staff/post/{post.pk}/lend/").status_code == 404


def test_a_leader_of_a_ward_sees_the_people_of_that_ward(client: Client, root: Unit) -> None:
    here, there = make_ward("27238", under=root), make_ward("27232", under=root)
    make_officer("minh", unit=there)
    make_officer("lan", unit=here)
    as_role(client, Role.LEADER, here)
    page = client.get("/desk/staff/").content.decode()
    assert "/desk/staff/lan/" in page
    assert "/desk/staff/minh/" not in page
    assert client.get("/desk/staff/minh/").status_code == 404


def test_an_administrator_of_a_ward_does_not_manage_who_also_serves_elsewhere(
    client: Client, root: Unit
) -> None:
    here = make_ward("27238", under=root)
    an = make_officer("an", unit=root, role=Role.ADMINISTRATOR)
    now = clock.now()
    services.appoint(
        user=an, unit=here, role=Role.LEADER, valid_from=now.date(), at=now, by="system"
    )
    as_role(client, Role.ADMINISTRATOR, here)
    assert client.get("/desk/staff/an/").status_code == 200
    assert client.post("/desk/staff/an/link/").status_code == 403
    assert client.get("/desk/staff/an/reset/").status_code == 403


def test_the_list_costs_the_same_for_many(
    client: Client, root: Unit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ward = make_ward(under=root)
    for number in range(12):
        make_officer(f"o{number}", unit=ward)
    as_role(client, Role.ADMINISTRATOR, root)
    with django_assert_max_num_queries(7):  # Session, user, 2 for the standing, people, posts.
        client.get("/desk/staff/")


def test_a_person_is_added_with_a_post_and_invited(client: Client, root: Unit) -> None:
    ward = make_ward(under=root)
    as_role(client, Role.ADMINISTRATOR, root)
    today = clock.now().date()
    asked: dict[str, Any] = {
        "username": "mai",
        "full_name": "Trần Mai",
        "email": "mai@house.example",
        "unit": ward.pk,
        "role": "counter",
        "title": "",
        "valid_from": today.isoformat(),
    }
    assert client.post("/desk/staff/add/", asked)["Location"] == "/desk/staff/mai/"
    mai = User.objects.get(username="mai")
    assert selectors.holds(mai, Role.COUNTER, ward, on=today)
    page = client.post("/desk/staff/mai/link/").content.decode()
    assert "/accounts/start/" in page
    assert client.post("/desk/staff/add/", asked).status_code == 422


def test_giving_up_leads_back_to_where_one_came_from(client: Client, root: Unit) -> None:
    admin = as_role(client, Role.ADMINISTRATOR, root)
    post = admin.posts.get()
    for path, back in (
        ("staff/add/", "/desk/staff/"),
        (f"staff/post/{post.pk}/lend/", "/desk/staff/lend/"),
        ("machines/add/", "/desk/machines/"),
    ):
        page = client.get(f"/desk/{path}").content.decode()
        assert f'<a class="button secondary" href="{back}"' in page


def test_an_officer_lends_the_own_post_and_takes_it_back(client: Client, lan: User) -> None:
    deputy = make_officer("minh", unit=make_ward("27232"))
    client.force_login(lan)
    today = clock.now().date()
    post = lan.posts.get()
    asked = {
        "to": deputy.pk,
        "valid_from": today.isoformat(),
        "valid_to": (today + 3 * DAY).isoformat(),
        "reason": "Nghỉ phép",
    }
    url = f"/desk/staff/post/{post.pk}/lend/"
    assert client.post(url, asked)["Location"] == "/desk/staff/lend/"
    assert client.post(url, asked).status_code == 422, "lent already"
    lent = Delegation.objects.get()
    assert "Nghỉ phép" in client.get("/desk/staff/lend/").content.decode()
    other = Client()
    other.force_login(make_officer("stranger", unit=post.unit, role=Role.COUNTER))
    assert other.post(f"/desk/staff/lent/{lent.pk}/end/").status_code == 404
    client.post(f"/desk/staff/lent/{lent.pk}/end/")
    assert selectors.standing(deputy, on=today).lent == ()


def test_a_post_is_ended_with_a_reason(client: Client, root: Unit, lan: User) -> None:
    as_role(client, Role.ADMINISTRATOR, root)
    today = clock.now().date()
    url = f"/desk/staff/post/{lan.posts.get().pk}/end/"
    assert client.post(url, {"on": today.isoformat()}).status_code == 422
    client.post(url, {"on": today.isoformat(), "reason": "Điều chuyển"})
    assert not selectors.is_staff(lan, on=today)


def test_a_leaver_is_let_go_on_a_page(client: Client, root: Unit, lan: User) -> None:
    boss = as_role(client, Role.ADMINISTRATOR, root)
    today = clock.now().date()
    url = "/desk/staff/lan/leave/"
    assert client.post(url, {"on": (today + DAY).isoformat()}).status_code == 422
    asked = {"on": today.isoformat(), "successor": boss.pk}
    assert client.post(url, asked)["Location"] == "/desk/staff/"
    lan.refresh_from_db()
    assert not lan.is_active


def test_a_sheet_is_looked_at_before_it_is_taken(client: Client, root: Unit) -> None:
    make_ward(under=root)
    as_role(client, Role.ADMINISTRATOR, root)
    text = (
        "username,full_name,email,unit,role,title,valid_from,valid_to\n"
        "mai,Trần Mai,mai@house.example,27238,counter,,2025-07-01,\n"
        "hoa,Lê Hoa,hoa@house.example,00000,counter,,2025-07-01,\n"
    )

    def send(**more: str) -> str:
        file = io.BytesIO(text.encode())
        file.name = "staff.csv"
        return client.post("/desk/staff/import/", {"file": file, **more}).content.decode()

    assert "00000" in send(preview="1")
    assert not User.objects.filter(username="mai").exists()
    send()
    assert User.objects.filter(username="mai").exists()
    assert not Post.objects.filter(user__username="hoa").exists()


def test_a_sheet_is_for_who_looks_after_the_whole_house(client: Client, root: Unit) -> None:
    ward = make_ward(under=root)
    as_role(client, Role.ADMINISTRATOR, ward)
    file = io.BytesIO(b"username\n")
    file.name = "staff.csv"
    assert client.post("/desk/staff/import/", {"file": file}).status_code == 403


def queue(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def ask(rf: RequestFactory, user: User | AnonymousUser, path: str = "/desk/queue/") -> HttpRequest:
    request = rf.get(path)
    request.user = user
    SessionMiddleware(lambda r: HttpResponse()).process_request(request)
    MessageMiddleware(lambda r: HttpResponse()).process_request(request)
    return request


def test_a_desk_page_that_forgot_its_guard_is_closed_all_the_same(
    rf: RequestFactory, lan: User
) -> None:
    guard = StandingMiddleware(queue)
    bare = make_officer("bare", unit=make_ward("27232"), mfa=False)
    citizen = make_citizen()
    for path in ("/desk/queue/", "/en/desk/queue/"):
        assert guard.process_view(ask(rf, lan, path)) is None
        for user, where in ((AnonymousUser(), "/accounts/login/"), (bare, "/accounts/2fa/")):
            answer = guard.process_view(ask(rf, user, path))
            assert answer is not None
            assert answer["Location"].startswith(where)
        with pytest.raises(PermissionDenied):
            guard.process_view(ask(rf, citizen, path))
    assert guard.process_view(ask(rf, AnonymousUser(), "/feedback/desk/")) is None


def test_a_power_is_asked_for_at_the_door(
    rf: RequestFactory, lan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = power_required("sample.see_queue")(queue)
    with pytest.raises(PermissionDenied):
        door(ask(rf, lan))
    monkeypatch.setitem(registry._powers, Role.SPECIALIST, {"sample.see_queue"})
    assert door(ask(rf, lan)).status_code == 200


def test_a_service_says_which_level_it_needs(rf: RequestFactory, client: Client) -> None:
    door = level_required(Level.IDENTITY)(queue)
    known = make_citizen("cd-1", level=Level.IDENTITY)
    contact = make_citizen("cd-2", level=Level.CONTACT)
    assert door(ask(rf, known)).status_code == 200
    sent = door(ask(rf, contact))["Location"]
    assert door(ask(rf, AnonymousUser()))["Location"].startswith("/accounts/login/")
    client.force_login(contact)
    assert "/accounts/3rdparty/" in client.get(sent).content.decode()
