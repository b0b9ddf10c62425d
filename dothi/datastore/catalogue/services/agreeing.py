"""Agree what a dataset's rows are: a new version of its contract, for good."""

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue import events
from dothi.datastore.catalogue.models import ContractVersion, Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.rules.contract import Contract, Fault, faults
from dothi.datastore.catalogue.rules.difference import Difference, between
from dothi.datastore.catalogue.services.indexing import index, write_columns
from dothi.datastore.catalogue.services.refusals import AgreedMeanwhile, NotSound, Unchanged
from dothi.lib import text_vi

TITLE = 200


@transaction.atomic
def agree(
    *, dataset: Dataset, contract: Contract, by: str, at: datetime, note: str = "",
    base: int | None = None,
) -> ContractVersion:  # fmt: skip
    """Make a contract the one that holds from now on; it gets the next number.

    `base` is the number that the person had before the eyes (0 for none).

    Raises:
        NotSound: the contract has faults.
        AgreedMeanwhile: another version than `base` holds by now.
        Unchanged: nothing in it is different.
    """
    locked = (
        Dataset.objects.select_for_update(of=("self",))
        .select_related("contract")
        .get(pk=dataset.pk)
    )
    old = locked.agreed
    number = old.version if old is not None else 0
    if base is not None and base != number:
        raise AgreedMeanwhile(number)
    new, differences = compared(locked, contract)
    if not differences:
        raise Unchanged
    version = ContractVersion.objects.create(
        dataset=locked, number=new.version, document=odcs.document(new), valid_from=at, by=by,
        note=text_vi.tidy(note)[:300],
    )  # fmt: skip
    dataset.contract, dataset.changed_at = version, at
    dataset.save(update_fields=["contract", "changed_at"])
    write_columns(dataset)
    index(dataset)
    concerns = sorted({side.value for one in differences for side in one.concerns})
    record(
        "catalogue.agree", subject=dataset.subject, by=by, at=at, unit=dataset.unit.code,
        reason=version.note, number=version.number, concerns=concerns,
    )  # fmt: skip
    tell(
        events.ContractAgreed(
            code=dataset.code, unit_code=dataset.unit.code, number=version.number,
            concerns=tuple(concerns),
        ),
        at=at,
    )  # fmt: skip
    return version


def compared(dataset: Dataset, contract: Contract) -> tuple[Contract, tuple[Difference, ...]]:
    """The contract as it would be agreed, and what it changes; nothing is written.

    Raises:
        NotSound: the contract has faults.
    """
    old = dataset.agreed
    new: Contract = replace(
        _tidied(contract), dataset=dataset.code, version=old.version + 1 if old is not None else 1
    )
    found = [*faults(new), *_unkept(new)]
    if found:
        raise NotSound(found)
    return new, between(old, new)


def document_of(contract: Contract) -> str:
    """A contract as the table of columns takes it, to be looked at and changed (`document`)."""
    return json.dumps(odcs.document(contract), ensure_ascii=False)


def _tidied(value: Any) -> Any:
    """The same with every text in NFC, the form of the house."""
    if type(value) is str:
        return text_vi.nfc(value)
    if isinstance(value, tuple):
        return tuple(_tidied(one) for one in value)
    if hasattr(value, "__dataclass_fields__"):
        return replace(
            value, **{one.name: _tidied(getattr(value, one.name)) for one in fields(value)}
        )
    return value


def _unkept(contract: Contract) -> list[Fault]:
    """What our tables cannot keep."""
    found = []
    for one in contract.fields:
        texts = [getattr(one, part.name) for part in fields(one)]
        if any("\0" in text for text in (*texts, *one.allowed) if isinstance(text, str)):
            found.append(Fault(code="bad_letter", where=one.name))
        if max(len(one.title_vi), len(one.title_en)) > TITLE or len(one.unit) > 40:
            found.append(Fault(code="too_long", where=one.name))
    whole = (contract.purpose, contract.legal_basis, contract.steward)
    if any("\0" in text for text in (*whole, *(s for pair in contract.notes for s in pair))):
        found.append(Fault(code="bad_letter"))
    return found
