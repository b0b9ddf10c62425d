"""The national portal hears of each change once, and sends us what was sent in there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.cases import services
from dothi.cases.choices import Origin, Sent, Status
from dothi.cases.models import Arrival, Dossier, Telling
from dothi.cases.tests.conftest import office as office
from dothi.cases.tests.conftest import office_of_the_file as office_of_the_file
from dothi.cases.tests.factories import MONDAY_9AM, PERMIT, Office, at, make_officer
from dothi.connectors.national_portal.fake import Portal
from dothi.connectors.national_portal.manifest import NAME
from dothi.connectors.played import serving
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.lib import national_portal as fields

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def portal(settings: Any) -> Iterator[Portal]:
    made = Portal()
    with serving(made.answer) as server, time_machine.travel(MONDAY_9AM, tick=False):
        settings.NATIONAL_PORTAL_URL = f"{server.url}/api"
        settings.NATIONAL_PORTAL_TOKEN = made.token
        settings.NATIONAL_PORTAL_AGENCY = "38.H29"
        yield made


def noted(dossier: Dossier) -> None:
    """What the handler does with every move of it."""
    for move in dossier.moves.order_by("id"):
        services.note_move(code=dossier.code, move=move.pk, at=MONDAY_9AM)


def test_a_house_without_an_address_tells_nobody(office: Office, settings: Any) -> None:
    assert settings.NATIONAL_PORTAL_URL == ""
    noted(office.received())
    assert not Telling.objects.exists()
    assert services.tell_portals(at=MONDAY_9AM) == services.take_arrivals(at=MONDAY_9AM) == 0


def test_each_change_is_told_once(office: Office, portal: Portal) -> None:
    dossier = office.received()
    noted(dossier)
    noted(dossier)
    assert services.tell_portals(at=MONDAY_9AM) == 4
    assert services.tell_portals(at=MONDAY_9AM) == 0
    told = portal.cases[dossier.code]
    assert (told["TrangThaiHoSo"], told["ChuHoSo"]) == ("2", "Trần Thị Mẫu")
    assert (told["NgayTiepNhan"], told["NgayHenTra"]) == ("20260302090000", "20260323170000")
    assert told["DonViXuLy"] == "38.01.H29"
    assert [step["NoiDungXuLy"] for step in portal.steps] == ["Nộp hồ sơ", "Tiếp nhận"]
    assert portal.steps[1]["ChucDanh"] == "Cán bộ một cửa"
    look = Look.objects.filter(record=dossier.subject).first()
    assert look is not None
    assert look.actor == f"portal:{NAME}"


def test_a_supplement_keeps_the_day_before_and_the_new_one(office: Office, portal: Portal) -> None:
    dossier = office.handled()
    services.ask(dossier=dossier, what="Bản vẽ móng", by=office.officer, at=at("04T09:00"))
    services.supply(dossier=dossier, by="public", at=at("06T09:00"))
    noted(dossier)
    services.tell_portals(at=at("06T10:00"))
    row = portal.cases[dossier.code]["DanhSachHoSoBoSung"][0]
    assert (row["NgayHenTraTruoc"], row["NgayHenTraMoi"]) == ("20260323170000", "20260325170000")
    assert row["NguoiYeuCauBoSung"] == office.officer.full_name


def test_a_portal_that_is_ill_is_told_later_and_in_order(office: Office, portal: Portal) -> None:
    dossier = office.received()
    noted(dossier)
    portal.ill = 1
    assert services.tell_portals(at=MONDAY_9AM) == 0
    assert portal.cases == {}
    assert services.tell_portals(at=MONDAY_9AM + timedelta(seconds=30)) == 0  # Too early.
    assert services.tell_portals(at=MONDAY_9AM + timedelta(minutes=1)) == 4
    assert len(portal.steps) == 2


def test_after_a_week_of_silence_somebody_has_to_look(office: Office, portal: Portal) -> None:
    noted(office.submitted().dossier)
    portal.ill = 100
    moment = MONDAY_9AM
    for _ in range(8):
        services.tell_portals(at=moment)
        moment += timedelta(days=1)
    line = Telling.objects.order_by("id")[0]
    assert (line.state, line.attempts) == (Sent.FAILED, 8)
    assert "503" in line.error
    portal.ill = 0
    assert services.send_again(portal=NAME, by="user:1", at=moment) >= 1
    assert services.tell_portals(at=moment) == 2


def test_what_it_does_not_take_keeps_nobody_else_waiting(office: Office, portal: Portal) -> None:
    bad, good = office.submitted().dossier, office.submitted().dossier
    portal.refused = {bad.code}
    noted(bad)
    noted(good)
    assert services.tell_portals(at=MONDAY_9AM) == 2
    assert list(portal.cases) == [good.code]
    refused = Telling.objects.filter(dossier=bad, service=fields.SYNC).get()
    assert (refused.state, refused.error) == (Sent.REFUSED, "1: refused")


def test_a_dossier_of_the_portal_comes_in_with_its_papers_once(
    office: Office, portal: Portal
) -> None:
    portal.arrives(
        MaHoSo="G22.99.H29-260301-0007", MaTTHC=PERMIT, ChuHoSo="Lê Văn Mẫu",
        MaDoiTuong="079190000002", DonViXuLy="38.01.H29", SoDienThoai="0901234568",
        TaiLieuNop=[portal.attached(PDF, paper="land"), portal.attached(PDF, paper="KQ.01")],
    )  # fmt: skip
    assert services.take_arrivals(at=MONDAY_9AM) == 1
    assert services.take_arrivals(at=MONDAY_9AM) == 0
    dossier = Dossier.objects.get()
    assert (dossier.origin, dossier.status) == (Origin.NATIONAL, Status.NEW)
    assert (dossier.source, dossier.source_ref) == (NAME, "G22.99.H29-260301-0007")
    given = dict(dossier.documents.values_list("code", "given_at"))
    assert given["land"] == MONDAY_9AM
    assert given["application"] is None
    assert "national_2" in given
    noted(dossier)
    assert services.tell_portals(at=MONDAY_9AM) == 2
    assert portal.cases["G22.99.H29-260301-0007"]["TrangThaiHoSo"] == "1"


def test_what_cannot_be_taken_in_is_noted_and_tried_again(office: Office, portal: Portal) -> None:
    record = portal.arrives(
        MaHoSo="X-1", MaTTHC=PERMIT, ChuHoSo="Lê Văn Mẫu", DonViXuLy="99.99.H29"
    )
    assert services.take_arrivals(at=MONDAY_9AM) == 0
    assert Arrival.objects.get().ref == "X-1"
    record["DonViXuLy"] = "38.01.H29"
    assert services.take_arrivals(at=MONDAY_9AM) == 1
    assert not Arrival.objects.exists()


def test_a_file_on_another_server_is_not_fetched_and_keeps_nobody_waiting(
    office: Office, portal: Portal
) -> None:
    row = portal.attached(PDF, paper="land") | {"DuongDanTaiTepTin": "http://10.0.0.1/x"}
    portal.arrives(
        MaHoSo="X-2", MaTTHC=PERMIT, ChuHoSo="Lê Văn Mẫu", DonViXuLy="38.01.H29",
        TaiLieuNop=[row],
    )  # fmt: skip
    portal.arrives(MaHoSo="X-3", MaTTHC=PERMIT, ChuHoSo="Lê Văn Mẫu", DonViXuLy="38.01.H29")
    assert services.take_arrivals(at=MONDAY_9AM) == 1
    assert Dossier.objects.get().source_ref == "X-3"


def test_a_portal_that_is_ill_is_asked_another_time(office: Office, portal: Portal) -> None:
    portal.ill = 1
    assert services.take_arrivals(at=MONDAY_9AM) == 0


# --- The page of what was not taken --------------------------------------------------------------


@pytest.fixture
def keeper(office: Office, client: Client) -> Client:
    signed_in(client, make_officer("tam", unit=office.root, role=Role.STEWARD))
    return client


def refused_line(office: Office, portal: Portal) -> Telling:
    dossier = office.submitted().dossier
    portal.refused = {dossier.code}
    noted(dossier)
    services.tell_portals(at=MONDAY_9AM)
    portal.refused = set()
    return Telling.objects.get(state=Sent.REFUSED, service=fields.SYNC)


def test_a_person_sends_a_refused_line_again_after_it_was_mended(
    office: Office, portal: Portal, keeper: Client
) -> None:
    line = refused_line(office, portal)
    page = keeper.get("/en/desk/cases/portals/").content.decode()
    assert "1: refused" in page
    assert line.dossier.code in page
    assert "Trần Thị Mẫu" not in page
    keeper.post(f"/en/desk/cases/portals/lines/{line.pk}", {"act": "again"})
    assert services.tell_portals(at=MONDAY_9AM) == 1
    again = keeper.post(
        f"/en/desk/cases/portals/lines/{line.pk}", {"act": "again"}, follow=True
    ).content.decode()
    assert "Somebody was faster" in again
    assert list(portal.cases) == [line.dossier.code]


def test_a_line_is_let_go_with_a_reason_and_never_sent(
    office: Office, portal: Portal, keeper: Client
) -> None:
    line = refused_line(office, portal)
    door = f"/en/desk/cases/portals/lines/{line.pk}"
    keeper.post(door, {"act": "leave", "reason": " "})
    line.refresh_from_db()
    assert line.state == Sent.REFUSED
    keeper.post(door, {"act": "leave", "reason": "Hồ sơ thử của cổng"})
    line.refresh_from_db()
    assert (line.state, line.note) == (Sent.LEFT, "Hồ sơ thử của cổng")
    services.send_again(portal=NAME, by="user:1", at=MONDAY_9AM)
    services.tell_portals(at=MONDAY_9AM)
    line.refresh_from_db()
    assert (line.state, line.sent_at) == (Sent.LEFT, None)
    entry = Entry.objects.get(act="cases.let_line_go")
    assert entry.reason == "Hồ sơ thử của cổng"
    assert keeper.post(door, {"act": "burn"}).status_code == 404


def test_everything_is_sent_again_at_once(office: Office, portal: Portal, keeper: Client) -> None:
    line = refused_line(office, portal)
    assert keeper.post("/desk/cases/portals/again", {"portal": "none"}).status_code == 404
    keeper.post("/desk/cases/portals/again", {"portal": NAME})
    line.refresh_from_db()
    assert line.state == Sent.WAITING


def test_what_could_not_come_in_is_shown_and_put_away_with_a_reason(
    office: Office, portal: Portal, keeper: Client
) -> None:
    arrival = Arrival.objects.create(
        portal=NAME, ref="G22.99.H29-260301-0009", error="Không có cơ quan", first_at=MONDAY_9AM,
        last_at=MONDAY_9AM,
    )  # fmt: skip
    assert arrival.ref in keeper.get("/desk/cases/portals/").content.decode()
    door = f"/desk/cases/portals/arrivals/{arrival.pk}"
    keeper.post(door, {"reason": ""})
    assert Arrival.objects.exists()
    keeper.post(door, {"reason": "Nộp nhầm cơ quan"})
    assert not Arrival.objects.exists()
    assert keeper.post(door, {"reason": "x"}).status_code == 404


def test_only_who_keeps_a_unit_sees_its_lines_and_only_who_keeps_all_sends_all(
    office: Office, portal: Portal, client: Client
) -> None:
    line = refused_line(office, portal)
    own, other = (
        make_officer(name, unit=unit, role=Role.STEWARD)
        for name, unit in (("tam", office.river), ("sau", office.hill))
    )
    doors = ("/desk/cases/portals/again", f"/desk/cases/portals/lines/{line.pk}")
    for person, page, answers in (
        (office.leader, 403, [403, 404]), (other, 200, [403, 404]), (own, 200, [403, 302]),
    ):  # fmt: skip
        signed_in(client, person)
        shown = client.get("/desk/cases/portals/")
        assert shown.status_code == page
        assert (line.dossier.code in shown.content.decode()) == (person == own)
        given = {"portal": NAME, "act": "again"}
        assert [client.post(door, given).status_code for door in doors] == answers


def test_a_house_without_a_portal_says_so_on_the_page(
    office: Office, keeper: Client, settings: Any
) -> None:
    settings.NATIONAL_PORTAL_URL = ""
    assert "speaks with no portal" in keeper.get("/en/desk/cases/portals/").content.decode()


def test_the_page_asks_as_often_however_many_lines_there_are(
    office: Office, portal: Portal, keeper: Client, django_assert_max_num_queries: Any
) -> None:
    refused_line(office, portal)
    keeper.get("/desk/cases/portals/")
    for many in (1, 8):
        Telling.objects.bulk_create(
            [
                Telling(
                    portal=NAME, dossier=Dossier.objects.get(), move=1000 * many + number,
                    service=fields.SYNC, state=Sent.FAILED, next_try_at=MONDAY_9AM,
                )
                for number in range(many)
            ]
        )  # fmt: skip
        with django_assert_max_num_queries(14):
            keeper.get("/desk/cases/portals/")
