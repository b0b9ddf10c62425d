"""Codes can be read aloud; secrets can be typed carelessly and not be guessed."""

import re
from datetime import UTC, datetime

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
