import io
from pathlib import Path

import pytest

from dothi.accounts import selectors, services
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User
from dothi.accounts.services import Report
from dothi.accounts.tests.factories import MONDAY, MONDAY_9AM, make_root, make_ward
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
HEAD = "username,full_name,email,unit,role,title,valid_from,valid_to\n"
LAN = "lan,Trần Thị Lan,lan@house.example,27238,counter,Một cửa,2025-07-01,\n"
SAMPLE = Path(__file__).parents[3] / "demo" / "staff.csv"


@pytest.fixture
def ward() -> Unit:
    return make_ward(under=make_root())


def bring(rows: str, *, head: str = HEAD, preview: bool = False) -> Report:
    file = io.BytesIO((head + rows).encode())
    return services.import_staff(file, at=MONDAY_9AM, by="user:1", preview=preview)


def test_a_sheet_brings_people_and_their_posts(ward: Unit) -> None:
    report = bring(LAN + LAN.replace("counter", "specialist"))
    assert (report.people_added, report.posts_added) == (["lan"], 2)
    lan = User.objects.get(username="lan")
    assert selectors.holds(lan, Role.COUNTER, ward, on=MONDAY)
    assert not lan.has_usable_password()


def test_a_second_run_changes_nothing(ward: Unit) -> None:
    bring(LAN)
    report = bring(LAN)
    assert (report.people_added, report.posts_added, report.changed) == ([], 0, 0)
    assert report.unchanged == 1


def test_a_preview_writes_nothing(ward: Unit) -> None:
    report = bring(LAN, preview=True)
    assert (report.people_added, report.posts_added) == (["lan"], 1)
    assert not User.objects.exists()


def test_another_name_title_or_end_is_taken_over(ward: Unit) -> None:
    bring(LAN)
    report = bring(LAN.replace("Trần Thị Lan", "Trần Ngọc Lan").replace("01,\n", "01,2026-03-01\n"))
    assert report.changed == 1
    assert User.objects.get().full_name == "Trần Ngọc Lan"
    assert not selectors.is_staff(User.objects.get(), on=MONDAY)


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("27238", "99999", "99999"),
        ("counter", "king", "king"),
        ("lan@house.example", "lan", "e-mail"),
        ("2025-07-01", "01/07/2025", "01/07/2025"),
        ("2025-07-01", "", "first day"),
        ("01,\n", "01,2025-06-01\n", "ends before"),
        ("lan,", "l n,", "user name"),
        ("Trần Thị Lan", "", "full name"),
    ],
)
def test_a_wrong_row_is_put_aside_with_its_reason(
    ward: Unit, was: str, now: str, why: str, settings: object
) -> None:
    from django.utils.translation import override

    good = LAN.replace("lan", "minh")
    with override("en"):
        report = bring(LAN.replace(was, now, 1) + good)
    assert report.people_added == ["minh"]
    [refused] = report.refused
    assert refused.line == 2
    assert why in refused.reason
    assert "house.example" in refused.text or "lan" in refused.text


def test_an_address_belongs_to_one_person(ward: Unit) -> None:
    bring(LAN)
    report = bring(LAN.replace("lan,", "lan2,", 1))
    assert not report.people_added
    assert len(report.refused) == 1


def test_who_left_does_not_come_back_by_a_sheet(ward: Unit) -> None:
    bring(LAN)
    lan = User.objects.get()
    services.leave(user=lan, on=MONDAY, successor=None, at=MONDAY_9AM, by="system")
    assert len(bring(LAN).refused) == 1
    lan.refresh_from_db()
    assert not lan.is_active


def test_a_file_without_its_columns_is_refused_whole(ward: Unit) -> None:
    with pytest.raises(services.StaffFileError, match="valid_to"):
        bring(LAN, head=HEAD.replace(",valid_to", ""))


def test_a_file_in_another_encoding_is_refused_whole(ward: Unit) -> None:
    file = io.BytesIO("tên".encode("utf-16"))
    with pytest.raises(services.StaffFileError):
        services.import_staff(file, at=MONDAY_9AM, by="user:1")


def test_the_sample_people_come_in_whole() -> None:
    root = make_root()
    for code in ("27238", "27232", "27211", "27226"):
        make_ward(code, under=root)
    with SAMPLE.open("rb") as file:
        report = services.import_staff(file, at=MONDAY_9AM, by="system")
    assert not report.refused
    assert {post.role for post in Post.objects.all()} == set(Role.values)
    assert Post.objects.filter(role=Role.HOLDER).count() == 3, (
        "two seats, and who may take one over"
    )
