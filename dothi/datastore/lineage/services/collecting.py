"""What the store itself knows of its columns: contracts, feeds, rules, indicators, downloads."""

from collections.abc import Iterator

from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Share, State
from dothi.datastore.catalogue.registry import Current, DomainDataset
from dothi.datastore.catalogue.registry import datasets as registered
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.indicators.registry import MOMENT, Indicator, indicators
from dothi.datastore.lineage.choices import How, Kind
from dothi.datastore.lineage.rules import tracing
from dothi.datastore.lineage.rules.graph import Link, Point
from dothi.datastore.quality import selectors as quality
from dothi.datastore.quality.registry import table_rules
from dothi.datastore.resolution import selectors as resolution

FILES = "csv, xlsx, json, parquet"
UNIT = "unit_id"  # Looked up in the store by the code of the unit.


def contracts() -> Iterator[Link]:
    """Columns come from the heads of a file, and are held against columns of others."""
    for dataset in catalogue.every_dataset():
        if dataset.agreed is None:
            continue
        if not dataset.registered:
            yield from _from_file(dataset.agreed)
        yield from _references(dataset.agreed)


def _from_file(contract: Contract) -> Iterator[Link]:
    for one in contract.fields:
        yield Link(
            source=Point(Kind.SOURCE, contract.dataset, one.head[:120]),
            target=Point(Kind.DATASET, contract.dataset, one.name),
        )


def _references(contract: Contract) -> Iterator[Link]:
    for one in contract.fields:
        if one.reference:
            dataset, _dot, column = one.reference.partition(".")
            yield Link(
                source=Point(Kind.DATASET, dataset, column),
                target=Point(Kind.DATASET, contract.dataset, one.name),
                how=How.CHECKED,
            )


def feeds() -> Iterator[Link]:
    """Tables of the house: which part of the program makes them, which facts move them."""
    for code, definition in registered.items():
        for event in definition.events:
            yield Link(
                source=Point(Kind.FACT, event.name),
                target=Point(Kind.DATASET, code),
                # A history is made of the facts; a current table is read anew where one happened.
                how=How.INDIRECT if isinstance(definition.feed, Current) else How.DIRECT,
            )
        owner = Point(Kind.OWNER, _owner(definition))
        for one in definition.contract.fields:
            yield Link(source=owner, target=Point(Kind.DATASET, code, one.name))


def _owner(definition: DomainDataset) -> str:
    """The domain whose `datasets.py` makes the rows."""
    return definition.feed.rows.__module__.removeprefix("dothi.").removesuffix(".datasets")


def rules() -> Iterator[Link]:
    """Rules over several tables: what a domain states in its code, and what stewards stated."""
    for code, rule in table_rules.items():
        target = Point(Kind.RULE, code)
        for dataset, columns in rule.reads.items():
            for column in columns:
                yield Link(
                    source=Point(Kind.DATASET, dataset, column), target=target, how=How.CHECKED
                )
    for stated in quality.all_rules():
        target = Point(Kind.RULE, stated.code)
        sides = (
            (stated.dataset, (stated.column, stated.measure)),
            (stated.other, (stated.other_column, stated.other_measure)),
        )
        for dataset, names in sides:
            for column in filter(None, names):
                yield Link(
                    source=Point(Kind.DATASET, dataset, column), target=target,
                    how=How.CHECKED, open=False,
                )  # fmt: skip


def measures() -> Iterator[Link]:
    """Indicators: from the columns of the tables that their expressions read."""
    for code, indicator in indicators.items():
        for output, read in tracing.columns_of(indicator.expression()).items():
            for (table, column), how in read.items():
                if table == MOMENT:
                    continue
                for source in _stored(indicator, table, column):
                    yield Link(
                        source=source, target=Point(Kind.INDICATOR, code, output), how=how,
                        open=indicator.public,
                    )  # fmt: skip


def _stored(indicator: Indicator, table: str, column: str) -> Iterator[Point]:
    """Where a column of a table stands in the store; the table itself where it does not."""
    source = indicator.stores.get(table)
    if source is None:
        yield Point(Kind.TABLE, table, column)
    elif source.unit is not None and column == UNIT:
        yield Point(Kind.DATASET, source.dataset, source.unit.code)
        if source.unit.on:
            yield Point(Kind.DATASET, source.dataset, source.unit.on)
    else:
        yield Point(Kind.DATASET, source.dataset, source.columns.get(column, column))


def golden() -> Iterator[Link]:
    """Golden records: from the columns of the lists that were matched."""
    for one in resolution.golden_origins():
        # That a list was joined is known to who looks after the data, and to nobody else.
        yield Link(
            source=Point(Kind.DATASET, one.dataset, one.column),
            target=Point(Kind.DATASET, one.table, one.into),
            how=How.DIRECT if one.direct else How.INDIRECT,
            open=False,
        )


def downloads() -> Iterator[Link]:
    """What everybody may take away as a file."""
    for dataset in catalogue.every_dataset().filter(state=State.PUBLISHED, share=Share.OPEN):
        fields = dataset.agreed.fields if dataset.agreed is not None else ()
        for one in fields:
            if not one.is_personal:
                yield Link(
                    source=Point(Kind.DATASET, dataset.code, one.name),
                    target=Point(Kind.DOOR, FILES),
                )
