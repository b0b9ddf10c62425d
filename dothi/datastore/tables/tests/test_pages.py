"""A steward sees the versions of the rows, goes back, pins and cites; others stay outside."""

from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root, make_ward
from dothi.core.access.models import Look
from dothi.datastore.catalogue.choices import Classification, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.tables import selectors
from dothi.datastore.tables.models import Erasure
from dothi.datastore.tables.tests.factories import published, reports
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = "Trần Thị Bưởi"
DESK = "/desk/data/sets/reports/versions/"


def contract() -> Contract:
    def field(name: str, type: Type = Type.TEXT, **more: Any) -> Field:
        return Field(name=name, head=name, title_vi=name, type=type, **more)

    return Contract(
        dataset="reports", version=1, key=("code",),
        fields=(
            field("code", required=True), field("unit"), field("received_at", Type.MOMENT),
            field("resolved_on", Type.DATE), field("rating", Type.INTEGER),
            field("person", classification=Classification.PERSONAL),
        ),
    )  # fmt: skip


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def two_versions(root: Unit) -> None:
    make_dataset(root, "reports", contract=contract(), title="Phản ánh mẫu")
    published(reports(1, 2, 3), run="DR-1")
    published(reports(1, 2, rating=9) + reports(4), run="DR-2")


@pytest.fixture
def steward(client: Client, root: Unit) -> Client:
    client.force_login(make_officer("quan", unit=root, role=Role.STEWARD))
    return client


def test_versions_are_listed_with_what_they_hold_and_who_made_them(
    steward: Client, two_versions: None, django_assert_max_num_queries: Any
) -> None:
    steward.get(DESK)
    with django_assert_max_num_queries(12):
        page = steward.get(DESK).content.decode()
    newest = selectors.latest("reports")
    assert newest is not None
    assert newest.checksum in page
    assert "Quay lại phiên bản 1" in page
    assert "Quay lại phiên bản 2" not in page
    assert DESK in steward.get("/desk/data/sets/reports/").content.decode()


def test_going_back_shows_what_changes_and_makes_a_new_version(
    steward: Client, two_versions: None
) -> None:
    page = steward.get(f"{DESK}1/back")
    made = page.context["change"].made
    assert (made.added, made.changed, made.removed) == (1, 2, 1)
    assert "Nguyễn Văn" not in page.content.decode()
    assert steward.post(f"{DESK}1/back", {"base": "2", "reason": ""}).status_code == 422
    steward.post(f"{DESK}1/back", {"base": "2", "reason": "gửi nhầm quý"})
    first, newest = selectors.version("reports", 1), selectors.latest("reports")
    assert newest is not None
    assert (newest.number, newest.checksum) == (3, first.checksum)
    assert newest.comment == "gửi nhầm quý"


def test_who_looked_at_an_older_state_is_sent_back_to_look_again(
    steward: Client, two_versions: None
) -> None:
    published(reports(7), run="DR-3")
    answer = steward.post(f"{DESK}1/back", {"base": "2", "reason": "x"}, follow=True)
    assert "Vừa có phiên bản mới hơn" in answer.content.decode()
    newest = selectors.latest("reports")
    assert newest is not None
    assert newest.number == 3


def test_a_release_is_made_cited_brought_back_and_lifted(
    steward: Client, two_versions: None
) -> None:
    made = {"code": "2026-q1", "note": "báo cáo quý", "tables": ["reports"]}
    assert steward.post("/desk/data/releases/", made)["Location"] == "/desk/data/releases/2026-q1"
    again = steward.post("/desk/data/releases/", made)
    assert again.status_code == 422
    assert "bản phát hành không thay đổi" in again.content.decode()
    published(reports(9), run="DR-3")

    public = Client().get("/data/releases/2026-q1").content.decode()
    assert "/data/reports/v2.csv" in public
    assert selectors.version("reports", 2).checksum in public

    page = steward.get("/desk/data/releases/2026-q1/restore")
    assert page.context["changes"][0]["change"].made.removed == 1
    stale = steward.post("/desk/data/releases/2026-q1/restore", {"looked_at": "reports@2"})
    assert stale["Location"].endswith("/restore")
    steward.post("/desk/data/releases/2026-q1/restore", {"looked_at": page.context["looked_at"]})
    newest = selectors.latest("reports")
    assert newest is not None
    assert newest.checksum == selectors.version("reports", 2).checksum

    steward.post("/desk/data/releases/2026-q1/lift", {"reason": ""})
    assert selectors.release_of("2026-q1").lifted_at is None
    steward.post("/desk/data/releases/2026-q1/lift", {"reason": "đã in lại"})
    assert selectors.release_of("2026-q1").lifted_at is not None


def test_what_is_not_open_is_not_found_under_the_address_of_a_release(
    steward: Client, root: Unit
) -> None:
    make_dataset(root, "reports", contract=contract(), share="closed", licence="not_open")
    published(reports(1), run="DR-1")
    steward.post("/desk/data/releases/", {"code": "mat", "tables": ["reports"]})
    assert steward.get("/data/releases/mat").status_code == 200
    assert Client().get("/data/releases/mat").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_others_turn_nothing_back(
    client: Client, root: Unit, two_versions: None, role: Role
) -> None:
    client.force_login(make_officer("other", unit=root, role=role))
    for verb, path in (
        ("get", f"{DESK}1/back"), ("post", f"{DESK}1/back"), ("get", "/desk/data/releases/"),
        ("post", "/desk/data/releases/"), ("post", "/desk/data/releases/x/lift"),
        ("post", "/desk/data/releases/x/restore"), ("get", "/desk/data/erase"),
        ("post", "/desk/data/erase"), ("get", "/desk/data/erasures/"),
    ):  # fmt: skip
        answer = getattr(client, verb)(path, {"base": "2", "reason": "x", "looked_at": ""})
        assert answer.status_code in (403, 404), (verb, path)


def test_the_steward_of_another_ward_finds_nothing(
    client: Client, root: Unit, two_versions: None
) -> None:
    client.force_login(make_officer("other", unit=make_ward(under=root), role=Role.STEWARD))
    assert client.get(DESK).status_code == 404
    assert client.post(f"{DESK}1/back", {"base": "2", "reason": "x"}).status_code == 404


# --- A person is erased -------------------------------------------------------------------------

ASKED = {"values": PERSON, "columns": ["reports.person"], "reason": "đơn số 12"}


def test_a_person_is_looked_up_then_erased_and_the_proof_is_kept(
    steward: Client, two_versions: None
) -> None:
    published(reports(1, 2) + reports(5, person=PERSON), run="DR-3")
    look = steward.post("/desk/data/erase", ASKED)
    found = look.context["found"][0]
    assert (found["standing"].newest, found["held"]) == (1, 1)
    assert look["Cache-Control"] == "private, no-store"
    assert Look.objects.get().record == "tables.table:reports"
    assert not Erasure.objects.exists()

    sure = {**ASKED, "sure": "on", "looked_at": look.context["looked_at"]}
    answer = steward.post("/desk/data/erase", sure)
    proof = Erasure.objects.get()
    assert answer["Location"] == f"/desk/data/erasures/{proof.pk}"
    page = steward.get(answer["Location"]).content.decode()
    assert "đơn số 12" in page
    assert PERSON not in page
    newest = selectors.latest("reports")
    assert newest is not None
    assert newest.rows == 2
    assert f"/desk/data/erasures/{proof.pk}" in steward.get("/desk/data/erasures/").content.decode()


def test_only_what_was_looked_at_is_erased(steward: Client, two_versions: None) -> None:
    look = steward.post("/desk/data/erase", {**ASKED, "values": "Nguyễn Văn 001"})
    sure = {**ASKED, "sure": "on", "looked_at": look.context["looked_at"]}
    answer = steward.post("/desk/data/erase", sure)
    assert answer.status_code == 200
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"values": "001"}, {"columns": []}, {"reason": ""}, {"reason": f"theo đơn của {PERSON}"},
     {"columns": ["reports.unit"]}, {"values": "\n".join(map(str, range(1000, 1021)))}],
)  # fmt: skip
def test_what_is_too_little_or_too_much_is_asked_again(
    steward: Client, two_versions: None, wrong: dict[str, Any]
) -> None:
    assert steward.post("/desk/data/erase", {**ASKED, **wrong}).status_code == 422
    assert not Look.objects.exists()
