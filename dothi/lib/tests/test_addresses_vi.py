"""Addresses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import addresses_vi
from dothi.lib.addresses_vi import Address, parse


@pytest.mark.parametrize(
    "text",
    [
        "12/3A Lê Đại Hành, P.11, Q.11, TP.HCM",
        "Số 12 xẹt 3A đường Lê Đại Hành, Phường 11, Quận 11",
        "hẻm 12 số 3A Lê Đại Hành, KP 3, phường 11, Q11",
        "12/3a le dai hanh P11 Q11",
        "12/3A Lê Đại Hành Phường 11 Quận 11 Thành phố Hồ Chí Minh",
    ],
)
def test_one_door_is_written_in_many_ways(text: str) -> None:
    expected = Address(house="12/3a", street="le dai hanh", ward="11", district="11")

    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "house", "street", "ward"),
    [
        ("45 bis Lạc Long Quân, F.5", "45bis", "lac long quan", "5"),
        ("45 Lạc Long Quân P5 Quận 11", "45", "lac long quan", "5"),
        ("12/3A/4 đường 3 tháng 2", "12/3a/4", "3 2", ""),
        ("123 Đường 3/2, KP 3, phường Phú Thọ", "123", "3 2", "phu tho"),
        ("27 - 29 Lãnh Binh Thăng", "27-29", "lanh binh thang", ""),
        ("Căn hộ A5.12 chung cư Lê Thị Riêng, Phường 15", "a5.12", "chung cu le thi rieng", "15"),
        ("đường Vĩnh Viễn, P.03, Q.11", "", "vinh vien", "3"),
        ("phường Minh Phụng", "", "", "minh phung"),
        ("", "", "", ""),
    ],
)
def test_an_address_falls_into_its_parts(text: str, house: str, street: str, ward: str) -> None:
    found = parse(text)

    assert (found.house, found.street, found.ward) == (house, street, ward)


def test_an_old_ward_is_called_as_today_and_phuong_5_stands_in_every_district() -> None:
    wards = {"5|11": "hoa binh", "5|10": "dien hong", "16": "minh phung"}

    assert parse("1 Âu Cơ, P.5, Q.11", wards=wards).ward == "hoa binh"
    assert parse("1 Lý Thái Tổ, P.5, Q.10", wards=wards).ward == "dien hong"
    assert parse("1 Âu Cơ, P.16", wards=wards).ward == "minh phung"
    assert parse("1 Âu Cơ, phường Bình Thới", wards=wards).ward == "binh thoi"
    assert addresses_vi.ward_key("Phường 05") == "5"


@given(st.text(max_size=60))
def test_whatever_stands_in_a_cell_of_addresses_is_read_without_a_fault(text: str) -> None:
    assert isinstance(parse(text), Address)
