"""Records of other systems, also bent ones, come out clean or with what is wrong with them."""

import io
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.lib import georeport
from dothi.lib.georeport import CHUNK, BrokenFile, Dirty, Raw, read, understand

ZONE = ZoneInfo("America/Los_Angeles")
WHOLE = {
    "service_request_id": 771970,
    "status": "Open",
    "service_code": 24,
    "service_name": "Sidewalk_Cleaning",
    "lon": -122.4134,
    "lat": 37.774456,
    "requested_datetime": "2010-11-15 01:05:25.727",
}


def records(text: str) -> list[Raw]:
    return list(read(io.BytesIO(text.encode())))


def one(**changes: object) -> Raw:
    kept = {name: value for name, value in {**WHOLE, **changes}.items() if value != "-"}
    return records(json.dumps([kept]))[0]


def fault(**changes: object) -> str:
    with pytest.raises(Dirty) as found:
        understand(one(**changes), zone=ZONE)
    return found.value.fault


def test_a_list_and_an_envelope_hold_the_same() -> None:
    plain = records(json.dumps([WHOLE]))
    assert records(json.dumps({"count": 1, "requests": [WHOLE], "more": 2})) == plain
    assert records("\ufeff" + json.dumps({"service_requests": [WHOLE]})) == plain


def test_the_original_is_kept_letter_by_letter() -> None:
    text = '{ "service_request_id" :  7,\n  "status":"Open" }'
    assert records(f"[{text}, {{}}]")[0].original == text


def test_a_repeated_key_keeps_every_value_and_the_first_that_says_something_counts() -> None:
    text = json.dumps({**WHOLE, "status": "Closed"})[:-1]
    text += ', "updated_datetime": "2010-11-16 08:00:00", "updated_datetime": "null"}'
    [raw] = records(f"[{text}]")
    assert raw.values["updated_datetime"] == ("2010-11-16 08:00:00", "null")
    closed = understand(raw, zone=ZONE).closed_at
    assert closed == datetime(2010, 11, 16, 8, tzinfo=ZONE)


def test_a_date_without_a_zone_is_of_the_city() -> None:
    request = understand(one(), zone=ZONE)
    assert request.requested_at.isoformat() == "2010-11-15T01:05:25.727000-08:00"
    summer = understand(one(requested_datetime="2010-07-01T12:00:00"), zone=ZONE)
    assert summer.requested_at.utcoffset() == datetime(2010, 7, 1, tzinfo=ZONE).utcoffset()
    other = understand(one(requested_datetime="2010-11-15T09:05:25Z"), zone=ZONE)
    assert other.requested_at.astimezone(ZONE).hour == 1


@pytest.mark.parametrize("name", ["lon", "long", "lng"])
def test_longitude_goes_by_three_names(name: str) -> None:
    changes: dict[str, object] = {"lon": "-", name: "-122.4"}
    request = understand(one(**changes), zone=ZONE)
    assert (request.lon, request.lat) == (-122.4, 37.774456)


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, 0), ("", ""), ("null", "null"), (95, 10), ("nan", 1), ("x", 2)]
)
def test_a_place_that_is_none_is_none(lat: object, lon: object) -> None:
    request = understand(one(lat=lat, lon=lon), zone=ZONE)
    assert (request.lat, request.lon) == (None, None)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"service_request_id": "null"}, "no_id"),
        ({"status": "null"}, "no_status"),
        ({"status": "wontfix"}, "no_status"),
        ({"requested_datetime": "true"}, "no_date"),
        ({"requested_datetime": ":27.7"}, "no_date"),
        ({"status": "Closed"}, "closed_without_date"),
        ({"status": "Closed", "updated_datetime": "true"}, "closed_without_date"),
        ({"status": "closed", "updated_datetime": "2009-01-01"}, "dates_reversed"),
    ],
)
def test_what_is_wrong_has_a_name(changes: dict[str, object], named: str) -> None:
    assert fault(**changes) == named


def test_what_is_no_record_is_said_to_be_none() -> None:
    found = records('[null, 7, "text", [], {}]')
    assert len(found) == 5
    for raw in found:
        with pytest.raises(Dirty, match="no_record"):
            understand(raw, zone=ZONE)


@pytest.mark.parametrize(
    ("text", "whole"),
    [("", 0), ("date,place", 0), ("[{}, {]", 1), ('[{"a": 1}', 1), ('{"a": 1}', 0), ("<a><b>", 0)],
)
def test_a_broken_file_says_so_after_what_was_whole(text: str, whole: int) -> None:
    found = read(io.BytesIO(text.encode()))
    for _ in range(whole):
        next(found)
    with pytest.raises(BrokenFile):
        next(found)


def test_xml_says_the_same_as_json() -> None:
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in WHOLE.items())
    text = f"<?xml version='1.0'?><service_requests><request>{fields}</request></service_requests>"
    [raw] = records(text)
    assert understand(raw, zone=ZONE) == understand(one(), zone=ZONE)
    assert raw.original.startswith("<request>")


def test_xml_that_would_explode_is_refused() -> None:
    text = '<!DOCTYPE a [<!ENTITY b "c">]><a><request><status>&b;</status></request></a>'
    with pytest.raises(BrokenFile):
        records(text)


@given(
    texts=st.lists(st.text(max_size=40), max_size=40), cut=st.integers(min_value=1, max_value=97)
)
@settings(max_examples=60)
def test_it_does_not_matter_where_a_file_is_cut(texts: list[str], cut: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(cut if size is None or size < 0 else min(size, cut))

    rows = [{"service_request_id": n, "description": text} for n, text in enumerate(texts, 1)]
    content = json.dumps({"requests": rows}, ensure_ascii=False).encode()
    assert list(read(Slow(content))) == list(read(io.BytesIO(content)))
    assert [raw.values["description"][0] for raw in read(Slow(content))] == texts


def test_a_long_file_needs_the_memory_of_a_record() -> None:
    """A file of 30 MB is read in little more than a chunk."""
    import tracemalloc

    row = (json.dumps({**WHOLE, "description": "x" * 900}) + ",").encode()
    many = 30_000

    class Endless(io.BytesIO):
        left = many
        rest = b"["

        def read(self, size: int | None = -1) -> bytes:
            while len(self.rest) < CHUNK and self.left:
                self.left -= 1
                self.rest += row if self.left else row[:-1] + b"]"
            given, self.rest = self.rest[:size], self.rest[size:]
            return given

    tracemalloc.start()
    count = sum(1 for _ in read(Endless()))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == many
    assert most < 3 * 1024 * 1024


def test_a_record_without_an_end_is_not_read_for_ever() -> None:
    class Endless(io.BytesIO):
        asked = 0

        def read(self, size: int | None = -1) -> bytes:
            self.asked += 1
            return b'[{"a":"' if self.asked == 1 else b"x" * CHUNK

    source = Endless()
    with pytest.raises(BrokenFile):
        list(read(source))
    assert source.asked * CHUNK < 3 * georeport.MOST_OF_A_RECORD
