"""Verbs of a steward's own indicators: write, try out, publish, retire."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.utils import timezone

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Share, Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.indicators import registry
from dothi.datastore.indicators.choices import Flaw, Power, State
from dothi.datastore.indicators.models import Made
from dothi.datastore.indicators.rules import recipe as recipes
from dothi.datastore.indicators.rules import total
from dothi.datastore.indicators.rules.recipe import Recipe
from dothi.datastore.indicators.selectors import finding
from dothi.datastore.indicators.selectors.store import Store
from dothi.datastore.indicators.services.defining import define

HELD_AS = {
    Type.TEXT: pa.string(), Type.INTEGER: pa.int64(), Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(), Type.DATE: pa.date32(), Type.MOMENT: pa.timestamp("us", tz="UTC"),
}  # fmt: skip
SAMPLE_ROWS = 200
NEAR = 1e-9  # Between what was expected and what came out.


class Refused(Exception):
    """A verb on a steward's indicator that is not done."""


class CodeTaken(Refused):
    """There is another indicator of this code."""


class NoDataset(Refused):
    """The dataset is not one that this person looks after, or has no agreed contract."""


class ChangedMeanwhile(Refused):
    """Somebody saved after this was read."""


class NotOpen(Refused):
    """Everybody would read figures of a dataset that is not open."""


class OfPersons(Refused):
    """Everybody would read figures of rows that speak of persons: only the law decides that."""


class Flawed(Refused):
    """The recipe cannot be run; `flaws` say which part, and why."""

    def __init__(self, flaws: list[tuple[str, Flaw]]) -> None:
        super().__init__(str(flaws))
        self.flaws = flaws


class Untested(Refused):
    """No test, or one that fails. `results` say what came out."""

    def __init__(self, results: "list[Result]") -> None:
        super().__init__(str(results))
        self.results = results


class BadSample(Exception):
    """A sample that is no table of the dataset's columns; `line` is 0 for the head."""

    def __init__(self, line: int, column: str) -> None:
        super().__init__(f"{line} {column}")
        self.line = line
        self.column = column


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Sample rows as CSV, and what the indicator must say of them at a moment."""

    rows: str
    at: str
    expected: float | None


@dataclass(frozen=True, kw_only=True)
class Result:
    test: Trial
    value: float | None
    fault: BadSample | None = None

    @property
    def passed(self) -> bool:
        if self.fault is not None or self.value is None or self.test.expected is None:
            return self.fault is None and self.value == self.test.expected
        return abs(self.value - self.test.expected) <= NEAR * max(1.0, abs(self.value))


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a steward says of an indicator."""

    title_vi: str
    title_en: str
    help_vi: str
    help_en: str
    unit_of_measure: str
    better: str
    public: bool
    recipe: Recipe
    tests: tuple[Trial, ...]


def content_of(made: Made) -> Content:
    """What is being worked on."""
    said = made.draft
    return Content(
        **{name: said[name] for name in
           ("title_vi", "title_en", "help_vi", "help_en", "unit_of_measure", "better", "public")},
        recipe=recipes.from_json(said["recipe"]),
        tests=tuple(Trial(**one) for one in said["tests"]),
    )  # fmt: skip


def create(*, code: str, content: Content, by: User, at: datetime) -> Made:
    """Begin an indicator over a dataset that this person looks after.

    Raises:
        CodeTaken, NoDataset, NotOpen, OfPersons: see there.
    """
    said, unit = _said(content, by, at)
    if code in registry.indicators:
        raise CodeTaken(code)
    try:
        with transaction.atomic():
            made = Made.objects.create(
                code=code, dataset=content.recipe.dataset, unit_id=unit, draft=said,
                changed_at=at, changed_by=by.actor,
            )  # fmt: skip
            record("indicators.create", subject=f"indicators.made:{code}", by=by.actor, at=at)
    except IntegrityError as error:
        raise CodeTaken(code) from error
    return made


@transaction.atomic
def change(*, made: Made, content: Content, revision: int, by: User, at: datetime) -> None:
    """Save the working copy; what is in force stays until it is published.

    Raises:
        ChangedMeanwhile, NoDataset, NotOpen, OfPersons: see there.
    """
    said, _unit = _said(content, by, at)
    done = Made.objects.filter(pk=made.pk, revision=revision).update(
        draft=said, revision=revision + 1, changed_at=at, changed_by=by.actor
    )
    if not done:
        raise ChangedMeanwhile(made.code)
    made.refresh_from_db()
    record("indicators.change", subject=f"indicators.made:{made.code}", by=by.actor, at=at)


def publish(*, made: Made, revision: int, by: User, at: datetime) -> None:
    """Put the working copy in force, once its recipe is sound and all its tests pass.

    Raises:
        Flawed, Untested, ChangedMeanwhile, NoDataset, NotOpen, OfPersons: see there.
    """
    content = content_of(made)
    said, _unit = _said(content, by, at)
    if flaws := list(recipes.faults(content.recipe, _fields(content.recipe.dataset, by, at),
                                    zone=timezone.get_default_timezone())):  # fmt: skip
        raise Flawed(flaws)
    results = try_out(content, by=by, at=at)
    if not results or not all(one.passed for one in results):
        raise Untested(results)
    with transaction.atomic():
        done = Made.objects.filter(pk=made.pk, revision=revision).update(
            state=State.PUBLISHED, in_force=said, published_at=at, revision=revision + 1,
            changed_at=at, changed_by=by.actor,
        )  # fmt: skip
        if not done:
            raise ChangedMeanwhile(made.code)
        made.refresh_from_db()
        definition = define(finding.find(made.code), at=at, by=by.actor)
        record(
            "indicators.publish", subject=f"indicators.made:{made.code}", by=by.actor, at=at,
            definition=definition.number,
        )  # fmt: skip


@transaction.atomic
def retire(*, made: Made, revision: int, by: User, at: datetime) -> None:
    """Measure it no longer. Its readings and definitions stay, and it can be published again.

    Raises:
        ChangedMeanwhile: see there.
    """
    done = Made.objects.filter(pk=made.pk, revision=revision, state=State.PUBLISHED).update(
        state=State.RETIRED, revision=revision + 1, changed_at=at, changed_by=by.actor
    )
    if not done:
        raise ChangedMeanwhile(made.code)
    made.refresh_from_db()
    record("indicators.retire", subject=f"indicators.made:{made.code}", by=by.actor, at=at)


def flaws_of(content: Content, *, by: User, at: datetime) -> list[tuple[str, Flaw]]:
    """What keeps it from being run.

    Raises:
        NoDataset: see there.
    """
    fields = _fields(content.recipe.dataset, by, at)
    return list(recipes.faults(content.recipe, fields, zone=timezone.get_default_timezone()))


def try_out(content: Content, *, by: User, at: datetime) -> list[Result]:
    """Run the tests of a sound recipe over their sample rows.

    Raises:
        NoDataset: see there.
    """
    fields = {one.name: one for one in _fields(content.recipe.dataset, by, at)}
    said, _unit = _said(content, by, at)
    indicator = finding.indicator_of("test.of_a_draft", said)
    found = []
    with Store() as store:
        for test in content.tests:
            try:
                rows = _sample(test.rows, content.recipe, fields)
                moment = recipes.parsed(test.at, Type.MOMENT, zone=timezone.get_default_timezone())
            except BadSample as fault:
                found.append(Result(test=test, value=None, fault=fault))
                continue
            except ValueError:
                found.append(Result(test=test, value=None, fault=BadSample(0, "at")))
                continue
            parts = store.run_over(indicator, rows, at=moment or at)
            found.append(Result(test=test, value=total(parts, indicator.scale).value))
    return found


def _sample(text: str, recipe: Recipe, fields: Mapping[str, Field]) -> pa.Table:
    """Sample rows as the store would hold them. Columns that are not told are empty."""
    lines = csv.DictReader(io.StringIO(text.strip()), delimiter="\t" if "\t" in text else ",")
    for head in lines.fieldnames or ():
        if head not in fields:
            raise BadSample(0, str(head))
    used = dict.fromkeys([recipe.unit_column, *recipes.columns_of(recipe), *recipe.dimensions])
    schema = pa.schema([(name, HELD_AS[fields[name].type]) for name in used])
    return pa.Table.from_pylist(list(_rows(lines, fields)), schema=schema)


def _rows(lines: csv.DictReader, fields: Mapping[str, Field]) -> Iterator[dict[str, Any]]:  # type: ignore[type-arg]
    zone = timezone.get_default_timezone()
    for number, line in enumerate(lines, 1):
        if number > SAMPLE_ROWS:
            raise BadSample(number, "")
        row = {}
        for name, value in line.items():
            if name is None or value is None:
                raise BadSample(number, "")
            try:
                row[name] = recipes.parsed(value, fields[name].type, zone=zone)
            except ValueError as error:
                raise BadSample(number, name) from error
        yield row


def _said(content: Content, by: User, at: datetime) -> tuple[dict[str, Any], int]:
    """The content as it is kept, and the unit whose data it is about."""
    dataset = _dataset(content.recipe.dataset, by, at)
    if content.public and dataset.share != Share.OPEN:
        raise NotOpen(dataset.code)
    if content.public and any(one.is_personal for one in dataset.agreed.fields):
        raise OfPersons(dataset.code)
    fields = {one.name: one for one in dataset.agreed.fields}
    used = [*recipes.columns_of(content.recipe), *content.recipe.dimensions]
    said = asdict(content) | {
        "steward": dataset.unit.code,
        "types": {name: fields[name].type.value for name in used if name in fields},
        "titles": {
            name: [fields[name].title_vi, fields[name].title_en]
            for name in content.recipe.dimensions
            if name in fields
        },
    }
    return said, dataset.unit_id


def _fields(code: str, by: User, at: datetime) -> list[Field]:
    return recipes.usable(_dataset(code, by, at).agreed.fields)


def _dataset(code: str, by: User, at: datetime) -> Any:
    """The dataset, if this person may define indicators over it."""
    on = at.date()
    found = catalogue.datasets_kept_by(by, on=on).filter(code=code).first()
    if found is None or found.agreed is None:
        raise NoDataset(code)
    if not accounts.may(by, Power.DEFINE, found.unit_id, on=on):
        raise NoDataset(code)
    return found
