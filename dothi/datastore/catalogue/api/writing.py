"""The actions that write: for a program with the key of somebody who may."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue import permissions, ports, selectors, services
from dothi.datastore.catalogue.api.asking import Asked, Denied, Invalid
from dothi.datastore.catalogue.api.packages import package
from dothi.datastore.catalogue.choices import Kind, Licence, Rhythm, Share, State, Theme
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.rules.contract import CODE
from dothi.datastore.catalogue.services import Description
from dothi.units.models import Unit

# The extra that carries a contract: YAML or JSON of the Open Data Contract Standard.
CONTRACT = "contract"
WORDS = {"kind": Kind, "share": Share, "rhythm": Rhythm, "steward_role": Role}
TEXTS = {"title": "title_vi", "notes": "description_vi", "author": "agency_vi"}
LONGEST = {"title_vi": 200, "description_vi": 5000, "agency_vi": 200, "agency_en": 200,
           "title_en": 200, "description_en": 5000, "legal_basis": 300}  # fmt: skip


def package_create(asked: Asked) -> dict[str, Any]:
    """A new dataset; published at once unless `private` is true. All of it or nothing."""
    user = _writer(asked)
    code = asked.text("name")
    if not re.fullmatch(CODE, code) or len(code) > 60:
        raise Invalid({"name": ["small letters, digits and hyphens"]})
    unit = _unit(asked, user, asked.text("owner_org"))
    description = _described(asked, _blank(asked))
    with transaction.atomic():
        try:
            made = services.create(
                code=code, unit=unit, description=description, by=user.actor, at=asked.at
            )
        except services.CodeTaken as error:
            raise Invalid({"name": ["That URL is already in use."]}) from error
        _finish(asked, user, made)
    return _shown(asked, made)


def package_update(asked: Asked) -> dict[str, Any]:
    """Everything that the dataset says, anew: what is not sent is emptied."""
    dataset = _own(asked)
    return _changed(asked, dataset, _blank(asked), owner=asked.text("owner_org"))


def package_patch(asked: Asked) -> dict[str, Any]:
    """Some of what the dataset says; the rest stays."""
    dataset = _own(asked)
    return _changed(asked, dataset, services.description_of(dataset), owner=asked.text("owner_org"))


def package_delete(asked: Asked) -> None:
    """Stop offering it. Its contracts stay, and it can be published again."""
    user, dataset = _writer(asked), _own(asked)
    if not permissions.may_retire(user, dataset, on=asked.at.date()):
        raise Denied("only what is published can be taken back, by who may publish")
    services.retire(
        dataset=dataset, by=user.actor, at=asked.at, reason="CKAN Action API: package_delete"
    )


def _writer(asked: Asked) -> User:
    if not isinstance(asked.user, User):
        raise Denied("a key is needed")
    return asked.user


def _own(asked: Asked) -> Dataset:
    dataset = asked.dataset()
    if not permissions.may_describe(_writer(asked), dataset.unit_id, on=asked.at.date()):
        raise Denied(f"{dataset.code} is kept by others")
    return dataset


def _shown(asked: Asked, dataset: Dataset) -> dict[str, Any]:
    again = Dataset.objects.select_related("unit", "place", "contract").get(pk=dataset.pk)
    files = ports.files([again], asked.user, at=asked.at)
    return package(again, files.get(again.code, ()))


def _unit(asked: Asked, user: User, name: str) -> Unit:
    own = selectors.describable_units(user, on=asked.at.date())
    if not own:
        raise Denied("no unit's data are kept by you")
    if not name:
        raise Invalid({"owner_org": ["Missing value"]})
    wanted = name.removeprefix("unit-").lower()
    found = next((unit for unit in own if unit.code.lower() == wanted), None)
    if found is None:
        raise Denied(f"the data of {name} are kept by others")
    return found


def _changed(asked: Asked, dataset: Dataset, before: Description, *, owner: str) -> dict[str, Any]:
    user = _writer(asked)
    unit = _unit(asked, user, owner) if owner else None
    description = _described(asked, before)
    with transaction.atomic():
        try:
            services.describe(
                dataset=dataset, description=description, unit=unit, by=user.actor, at=asked.at
            )
        except services.NotReady as error:
            raise Invalid({name: ["Missing value"] for name in error.missing}) from error
        _finish(asked, user, dataset)
    return _shown(asked, dataset)


def _finish(asked: Asked, user: User, dataset: Dataset) -> None:
    """Agree the contract that came with it, and publish it where that is wanted."""
    on = asked.at.date()
    text = _extras(asked).get(CONTRACT, "")
    if text:
        if not permissions.may_agree(user, dataset, on=on):
            raise Denied("the contract is agreed by others")
        _agree(asked, user, dataset, text)
    wanted = "private" in asked.data and not asked.flag("private")
    if "private" not in asked.data and dataset.state == State.DRAFT:
        wanted = dataset.share == Share.OPEN and "id" not in asked.data
    if wanted and dataset.state != State.PUBLISHED:
        if not permissions.may_publish(user, dataset, on=on):
            raise Denied("it is published by others")
        try:
            services.publish(dataset=dataset, by=user.actor, at=asked.at)
        except services.NotReady as error:
            raise Invalid({name: ["Missing value"] for name in error.missing}) from error


def _agree(asked: Asked, user: User, dataset: Dataset, text: str) -> None:
    try:
        contract = odcs.contract_of(odcs.load(text)).contract
        services.agree(dataset=dataset, contract=contract, by=user.actor, at=asked.at)
    except services.Unchanged:
        return
    except odcs.NotYaml as error:
        raise Invalid({CONTRACT: [error.why]}) from error
    except (odcs.NotOdcs, services.NotSound) as error:
        said = [f"{one.code} {one.where} {one.what}".strip() for one in error.faults]
        raise Invalid({CONTRACT: said}) from error


def _blank(asked: Asked) -> Description:
    return Description(title_vi=asked.text("title") or asked.text("name"), share=Share.OPEN)


def _described(asked: Asked, before: Description) -> Description:
    """What was sent, over what was there."""
    changes: dict[str, Any] = {
        ours: asked.text(theirs) for theirs, ours in TEXTS.items() if theirs in asked.data
    }
    extras = _extras(asked)
    changes |= {name: text for name, text in extras.items() if name in LONGEST}
    faults = {
        name: [f"at most {LONGEST[name]} letters"]
        for name, text in changes.items()
        if len(text) > LONGEST[name] or "\0" in text
    }
    for name, kind in (WORDS | {"license_id": Licence}).items():
        text = asked.text("license_id") if name == "license_id" else extras.get(name, "")
        if text and text not in kind.values:
            faults[name] = [f"one of {', '.join(kind.values)}"]
        elif text:
            changes["licence" if name == "license_id" else name] = kind(text)
    if "tags" in asked.data:
        changes["keywords"] = tuple(_names(asked, "tags"))
    if "groups" in asked.data:
        themes = _names(asked, "groups")
        if unknown := [name for name in themes if name not in Theme.values]:
            faults["groups"] = [f"no such group: {', '.join(unknown)}"]
        else:
            changes["themes"] = tuple(Theme(name) for name in themes)
    if not changes.get("title_vi", before.title_vi):
        faults["title"] = ["Missing value"]
    if faults:
        raise Invalid(faults)
    return replace(before, **changes)


def _names(asked: Asked, field: str) -> list[str]:
    found = asked.data[field]
    if not isinstance(found, list) or len(found) > 50:
        raise Invalid({field: ["must be a list of at most 50"]})
    names = [one.get("name") if isinstance(one, dict) else None for one in found]
    if not all(isinstance(name, str) and name and "\0" not in name for name in names):
        raise Invalid({field: ["each has a name"]})
    return [str(name) for name in names]


def _extras(asked: Asked) -> dict[str, str]:
    found = asked.data.get("extras") or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Invalid({"extras": ["must be a list of keys and values"]})
    return {str(one.get("key")): str(one.get("value") or "") for one in found}


ACTIONS: dict[str, Callable[[Asked], Any]] = {
    "package_create": package_create,
    "package_update": package_update,
    "package_patch": package_patch,
    "package_delete": package_delete,
}
