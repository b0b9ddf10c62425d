"""The tables of the domains come into the catalogue, and their rows keep to their contracts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from dothi.cases.tests.factories import receive_permit, take_number
from dothi.core.events.models import Record
from dothi.core.events.registry import events
from dothi.core.workdays import services as workdays
from dothi.datastore.catalogue import selectors, services
from dothi.datastore.catalogue.choices import Mode, Share, State, Type
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.registry import Current, History, Row, datasets, register
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.selectors import Filters
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, describe
from dothi.datastore.indicators import services as indicators
from dothi.feedback import services as feedback
from dothi.feedback.tests.factories import City, submit
from dothi.portal.services import start_counter
from dothi.portal.tests.factories import make_editor, make_leader, publish_article

pytestmark = pytest.mark.django_db
HOLDS: dict[Type, Any] = {
    Type.TEXT: str, Type.INTEGER: int, Type.NUMBER: (int, float, Decimal), Type.BOOLEAN: bool,
    Type.DATE: date, Type.MOMENT: datetime,
}  # fmt: skip


def test_adopting_twice_does_nothing_the_second_time() -> None:
    City()
    assert services.adopt(at=MONDAY_9AM) == sorted(datasets)
    assert len(datasets) >= 9
    assert services.adopt(at=MONDAY_9AM) == []
    assert set(Dataset.objects.values_list("state", flat=True)) == {State.PUBLISHED}


def test_phan_anh_finds_the_reports() -> None:
    City()
    services.adopt(at=MONDAY_9AM)
    page = selectors.search("phan anh", Filters(), AnonymousUser(), on=MONDAY_9AM.date())
    assert {one.code for one in page.datasets[:3]} == {
        "feedback-reports", "feedback-history", "feedback-subjects",
    }  # fmt: skip


def test_a_house_without_units_adopts_nothing() -> None:
    assert services.adopt(at=MONDAY_9AM) == []


def test_what_a_steward_described_stays_when_the_program_is_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    City()
    services.adopt(at=MONDAY_9AM)
    dataset = Dataset.objects.select_related("unit", "contract").get(code="units")
    services.describe(dataset=dataset, description=describe("Đơn vị"), by="user:1", at=MONDAY_9AM)
    old = datasets["units"]
    fewer = replace(old.contract, fields=old.contract.fields[:-1])
    monkeypatch.setitem(datasets, "units", replace(old, contract=fewer))
    assert services.adopt(at=MONDAY_9AM) == ["units"]
    dataset = Dataset.objects.select_related("contract").get(code="units")
    assert dataset.title_vi == "Đơn vị"
    assert dataset.agreed is not None
    assert (dataset.agreed.version, len(dataset.agreed.fields)) == (2, 10)


def test_a_definition_that_cannot_be_fed_is_refused() -> None:
    sound = datasets["units"]
    with pytest.raises(ValueError, match="twice"):
        register(sound)
    for contract in (
        replace(sound.contract, dataset="x", key=("nothing",)),
        replace(sound.contract, dataset="x", mode=Mode.REPLACE),
        replace(sound.contract, dataset="x", key=("id", "code")),
    ):
        with pytest.raises(ValueError, match="x"):
            register(replace(sound, contract=contract))
    assert "x" not in datasets


def check(rows: Iterable[Row], contract: Contract) -> int:
    """How many rows there are; each holds what its contract says and nothing else."""
    count = 0
    for row in rows:
        count += 1
        assert set(row) == set(contract.names)
        for one in contract.fields:
            value = row[one.name]
            if value is None:
                assert not one.required, one.name
                continue
            assert isinstance(value, HOLDS[one.type]), (one.name, value)
            assert one.type == Type.BOOLEAN or not isinstance(value, bool)
            if one.allowed:
                assert value in one.allowed, (one.name, value)
            if one.required and one.type == Type.TEXT:
                assert value, one.name
    return count


def test_the_rows_of_every_table_keep_to_its_contract() -> None:
    city = City()
    workdays.seed(years=[2026], at=MONDAY_9AM)
    feedback.accept(ticket=submit().ticket, by=city.operator, at=MONDAY_9AM, publish=True)
    publish_article(unit=city.root, writer=make_editor(city.root), leader=make_leader(city.root))
    start_counter(page="news", count=7)
    receive_permit(unit=city.river)
    take_number(unit=city.river)
    indicators.take_readings(at=MONDAY_9AM)
    for code, one in datasets.items():
        if isinstance(one.feed, Current):
            assert check(one.feed.rows(None), one.contract) or code == "unit-successions", code
        else:
            assert check(_history(one.feed, one.events), one.contract), code


def _history(feed: History, classes: Iterable[type]) -> Iterable[Row]:
    names = [one.name for one in classes]  # type: ignore[attr-defined]
    for record in Record.objects.filter(name__in=names).order_by("xid", "id"):
        number = {feed.number: record.pk} if feed.number else {}
        for row in feed.rows(events[record.name](**record.payload), record.published_at):
            yield {**row, **number}


def test_an_event_names_the_rows_that_it_touched_and_only_they_are_read() -> None:
    city = City()
    ticket = submit().ticket
    submit(title="Hố ga mất nắp", text="Nắp hố ga trước nhà bị mất từ hôm qua.")
    feedback.accept(ticket=ticket, by=city.operator, at=MONDAY_9AM, publish=True)
    reports = datasets["feedback-reports"]
    record = Record.objects.filter(name="feedback.moved").latest("id")
    assert isinstance(reports.feed, Current)
    keys = list(reports.feed.touched(events[record.name](**record.payload)))
    assert keys == [ticket.code]
    assert [row["code"] for row in reports.feed.rows(keys)] == [ticket.code]
    assert list(reports.feed.rows(["PA-000000-NOTONE"])) == []


def test_no_open_table_has_a_personal_column() -> None:
    for one in datasets.values():
        if one.share == Share.OPEN:
            assert not any(column.is_personal for column in one.contract.fields), one.code
