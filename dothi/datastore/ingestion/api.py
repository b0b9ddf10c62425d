"""The actions of CKAN that write rows. Records become a delivery under the dataset's contract: what
is faulty stands aside and is not lost, what is sound is published as the contract says.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation

from dothi.accounts.models import User
from dothi.datastore.catalogue import ports
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.catalogue.ports import Asked, Denied, Invalid, NotFound
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import permissions, selectors, services, wording
from dothi.datastore.ingestion.choices import Method, RunState
from dothi.datastore.ingestion.rules.ledger import Fault

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.ingestion.models import Run

MOST = 10_000  # Records in one call; more come as a file.
SHOWN = 100  # Faulty rows in one answer.
BY_FILE = "/desk/data/in/"
Records = list[dict[str, Any]]


def datastore_upsert(asked: Asked) -> dict[str, Any]:
    """Records into a dataset: `method` insert, update or upsert; with `dry_run` only asked about.

    What the contract allows decides which methods there are: rows that are only added know insert,
    rows with a key all three, and a delivery that stands for the whole none.
    """
    user, dataset = _writer(asked, asked.text("resource_id"))
    if dataset.agreed is None:
        raise Invalid({"resource_id": ["no contract yet: propose one by datastore_create"]})
    return _written(asked, user, dataset, dataset.agreed, _method(asked, dataset.agreed))


def datastore_create(asked: Asked) -> dict[str, Any]:
    """The same, after `fields` and `primary_key` were held against the contract. Where none is
    agreed, the records are kept and a contract is proposed from them, for a steward to agree."""
    resource = asked.data.get("resource")
    package = resource.get("package_id", "") if isinstance(resource, dict) else ""
    user, dataset = _writer(asked, asked.text("resource_id") or str(package))
    contract = dataset.agreed
    if contract is None:
        return _proposed(asked, user, dataset)
    _agree_with(asked, contract)
    if not asked.data.get("records"):
        return {"resource_id": _resource(dataset), **_shape(contract)}
    usual = Method.UPSERT if contract.mode == Mode.MERGE else Method.INSERT
    return {**_written(asked, user, dataset, contract, _fit(usual, contract)), **_shape(contract)}


def datastore_delete(asked: Asked) -> dict[str, Any]:
    """Versions are kept, so that rows do not vanish from one call to the next."""
    _writer(asked, asked.text("resource_id"))
    raise Invalid({
        "message": ["Rows are not deleted by programs. A steward goes back to an earlier version "
                    "at /desk/data/sets/CODE/versions/, erases a person at /desk/data/erase, or "
                    f"sends the whole anew at {BY_FILE} where the contract says so."]
    })  # fmt: skip


def _writer(asked: Asked, given: str) -> tuple[User, "Dataset"]:
    if isinstance(asked.user, AnonymousUser):
        raise Denied("a key is needed")
    on = asked.at.date()
    if not given:
        raise Invalid({"resource_id": ["Missing value"]})
    seen = catalogue.datasets_seen_by(asked.user, on=on).select_related("contract")
    dataset = seen.filter(code=given.partition(".")[0]).first()
    if dataset is None:
        raise NotFound
    if not permissions.may_bring_in(asked.user, dataset.unit_id, on=on):
        raise Denied("rows are brought in by others")
    if dataset.registered:
        raise Invalid({"resource_id": ["the house itself carries these rows"]})
    return asked.user, dataset


def _method(asked: Asked, contract: Contract) -> Method:
    name = asked.text("method", Method.UPSERT)
    if name not in set(Method):
        raise Invalid({"method": [f"one of {', '.join(Method)}"]})
    return _fit(Method(name), contract)


def _fit(method: Method, contract: Contract) -> Method:
    if contract.mode == Mode.REPLACE:
        raise Invalid({"method": [
            f"a delivery of this dataset stands for the whole; it is sent as a file at {BY_FILE}"
        ]})  # fmt: skip
    if contract.mode == Mode.APPEND and method != Method.INSERT:
        raise Invalid({"method": ["rows of this dataset are only added: insert"]})
    return method


def _written(
    asked: Asked, user: User, dataset: "Dataset", contract: Contract, method: Method
) -> dict[str, Any]:
    records = _by_heads(_records(asked), contract, whole=method != Method.INSERT)
    answer: dict[str, Any] = {"resource_id": _resource(dataset), "method": method.value}
    if asked.flag("dry_run"):
        if faults := services.rehearse(records, contract):
            raise Invalid(_said(faults, contract))
        return {**answer, "dry_run": True, "taken": len(records), "aside": 0}
    try:
        done = services.write_records(
            records, contract, method=method, by=user.actor, at=asked.at,
            publish=permissions.may_publish(user, dataset.unit_id, on=asked.at.date()),
        )  # fmt: skip
    except services.NotAsAsked as error:
        which = "there already" if method == Method.INSERT else "not there"
        raise Invalid({"records": [f"{error.rows} of the rows are {which}"]}) from error
    except services.HeldErased as error:
        raise Invalid({"records": ["they hold a person who was erased"]}) from error
    answer |= {"dry_run": False, "delivery": done.delivery.code}
    if done.run is None:
        return {**answer, "taken": 0, "aside": 0, "message": "these records came before"}
    return {**answer, **_outcome(done.run, contract)}


def _outcome(run: "Run", contract: Contract) -> dict[str, Any]:
    """What was taken, and where the rest waits. A run that is not published is an error when lines
    stand aside: nobody may take it for done."""
    found: dict[str, Any] = {
        "run": run.code, "url": settings.PUBLIC_URL + reverse("ingestion:run", args=[run.code]),
        "state": run.state, "taken": run.taken, "aside": run.aside, "version": run.published,
    }  # fmt: skip
    if run.state == RunState.DROPPED:
        found["message"] = "these very rows are there already"
    rows = selectors.lines_aside(run).values_list("line", "faults")[:SHOWN]
    faults = [(line - 1, Fault.of(code)) for line, codes in rows for code in codes]
    if run.state == RunState.REFUSED:
        with translation.override("en"):
            raise Invalid({"records": wording.refusal(run.refusal, run.facts), **found})
    if run.aside and run.state != RunState.PUBLISHED:
        raise Invalid({**_said(faults, contract), **found})
    return {**found, **(_said(faults, contract) if faults else {})}


def _said(faults: Sequence[tuple[int, Fault]], contract: Contract) -> dict[str, Any]:
    """Faults in CKAN's shape, by row from 0 and field; no value of a row is in them."""
    with translation.override("en"):
        rows = [
            {"row": row, "field": fault.column, "message": wording.fault(fault, contract)}
            for row, fault in faults[:SHOWN]
        ]
    said = [f"row {one['row']}, {one['field'] or 'the row'}: {one['message']}" for one in rows]
    return {"records": said, "records_row": rows[0]["row"], "rows": rows}


def _records(asked: Asked) -> Records:
    found = asked.data.get("records")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError) as error:
            raise Invalid({"records": ["must be a list of objects"]}) from error
    if not isinstance(found, list) or not all(isinstance(one, dict) and one for one in found):
        raise Invalid({"records": ["must be a list of objects"]})
    if not found:
        raise Invalid({"records": ["Missing value"]})
    if len(found) > MOST:
        raise Invalid({"records": [f"at most {MOST} in one call; more as a file at {BY_FILE}"]})
    try:
        json.dumps(found, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Invalid({"records": ["NaN, infinity and halves of letters are no values"]}) from error
    return found


def _by_heads(records: Records, contract: Contract, *, whole: bool) -> Records:
    """Records by the heads of the contract, as a file of it has them.

    A known row is replaced as a whole: to leave a column out would empty it, so it must be there.
    """
    heads = {one.name: one.head for one in contract.fields}
    for number, record in enumerate(records):
        if extra := sorted(set(record) - set(heads)):
            raise Invalid(_row(number, f"has extra keys {', '.join(extra)[:200]}"))
        missing = [name for name in heads if name not in record]
        if whole and missing:
            raise Invalid(_row(number, f"lacks {', '.join(missing)}: rows are replaced whole"))
    return [{heads[name]: value for name, value in record.items()} for record in records]


def _row(number: int, what: str) -> dict[str, Any]:
    return {"records": [f"row {number} {what}"], "records_row": number}


def _agree_with(asked: Asked, contract: Contract) -> None:
    """`fields` and `primary_key` of the call change no contract; they must not contradict it."""
    fields = asked.data.get("fields") or []
    if not isinstance(fields, list) or not all(isinstance(one, dict) for one in fields):
        raise Invalid({"fields": ["must be a list of objects"]})
    if unknown := {str(one.get("id")) for one in fields} - set(contract.names):
        said = f"not in the contract: {', '.join(sorted(unknown))[:200]}"
        raise Invalid({"fields": [said]})
    key = asked.data.get("primary_key") or list(contract.key)
    names = [one.strip() for one in key.split(",")] if isinstance(key, str) else key
    if names != list(contract.key):
        raise Invalid({"primary_key": [f"the contract says: {', '.join(contract.key) or 'none'}"]})


def _proposed(asked: Asked, user: User, dataset: "Dataset") -> dict[str, Any]:
    records = _records(asked)
    columns = list(dict.fromkeys(name for record in records for name in record))
    try:
        delivery = services.receive_records(
            records, columns, dataset=dataset.code, by=user.actor, at=asked.at
        )
    except services.HeldErased as error:
        raise Invalid({"records": ["they hold a person who was erased"]}) from error
    address = settings.PUBLIC_URL + reverse("ingestion:proposal", args=[delivery.code])
    return {
        "resource_id": _resource(dataset), "delivery": delivery.code, "proposal": address,
        "taken": 0, "received": len(records),
        "message": "The records are kept. A steward agrees the contract that is proposed from them "
                   f"at {address}, and then they are read.",
    }  # fmt: skip


def _resource(dataset: "Dataset") -> str:
    return f"{dataset.code}.csv"


def _shape(contract: Contract) -> dict[str, Any]:
    return {
        "fields": [{"id": one.name, "type": one.type} for one in contract.fields],
        "primary_key": list(contract.key),
    }


def register() -> None:
    """Answer in the catalogue's name."""
    ports.writes.update(
        datastore_create=datastore_create, datastore_upsert=datastore_upsert,
        datastore_delete=datastore_delete,
    )  # fmt: skip
