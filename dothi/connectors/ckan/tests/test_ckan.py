"""A resource of a CKAN portal: its file when it changed, or its rows page by page."""

from collections.abc import Iterator

import pytest

from dothi.connectors.ckan import adapter
from dothi.connectors.ckan.fake import Portal
from dothi.connectors.conftest import Ask
from dothi.connectors.played import serving
from dothi.connectors.reading import records
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal(rows=[{"id": n, "level": 1.5} for n in range(5)])
    with serving(made.answer) as server:
        made.url = server.url
        yield made


def test_a_file_is_fetched_when_the_portal_says_it_changed(ask: Ask, portal: Portal) -> None:
    said = {"address": portal.url, "package": "muc-nuoc", "resource": "Tệp", "what": "file"}
    first = adapter.fetch(ask(**said))
    assert first is not None
    assert (first.name, first.path.read_bytes()) == ("nuoc.csv", portal.body)
    assert adapter.fetch(ask(position=first.position, **said)) is None
    portal.modified = "2026-11-27T01:00:00"
    assert adapter.fetch(ask(position=first.position, **said)) is not None


def test_rows_of_the_datastore_come_page_by_page(ask: Ask, portal: Portal) -> None:
    found = adapter.fetch(ask(address=portal.url, package="muc-nuoc", resource="r-2", what="rows"))
    assert [row["id"] for row in records(found)] == [0, 1, 2, 3, 4]
    assert "_id" not in records(found)[0]


@pytest.mark.parametrize("resource", ["", "Không có"])
def test_a_resource_must_be_named_where_there_are_several(
    ask: Ask, portal: Portal, resource: str
) -> None:
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=portal.url, package="muc-nuoc", resource=resource))
    assert raised.value.fault == Fault.NO_RESOURCE
    assert "Bảng" in str(raised.value.facts["resource"])


def test_a_package_that_is_not_there_is_said(ask: Ask, portal: Portal) -> None:
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(address=portal.url, package="la"))
    assert raised.value.facts == {"host": "127.0.0.1", "status": 404}
