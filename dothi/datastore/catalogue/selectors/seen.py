"""Which datasets somebody may see: the only ways in for a page or a program."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core import rows
from dothi.datastore.catalogue.choices import Power, Share, State
from dothi.datastore.catalogue.models import ApiKey, ContractVersion, Dataset
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.lib import codes, text_vi
from dothi.units import selectors as units
from dothi.units.models import Unit

PUBLISHED = Q(state=State.PUBLISHED)
_LEFT_OUT = ("search",)  # Words for PostgreSQL to find it by; nobody reads them.


def _loaded() -> QuerySet[Dataset]:
    return Dataset.objects.select_related("unit", "place", "contract").defer(*_LEFT_OUT)


def open_datasets() -> QuerySet[Dataset]:
    """What everybody may see."""
    return _loaded().filter(PUBLISHED, share=Share.OPEN)


def every_dataset() -> QuerySet[Dataset]:
    """All of them, for work that no person asks for; what a person sees comes by the others."""
    return _loaded()


def datasets_seen_by(user: User | AnonymousUser, *, on: date) -> QuerySet[Dataset]:
    """What this person may know of: everybody the open ones, staff what authorities share or may
    ask for, and those who look after the data of a unit everything of it."""
    classes, own = _seen(user, on=on)
    seen = PUBLISHED & Q(share__in=classes)
    if own:
        seen |= Q(unit_id__in=own)
    return _loaded().filter(seen)


def dataset_seen_by(code: str, user: User | AnonymousUser, *, on: date) -> Dataset | None:
    """The one of `datasets_seen_by` with this code, with its contract."""
    classes, own = _seen(user, on=on)
    found = rows.first(
        _by_code(), [code, State.PUBLISHED.value, classes, own],
        (Dataset, _LEFT_OUT), (ContractVersion, ()),
    )  # fmt: skip
    if found is None:
        return None
    dataset: Dataset = found[0]
    dataset.contract = found[1]
    return dataset


def _seen(user: User | AnonymousUser, *, on: date) -> tuple[list[str], list[int]]:
    """Of which classes this person sees what is published, and of which units everything."""
    standing = accounts.standing(user, on=on)
    classes = [Share.OPEN.value]
    if standing.is_staff:
        classes += [Share.DEFAULT.value, Share.REQUEST.value]
    return classes, sorted(standing.units_for(Power.SEE))


@cache
def _by_code() -> str:
    """Asked with each page of rows: written once, since composing it costs more than answering."""
    dataset = rows.columns(Dataset, "dataset", without=_LEFT_OUT)
    contract = rows.columns(ContractVersion, "agreed")
    return (
        f"select {dataset}, {contract} from {Dataset._meta.db_table} dataset "
        f"left join {ContractVersion._meta.db_table} agreed on agreed.id = dataset.contract_id "
        "where dataset.code = %s and (dataset.state = %s and dataset.share = any(%s) "
        "or dataset.unit_id = any(%s::bigint[]))"
    )


def datasets_kept_by(user: User, *, on: date) -> QuerySet[Dataset]:
    """The datasets of the units whose data this person looks after, last changed first."""
    own = accounts.standing(user, on=on).units_for(Power.SEE)
    return _loaded().filter(unit_id__in=own).order_by("-changed_at", "code")


def describable_units(user: User, *, on: date) -> list[Unit]:
    """The units of today for whose data this person may speak."""
    ids = accounts.standing(user, on=on).units_for(Power.DESCRIBE)
    return list(units.in_force(on=on).filter(pk__in=ids).order_by("name_vi"))


def contract_versions(dataset: Dataset) -> list[ContractVersion]:
    """Everything that was agreed, newest first."""
    return list(dataset.versions.order_by("-number"))


def contract_now(dataset: str) -> Contract | None:
    """What holds now of a dataset; None where nothing was agreed."""
    found = _loaded().filter(code=dataset).first()
    return found.agreed if found is not None else None


def contract_numbered(dataset: str, number: int) -> Contract:
    """A contract as it was agreed. Raises ContractVersion.DoesNotExist."""
    return ContractVersion.objects.get(dataset__code=dataset, number=number).contract


def keys_of(user: User) -> QuerySet[ApiKey]:
    """The keys of a person, those that still open first."""
    return ApiKey.objects.filter(user=user).order_by("ended_at", "-made_at", "-id")


def keys_that_open(*, at: datetime) -> QuerySet[ApiKey]:
    """The keys of all programs that open something now, by name: to grant them a use."""
    return ApiKey.objects.filter(ended_at=None, ends_at__gt=at).order_by("name", "id")


def holder_of(key: str, *, at: datetime) -> User | None:
    """In whose name a program with this key writes; None when the key opens nothing."""
    held = key_of(key, at=at)
    return held.user if held is not None else None


def key_of(key: str, *, at: datetime) -> ApiKey | None:
    """The key that a program shows, with its holder; None when it opens nothing."""
    row = (
        ApiKey.objects.select_related("user")
        .filter(key_hash=codes.hash_secret(key), ended_at=None, ends_at__gt=at)
        .first()
    )
    return row if row is not None and row.user.is_active else None


def keepers_and_places(user: User | AnonymousUser, *, on: date) -> tuple[list[Unit], list[Unit]]:
    """The units that answer for what this person sees, and the places that it is about."""
    pairs = list(
        datasets_seen_by(user, on=on).order_by().values_list("unit_id", "place_id").distinct()
    )
    known = Unit.objects.in_bulk({pk for pair in pairs for pk in pair if pk is not None})
    keepers = {known[unit] for unit, _place in pairs}
    places_ = {known[place] for _unit, place in pairs if place is not None}
    return _by_name(keepers), _by_name(places_)


def places(*, on: date) -> list[Unit]:
    """The units that data can be about."""
    return _by_name(units.in_force(on=on))


def _by_name(found: Iterable[Unit]) -> list[Unit]:
    return sorted(found, key=lambda unit: text_vi.sort_key(unit.name))
