"""Codes can be read aloud; secrets can be typed carelessly and not be guessed."""

import re
from datetime import UTC, date, datetime

import pytest

from dothi.lib import codes

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_public_code_says_kind_and_date() -> None:
    assert re.fullmatch(r"PA-261124-[0-9A-HJKMNP-TV-Z]{6}", codes.public_code("PA", AT))


def test_codes_and_secrets_do_not_repeat() -> None:
    assert len({codes.public_code("PA", AT) for _ in range(500)}) == 500
    assert len({codes.secret() for _ in range(500)}) == 500


def test_a_secret_has_at_least_128_bits() -> None:
    letters = codes.secret().replace("-", "")
    assert len(letters) * 5 >= 128


def test_how_a_secret_is_typed_does_not_matter() -> None:
    kept = codes.hash_secret("01ABC-DEFGH-00000-00000-00000-0")
    assert codes.hash_secret("oiabc defgh 00000 ooooo00000 0") == kept
    assert codes.hash_secret("11ABC-DEFGH-00000-00000-00000-0") != kept
    assert len(kept) == 64


def test_a_dossier_is_named_by_agency_day_and_number() -> None:
    day = date(2026, 3, 10)
    assert codes.dossier_code("000.00.01.H29", day, 420) == "000.00.01.H29-260310-0420"
    assert codes.dossier_code("38.98.H29", day, 12345) == "38.98.H29-260310-12345"
    for agency, number in (("38.98", 1), ("38..H29", 1), ("a.H29", 1), ("38.98.H29", 0)):
        with pytest.raises(ValueError, match="no code"):
            codes.dossier_code(agency, day, number)
