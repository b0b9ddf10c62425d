"""Units begin, end and go over into others."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.lib import text_vi
from dothi.units import events, rules, selectors
from dothi.units.choices import AliasKind, Kind
from dothi.units.models import Area, Edition, Succession, Unit, UnitAlias


class NotPossible(Exception):
    """The tree of units cannot be changed in this way; the text says what stands against it."""


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    """A unit that begins with a reorganisation."""

    code: str
    name_vi: str
    kind: Kind
    parent: Unit | None
    name_en: str = ""
    legal_basis: str = ""
    population: int | None = None
    km2: Decimal | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One unit goes over into another: `before` ends, `after` is the code of one that begins.

    `share` is the part of `before`. `back_size` weighs `before` among all that go into `after`
    (its people or its ground); 0 leaves it out of questions that look back.
    """

    before: Unit
    after: str
    share: Decimal = Decimal(1)
    back_size: Decimal | None = None
    note: str = ""


@transaction.atomic
def create_unit(
    *,
    code: str,
    name_vi: str,
    kind: Kind,
    parent: Unit | None,
    valid_from: date,
    at: datetime,
    by: str,
    name_en: str = "",
    legal_basis: str = "",
    population: int | None = None,
    km2: Decimal | None = None,
    address: str = "",
    note: str = "",
) -> Unit:
    """A unit begins on a day. Only the first one may stand under no other."""
    new = NewUnit(
        code=code,
        name_vi=name_vi,
        kind=kind,
        parent=parent,
        name_en=name_en,
        legal_basis=legal_basis,
        population=population,
        km2=km2,
        address=address,
        note=note,
    )
    return _create(new, on=valid_from, at=at, by=by)


@transaction.atomic
def end_unit(*, unit: Unit, on: date, reason: str, at: datetime, by: str) -> None:
    """A unit ends with no successor: from that day on it is no longer in force."""
    _end(unit, on=on)
    _refuse_orphans(on=on)
    record("units.end", subject=f"units.unit:{unit}", by=by, at=at, unit=unit.code, reason=reason)
    publish(events.UnitEnded(unit_code=unit.code, valid_from=unit.valid_from, valid_to=on), at=at)
    stamp_edition()


@transaction.atomic
def reorganise(
    *,
    on: date,
    decision: str,
    ends: Collection[Unit],
    creates: Sequence[NewUnit],
    links: Sequence[Link],
    at: datetime,
    by: str,
) -> list[Unit]:
    """Units go over into others on one day, by one decision. Return those that begin.

    Raises NotPossible where a unit that ends goes nowhere or not wholly, or where one that stays
    would stand under one that ends.
    """
    _check_links(ends, creates, links)
    for unit in ends:
        _end(unit, on=on)
    created = {new.code: _create(new, on=on, at=at, by=by) for new in creates}
    _refuse_orphans(on=on)
    _link(links, created, on=on, decision=decision)
    record(
        "units.reorganise",
        subject=f"units.reorganisation:{on}",
        by=by,
        at=at,
        reason=decision,
        ended=[str(unit) for unit in ends],
        created=[str(unit) for unit in created.values()],
    )
    publish(
        events.UnitsReorganised(
            on=on,
            ended=tuple(sorted(unit.code for unit in ends)),
            created=tuple(sorted(created)),
            decision=decision,
        ),
        at=at,
    )
    stamp_edition()
    return list(created.values())


@transaction.atomic
def add_alias(
    *, unit: Unit, alias: str, kind: AliasKind, source: str, at: datetime, by: str
) -> UnitAlias:
    """Know a unit under another code or name as well."""
    added, new = UnitAlias.objects.get_or_create(
        unit=unit, alias=text_vi.tidy(alias), kind=kind, defaults={"source": source}
    )
    if new:
        subject = f"units.unit:{unit}"
        record("units.alias", subject=subject, by=by, at=at, unit=unit.code, alias=added.alias)
        stamp_edition()
    return added


def stamp_edition() -> None:
    """Tell every process that what it keeps of units and areas is old."""
    Edition.objects.update_or_create(id=1, defaults={"stamp": uuid.uuid4()})
    selectors.forget()


def _create(new: NewUnit, *, on: date, at: datetime, by: str) -> Unit:
    _check_place_in_tree(new, on=on)
    values = dict(vars(new)) | {"name_vi": text_vi.tidy(new.name_vi)}
    later = Unit.objects.filter(code=new.code).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    if (taken := later.first()) is not None:
        raise NotPossible(f"The code {new.code} is in use by {taken} on or after {on}.")
    unit = Unit.objects.create(**values, valid_from=on)
    subject, reason = f"units.unit:{unit}", new.legal_basis
    record("units.create", subject=subject, by=by, at=at, unit=unit.code, reason=reason)
    parent_code = new.parent.code if new.parent else None
    publish(events.UnitCreated(unit_code=unit.code, valid_from=on, parent_code=parent_code), at=at)
    stamp_edition()
    return unit


def _check_place_in_tree(new: NewUnit, *, on: date) -> None:
    if new.parent is None:
        if selectors.in_force(on=on).filter(parent=None).exists():
            raise NotPossible(f"{new.code} needs a unit above it: the house has a root already.")
    elif not selectors.in_force(on=on).filter(pk=new.parent.pk).exists():
        raise NotPossible(f"{new.parent}, above {new.code}, is not in force on {on}.")


def _end(unit: Unit, *, on: date) -> None:
    # Compare and set: somebody else may have ended it since we read it.
    if on <= unit.valid_from:
        raise NotPossible(f"{unit} cannot end on {on}, before it has begun.")
    if not Unit.objects.filter(pk=unit.pk, valid_to=None).update(valid_to=on):
        raise NotPossible(f"{unit} has an end already.")
    Area.objects.filter(unit=unit, valid_to=None).update(valid_to=on)
    unit.valid_to = on


def _refuse_orphans(*, on: date) -> None:
    under = selectors.in_force(on=on).filter(parent__valid_to__lte=on).first()
    if under is not None:
        raise NotPossible(f"{under} would stand under a unit that is no longer in force.")


def _check_links(ends: Collection[Unit], creates: Sequence[NewUnit], links: Sequence[Link]) -> None:
    going = {unit.pk: Decimal(0) for unit in ends}
    for link in links:
        if link.before.pk not in going or link.after not in {new.code for new in creates}:
            raise NotPossible(f"{link.before} does not end, or {link.after} does not begin, here.")
        going[link.before.pk] += link.share
    for unit in ends:
        if going[unit.pk] != 1:
            raise NotPossible(f"The shares of {unit} sum to {going[unit.pk]}, not to 1.")


def _link(links: Sequence[Link], created: dict[str, Unit], *, on: date, decision: str) -> None:
    for code, unit in created.items():
        own = [link for link in links if link.after == code]
        for link, back in zip(own, _back_shares(own), strict=True):
            Succession.objects.create(
                predecessor=link.before,
                successor=unit,
                on=on,
                decision=decision,
                share=link.share,
                back_share=back,
                whole=link.share == 1,
                note=link.note,
            )


def _back_shares(links: Sequence[Link]) -> list[Decimal]:
    """By the sizes that are given, else by the people that went over."""
    sizes = [
        link.share * (link.before.population or 0) if link.back_size is None else link.back_size
        for link in links
    ]
    used = [number for number, link in enumerate(links) if link.back_size != 0]
    shares = dict(zip(used, rules.shares_by_size([sizes[n] for n in used]), strict=True))
    return [shares.get(number, Decimal(0)) for number in range(len(links))]
