"""A dataset is begun, described, agreed, published and retired; contracts stay as they were."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from dothi.core.audit.models import Entry
from dothi.core.events.models import Record
from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import Licence, Rhythm, Share, State, Theme, Type
from dothi.datastore.catalogue.models import ContractVersion, Dataset
from dothi.datastore.catalogue.tests.factories import (
    MONDAY_9AM,
    describe,
    field,
    make_dataset,
    trees,
)
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"by": "user:7", "at": MONDAY_9AM}


def told(name: str) -> list[dict[str, object]]:
    return [record.payload for record in Record.objects.filter(name=name).order_by("id")]


def test_a_dataset_begins_as_a_draft_without_a_contract(unit: Unit) -> None:
    made = services.create(code="cay-xanh", unit=unit, description=describe(), **WHO)
    assert (made.state, made.contract, made.agreed) == (State.DRAFT, None, None)
    assert told("catalogue.described") == [
        {"code": "cay-xanh", "unit_code": unit.code, "parts": []}
    ]
    with pytest.raises(services.CodeTaken):
        services.create(code="cay-xanh", unit=unit, description=describe(), **WHO)


def test_an_agreed_contract_gets_a_number_and_comes_back_whole(unit: Unit) -> None:
    made = services.create(code="cay-xanh", unit=unit, description=describe(), **WHO)
    version = services.agree(dataset=made, contract=trees(dataset="x", version=9), **WHO)
    assert (version.number, version.by) == (1, "user:7")
    again = Dataset.objects.select_related("contract").get(pk=made.pk)
    assert again.agreed == trees()
    assert list(again.columns.order_by("position").values_list("name", flat=True)) == list(
        trees().names
    )
    assert told("catalogue.contract_agreed")[0]["concerns"] == []


def test_the_next_contract_says_whom_it_concerns(dataset: Dataset) -> None:
    more = trees(fields=(*trees().fields[:-1], field("girth", Type.NUMBER, title_vi="Chu vi")))
    version = services.agree(dataset=dataset, contract=more, base=1, note="Đo cả chu vi", **WHO)
    assert (version.number, version.note) == (2, "Đo cả chu vi")
    assert told("catalogue.contract_agreed")[1]["concerns"] == ["readers", "sources"]
    entry = Entry.objects.get(act="catalogue.agree", reason="Đo cả chu vi")
    assert (entry.subject, entry.unit_code) == ("catalogue.dataset:cay-xanh", "27238")
    assert [one.name for one in dataset.columns.order_by("position")][-1] == "girth"


def test_a_contract_that_is_not_sound_changes_nothing(dataset: Dataset) -> None:
    with pytest.raises(services.NotSound) as refused:
        services.agree(dataset=dataset, contract=trees(key=("nothing",)), **WHO)
    assert [fault.code for fault in refused.value.faults] == ["unknown_key"]
    assert ContractVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"purpose": "a\0b"}, "bad_letter"), ({"notes": (("a", "\0"),)}, "bad_letter"),
     ({"fields": (field("x", title_vi="x" * 201),), "key": ()}, "too_long"),
     ({"fields": (field("x", allowed=("\0",)),), "key": ()}, "bad_letter")],
)  # fmt: skip
def test_what_the_tables_cannot_keep_is_refused_with_a_reason(
    dataset: Dataset, change: dict[str, object], code: str
) -> None:
    with pytest.raises(services.NotSound) as refused:
        services.agree(dataset=dataset, contract=trees(**change), **WHO)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_the_same_contract_is_not_agreed_twice(dataset: Dataset) -> None:
    with pytest.raises(services.Unchanged):
        services.agree(dataset=dataset, contract=trees(version=5), **WHO)


def test_nobody_agrees_over_a_version_that_was_not_seen(dataset: Dataset) -> None:
    services.agree(dataset=dataset, contract=trees(rhythm=Rhythm.YEARLY), base=1, **WHO)
    with pytest.raises(services.AgreedMeanwhile) as refused:
        services.agree(dataset=dataset, contract=trees(rhythm=Rhythm.DAILY), base=1, **WHO)
    assert refused.value.number == 2


@pytest.mark.parametrize("deed", ["update", "delete", "truncate"])
def test_what_was_agreed_cannot_be_changed_even_in_the_database(
    dataset: Dataset, deed: str
) -> None:
    # Checks of keys that wait would stand in the way of a truncation, and not the trigger.
    table = "datastore_catalogue_contractversion"
    statement = {
        "update": f"update {table} set note = 'khác'",
        "delete": f"delete from {table}",
        "truncate": f"set constraints all immediate; truncate {table} cascade",
    }[deed]
    with (
        pytest.raises(ProgrammingError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_dataset_is_published_only_when_readers_miss_nothing(unit: Unit) -> None:
    bare = describe(description_vi="", themes=(), licence=Licence.NOT_OPEN)
    made = services.create(code="cay-xanh", unit=unit, description=bare, **WHO)
    with pytest.raises(services.NotReady) as refused:
        services.publish(dataset=made, **WHO)
    assert refused.value.missing == ("description_vi", "themes", "licence", "contract")
    services.describe(dataset=made, description=describe(), **WHO)
    services.agree(dataset=made, contract=trees(), **WHO)
    services.publish(dataset=made, **WHO)
    assert told("catalogue.published")[0]["share"] == "open"
    with pytest.raises(services.NotAllowedNow):
        services.publish(dataset=made, **WHO)


def test_a_published_dataset_keeps_what_readers_need(dataset: Dataset) -> None:
    with pytest.raises(services.NotReady):
        services.describe(dataset=dataset, description=describe(description_vi=" "), **WHO)
    assert Dataset.objects.get().description_vi


def test_describing_tells_which_parts_changed_and_nothing_for_nothing(dataset: Dataset) -> None:
    said = services.description_of(dataset)
    assert services.describe(dataset=dataset, description=said, **WHO) == ()
    other = replace(said, title_en="Trees", themes=(Theme.LOCAL, Theme.ENVIRONMENT))
    assert services.describe(dataset=dataset, description=other, **WHO) == ("title_en", "themes")
    assert told("catalogue.described")[-1]["parts"] == ["title_en", "themes"]
    assert services.describe(dataset=dataset, description=other, **WHO) == ()


def test_retiring_needs_a_reason_and_can_be_taken_back(dataset: Dataset) -> None:
    with pytest.raises(services.ReasonMissing):
        services.retire(dataset=dataset, reason=" ", **WHO)
    services.retire(dataset=dataset, reason="Thay bằng bộ mới", **WHO)
    assert Dataset.objects.get().state == State.RETIRED
    with pytest.raises(services.NotAllowedNow):
        services.retire(dataset=dataset, reason="Lần nữa", **WHO)
    first = dataset.published_at
    services.publish(dataset=dataset, **WHO)
    assert Dataset.objects.get().published_at == first


def test_the_database_refuses_an_open_dataset_without_an_open_licence(dataset: Dataset) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Dataset.objects.update(licence=Licence.NOT_OPEN, share=Share.OPEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dataset.objects.update(code="Cây Xanh")


def test_decomposed_letters_are_kept_in_the_form_of_the_house(unit: Unit) -> None:
    made = make_dataset(
        unit, title="Ca\u0302y xanh", contract=trees(purpose="Cha\u0306m so\u0301c")
    )
    made = Dataset.objects.select_related("contract").get(pk=made.pk)
    assert made.title_vi == "Cây xanh"
    assert made.agreed is not None
    assert made.agreed.purpose == "Chăm sóc"
