"""What citizens read of a procedure, and what the office sees besides."""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer
from dothi.core import clock
from dothi.procedures import services
from dothi.procedures.choices import Channel, Part
from dothi.procedures.rules.definition import Definition
from dothi.procedures.rules.publishing import flaws
from dothi.procedures.tests.documents import ROLES
from dothi.units.tests.factories import make_root, make_unit

DEMO = Path(__file__).parents[3] / "starter" / "procedures"
FILES = sorted(DEMO.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_procedure_of_the_sample_is_whole(path: Path) -> None:
    definition = Definition.model_validate(tomllib.loads(path.read_text("utf-8")))
    assert flaws(definition, roles=ROLES) == []
    assert path.name.startswith(definition.code)


def test_the_sample_holds_about_twenty_five_and_says_what_is_to_be_confirmed() -> None:
    found = [Definition.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in FILES]
    assert len({one.code for one in found}) >= 25
    assert any(Part.FEE in one.to_confirm for one in found)
    assert any(Part.FEE not in one.to_confirm for one in found)


@pytest.fixture
def loaded(db: None) -> None:
    at = clock.now()
    services.load_catalogue(DEMO, valid_from=date(2025, 7, 1), at=at, channel=Channel.OWN)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.usefixtures("loaded")
def test_a_citizen_finds_a_procedure_and_reads_all_that_it_takes(client: Client) -> None:
    found = page(client, "/procedures/?q=sinh+con")
    assert "/procedures/1.001193/" in found
    text = page(client, "/procedures/1.001193/")
    for said in ("Giấy chứng sinh", "15:00", "Miễn phí", "Luật Hộ tịch", "01/11/2026"):
        assert said in text, said
    assert "Cần xác nhận" not in text, "doubts are for the office"
    english = page(client, "/en/procedures/1.001193/")
    assert "Birth note of the clinic" in english
    assert "Free of charge" in english
    copies = page(client, "/procedures/2.000815/")
    assert "2.000 ₫ mỗi trang" in copies
    assert "200.000 ₫" in copies


@pytest.mark.usefixtures("loaded")
def test_a_slip_of_the_finger_is_mended_and_told(client: Client) -> None:
    assert "khai sinh" in page(client, "/procedures/?q=khai+snih")
    assert "/procedures/" in page(client, "/procedures/?q=zzzz")
    assert "Đăng ký khai sinh" in page(client, "/search?q=sinh+con")


@pytest.mark.usefixtures("loaded")
def test_the_office_sees_what_is_still_to_be_confirmed(client: Client) -> None:
    unit = make_unit("27238", "Phường Minh Phụng", parent=make_root())
    client.force_login(make_officer("nguoi-xem", unit=unit, role=Role.SPECIALIST))
    text = page(client, "/procedures/1.004222/")
    assert "Cơ quan cần xác nhận" in text
    assert "Chưa chắc, cần xác nhận" in text


@pytest.mark.usefixtures("loaded")
def test_a_procedure_is_taken_along_as_a_file(client: Client) -> None:
    file = client.get("/procedures/1.013225.json")
    assert Definition.model_validate(json.loads(file.content)).channel == Channel.OWN


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    "path", ["/procedures/9.999999/", "/procedures/1.001193/?on=2020-01-01",
             "/procedures/1.001193/?on=soon", "/procedures/9.999999.json"],
)  # fmt: skip
def test_what_is_not_there_is_said_so(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
