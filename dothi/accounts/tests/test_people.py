from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from dothi.accounts import selectors, services
from dothi.accounts.choices import Level, Role
from dothi.accounts.models import Delegation, Post, User
from dothi.accounts.tests.factories import (
    MONDAY,
    MONDAY_9AM,
    PASSWORD,
    make_citizen,
    make_officer,
    make_root,
    make_ward,
    post_of,
)
from dothi.core.audit.models import Entry
from dothi.core.events.models import Record
from dothi.core.inbox import selectors as duties
from dothi.core.inbox import services as inbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lend(owner: User, to: User, **changes: Any) -> Delegation:
    asked: dict[str, Any] = {
        "valid_from": MONDAY,
        "valid_to": MONDAY + 3 * DAY,
        "reason": "Nghỉ phép",
    }
    post = post_of(owner)
    return services.delegate(post=post, to=to, **(asked | changes), at=MONDAY_9AM, by=owner.actor)


def test_nobody_holds_the_same_post_twice() -> None:
    ward = make_ward()
    lan = make_officer(unit=ward)
    with pytest.raises(services.PostOverlaps):
        services.appoint(
            user=lan,
            unit=ward,
            role=Role.SPECIALIST,
            valid_from=MONDAY,
            at=MONDAY_9AM,
            by="system",
        )


@pytest.mark.parametrize(
    "wrong",
    [{"reason": " "}, {"valid_to": MONDAY}, {"valid_from": MONDAY.replace(year=2020)}],
    ids=["without a reason", "for no day", "before it was held"],
)
def test_a_post_is_lent_with_a_reason_while_it_is_held(wrong: dict[str, object]) -> None:
    ward = make_ward()
    lan, minh = make_officer(unit=ward), make_officer("minh", unit=ward, role=Role.COUNTER)
    with pytest.raises(services.NotLent):
        lend(lan, minh, **wrong)


def test_a_post_is_lent_to_one_person_at_a_time_and_only_to_staff() -> None:
    ward = make_ward()
    lan, minh = make_officer(unit=ward), make_officer("minh", unit=ward, role=Role.COUNTER)
    lend(lan, minh)
    for other in (minh, lan, make_citizen()):
        with pytest.raises(services.NotLent):
            lend(lan, other)


def test_the_key_of_the_protected_channel_is_not_lent() -> None:
    ward = make_ward()
    holder = make_officer("oanh", unit=ward, role=Role.HOLDER)
    with pytest.raises(services.NotLent):
        lend(holder, make_officer("minh", unit=ward))


def test_who_leaves_is_locked_and_hands_everything_on(client: Client) -> None:
    ward = make_ward()
    lan = make_officer(unit=ward, mfa=False)
    minh, yen = make_officer("minh", unit=ward, role=Role.COUNTER), make_officer("yen", unit=ward)
    lend(lan, minh)
    lend(yen, lan)
    inbox.put(
        code="PA-1",
        kind="feedback.ticket",
        title="Đèn hỏng",
        unit_code=ward.code,
        role=Role.SPECIALIST,
        person_id=lan.pk,
        due_at=MONDAY_9AM + DAY,
        group="open",
        url="/desk/",
        at=MONDAY_9AM,
    )
    token = services.invite(user=lan, at=MONDAY_9AM, by="system")
    client.post("/accounts/login/", {"login": "lan", "password": PASSWORD})
    session = client.session.session_key

    services.leave(user=lan, on=MONDAY, successor=minh, at=MONDAY_9AM, by="user:1")

    assert not lan.is_active
    assert not selectors.posts_of(lan, on=MONDAY)
    assert not Delegation.objects.filter(ended_at=None).exists()
    assert Post.objects.get(user=lan).valid_to == MONDAY
    assert [duty.code for duty in duties.open_for(pairs=[], person_id=minh.pk)] == ["PA-1"]
    assert selectors.start_link_user(token, at=MONDAY_9AM) is None
    store = import_module(settings.SESSION_ENGINE).SessionStore
    assert not store().exists(session)
    told = Record.objects.get(name="accounts.left").payload
    assert (told["user_id"], told["successor_id"]) == (lan.pk, minh.pk)
    assert Entry.objects.filter(act="accounts.leave", subject=lan.subject, actor="user:1").exists()
    assert not client.login(username="lan", password=PASSWORD)


def test_nobody_leaves_before_the_day() -> None:
    lan = make_officer(unit=make_ward())
    with pytest.raises(services.NotYet):
        services.leave(user=lan, on=MONDAY + DAY, successor=None, at=MONDAY_9AM, by="system")


def test_duties_go_to_staff_only() -> None:
    lan = make_officer(unit=make_ward())
    with pytest.raises(services.SuccessorIsNoStaff):
        services.leave(user=lan, on=MONDAY, successor=make_citizen(), at=MONDAY_9AM, by="system")


def test_the_house_keeps_an_administrator() -> None:
    root = make_root()
    an = make_officer("an", unit=root, role=Role.ADMINISTRATOR)
    with pytest.raises(services.LastAdministrator):
        services.leave(user=an, on=MONDAY, successor=None, at=MONDAY_9AM, by="system")
    with pytest.raises(services.LastAdministrator):
        services.end_post(post=post_of(an), on=MONDAY, at=MONDAY_9AM, by="system")
    make_officer("vi", unit=root, role=Role.ADMINISTRATOR)
    services.leave(user=an, on=MONDAY, successor=None, at=MONDAY_9AM, by="system")
    assert not an.is_active


def test_a_level_rises_and_never_falls() -> None:
    user = make_citizen(level=Level.IDENTITY)
    services.reach_level(user=user, level=Level.CONTACT, at=MONDAY_9AM, by=user.actor)
    user.refresh_from_db()
    assert user.level == Level.IDENTITY
    assert selectors.level_at_least(user, Level.CONTACT)


def test_an_erased_citizen_leaves_no_personal_value() -> None:
    user = make_citizen(full_name="Lê Văn Dân")
    services.erase_account(user=user, at=MONDAY_9AM, by=user.actor)
    user.refresh_from_db()
    assert (user.full_name, user.email, user.is_active) == ("", "", False)
    assert user.level == Level.NONE


def test_a_member_of_staff_is_not_erased() -> None:
    with pytest.raises(services.HoldsPosts):
        services.erase_account(user=make_officer(unit=make_ward()), at=MONDAY_9AM, by="system")


def test_a_start_link_opens_once_and_for_three_days() -> None:
    root = make_root()
    link = services.first_admin_link(
        username="an", full_name="Phan An", email="an@house.example", unit=root, at=MONDAY_9AM
    )
    token = link.rstrip("/").rpartition("/")[2]
    assert selectors.start_link_user(token, at=MONDAY_9AM + 4 * DAY) is None
    user = services.start_with(token=token, password=PASSWORD, at=MONDAY_9AM + DAY)
    assert user.check_password(PASSWORD)
    assert selectors.holds(user, Role.ADMINISTRATOR, root, on=MONDAY)
    with pytest.raises(services.LinkDoesNotOpen):
        services.start_with(token=token, password="another-password-1", at=MONDAY_9AM + DAY)


def test_a_lost_link_closes_when_a_new_one_is_made() -> None:
    root = make_root()
    asked: dict[str, Any] = {"username": "an", "full_name": "An", "unit": root}
    asked["email"] = "an@house.example"
    first = services.first_admin_link(**asked, at=MONDAY_9AM)
    services.first_admin_link(**asked, at=MONDAY_9AM)
    with pytest.raises(services.LinkDoesNotOpen):
        services.start_with(token=first.split("/")[-2], password=PASSWORD, at=MONDAY_9AM)
    assert Post.objects.count() == 1


def test_the_secret_of_a_link_is_not_kept() -> None:
    lan = make_officer(unit=make_ward())
    token = services.invite(user=lan, at=MONDAY_9AM, by="system")
    assert token not in str(lan.start_links.values().get())
