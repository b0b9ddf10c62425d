"""Observations of sensors as rows, since the last one."""

from collections.abc import Iterator

import pytest

from dothi.connectors.conftest import Ask
from dothi.connectors.played import serving
from dothi.connectors.reading import records
from dothi.connectors.sensorthings import adapter
from dothi.connectors.sensorthings.fake import Sensors
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched


@pytest.fixture
def sensors() -> Iterator[Sensors]:
    made = Sensors()
    for minute in range(8):
        made.measure(f"2026-11-26T01:{minute:02}:00Z", 1.5 + minute / 10, stream=1 + minute % 2)
    with serving(made.answer) as server:
        made.url = server.url
        yield made


def test_observations_come_with_thing_unit_and_place(ask: Ask, sensors: Sensors) -> None:
    found = adapter.fetch(ask(address=f"{sensors.url}/v1.1/"))
    rows = records(found)
    assert len(rows) == 8, "all pages"
    assert rows[1] == {
        "id": 2, "time": "2026-11-26T01:01:00Z", "end": None, "result": "1.6",
        "datastream_id": "2", "datastream": "Cầu Lạc Long", "property": "Mực nước", "unit": "m",
        "thing_id": 2, "thing": "Trạm 2", "longitude": "106.65", "latitude": "10.76",
    }  # fmt: skip


def test_the_next_time_only_what_is_new_and_what_spoke_late(ask: Ask, sensors: Sensors) -> None:
    address = f"{sensors.url}/v1.1"
    first = adapter.fetch(ask(address=address))
    assert first is not None
    sensors.measure("2026-11-26T01:06:30Z", 9.0)  # Late: before the last one that we have.
    sensors.measure("2026-11-26T01:10:00Z/2026-11-26T01:20:00Z", 2.0)
    again = adapter.fetch(ask(address=address, position=first.position, overlap="1"))
    assert [row["id"] for row in records(again)] == [7, 9, 8, 10]
    assert records(again)[-1]["end"] == "2026-11-26T01:20:00Z"
    since = adapter.fetch(ask(address=address, position={"since": "2026-11-27"}))
    assert since is None


def test_a_page_in_the_middle_that_fails_gives_nothing(ask: Ask, sensors: Sensors) -> None:
    sensors.breaks_at = 3
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=f"{sensors.url}/v1.1"))
    assert raised.value.fault == Fault.STATUS
