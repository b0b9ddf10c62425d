"""Of whom the rows speak that somebody reads, and whose rows nobody reads any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from dothi.core.audit.services import record
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.sharing.models import PersonColumn, Persons, Restriction
from dothi.datastore.sharing.rules.granting import Fault
from dothi.datastore.sharing.services.refusals import NotSound
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as served
from dothi.datastore.tables.choices import How, PersonBy, Rule
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.roles import WHOLE, Condition, Role

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.tables.models import Version

SIZE = 16  # Bytes of a hash.
MOST_ROWS = 10_000  # In the copy of a person's rows, of one dataset.
Named = tuple[PersonBy, str]
WITH_PERSON = f"""
    select dataset.code, persons.id from {Persons._meta.db_table} persons
    join datastore_catalogue_dataset dataset on dataset.id = persons.dataset_id
    where named_by = %s and position(%s::bytea in hashes) %% {SIZE} = 1
"""


@transaction.atomic
def identify(*, dataset: "Dataset", column: str, named_by: PersonBy, by: str, at: datetime) -> None:
    """Say which column names the person of a row; reads from now on are found by it.

    Raises:
        NotSound: the dataset has no such column of persons.
    """
    known = dataset.agreed.by_name() if dataset.agreed else {}
    if column not in known or not known[column].is_personal:
        raise NotSound([Fault(code="unknown_column", column=column)])
    PersonColumn.objects.update_or_create(
        dataset=dataset, defaults={"column": column, "named_by": named_by, "by": by, "at": at}
    )
    record(
        "sharing.identify", subject=dataset.subject, by=by, at=at, unit=dataset.unit.code,
        column=column, named_by=named_by.value,
    )  # fmt: skip


def record_of(dataset: "Dataset", version: "Version", role: Role) -> str:
    """How `core.access` names what is read: the dataset, and of whom its rows speak."""
    said = PersonColumn.objects.filter(dataset=dataset).first()
    if said is None or said.column not in {one.name for one in version.shape}:
        return f"dataset:{dataset.code}"
    rows = Role(name="", where=role.where, columns=((said.column, Rule.KEEP),))
    mark = f"{tables.serving_mark(version)}{rows.fingerprint}"
    kept = Persons.objects.filter(dataset=dataset, mark=mark).values_list("pk", flat=True).first()
    if kept is None:
        hashes = _hashes(version, said, role.where)
        made, _new = Persons.objects.get_or_create(
            dataset=dataset, mark=mark, defaults={"named_by": said.named_by, "hashes": hashes}
        )
        kept = made.pk
    return f"dataset:{dataset.code}:{kept}"


def record_of_table(code: str) -> str:
    """The same of a whole table in its newest version, for a machine that reads all of it."""
    dataset = catalogue.every_dataset().filter(code=code).first()
    version = tables.latest(code)
    if dataset is None or version is None:
        return f"dataset:{code}"
    return record_of(dataset, version, WHOLE)


def _hashes(version: "Version", said: PersonColumn, where: Sequence[Condition]) -> bytes:
    source, rows = tables.rows_of(version), sql.where(where, version.shape)
    person = sql.person(said.column, PersonBy(said.named_by))
    with tables.connect() as connection:
        connection.execute("set variable person_key = ?", [served.person_key()])
        found = connection.execute(
            f"select distinct {person} from {source} "
            f"where {rows} and {sql.name(said.column)} is not null order by 1"
        ).fetchall()
    return b"".join(bytes.fromhex(one) for (one,) in found)


def records_with(names: Iterable[Named]) -> dict[str, str]:
    """What `core.access` calls the reads in which these names stand, each with its dataset."""
    found: dict[str, str] = {}
    for by, value in names:
        with database.cursor() as cursor:
            cursor.execute(WITH_PERSON, [by.value, bytes.fromhex(served.person_hash(by, value))])
            found |= {f"dataset:{code}:{number}": code for code, number in cursor.fetchall()}
    return found


@transaction.atomic
def restrict(
    *, names: Iterable[Named], dataset: "Dataset | None", matter: str, by: str, at: datetime
) -> int:
    """Show the rows of a person to nobody but who keeps the data: of one dataset, or of all.
    Return by how many names they are found."""
    rows = [
        Restriction(
            dataset=dataset, named_by=named_by, person_hash=served.person_hash(named_by, value),
            matter=matter, by=by, since=at,
        )
        for named_by, value in names
    ]  # fmt: skip
    Restriction.objects.bulk_create(rows)
    record("sharing.restrict", subject=matter, by=by, at=at, names=len(rows))
    return len(rows)


@transaction.atomic
def lift(*, matter: str, by: str, at: datetime) -> int:
    """Show the rows again that a matter held back."""
    lifted = Restriction.objects.filter(matter=matter, lifted_at=None).update(lifted_at=at)
    record("sharing.lift", subject=matter, by=by, at=at, names=lifted)
    return lifted


def is_held_back(matter: str) -> bool:
    """Whether this matter still leaves rows out."""
    return Restriction.objects.filter(matter=matter, lifted_at=None).exists()


def held_back(dataset: "Dataset") -> tuple[Condition, ...]:
    """The condition that leaves out whoever restricted the use of the own rows."""
    said = PersonColumn.objects.filter(dataset=dataset).first()
    if said is None:
        return ()
    here = Q(dataset=None) | Q(dataset=dataset)
    found = Restriction.objects.filter(here, named_by=said.named_by, lifted_at=None)
    hashes = sorted(set(found.values_list("person_hash", flat=True)))
    if not hashes:
        return ()
    return (Condition(column=said.column, how=How.NOT_PERSON, values=(said.named_by, *hashes)),)


def without_restricted(
    connection: duckdb.DuckDBPyConnection, code: str, version: "Version"
) -> duckdb.DuckDBPyRelation:
    """All rows of a version but those of persons who restricted their use: for a machine that
    reads the whole, after it has written that down (`record_of_table`)."""
    dataset = catalogue.every_dataset().filter(code=code).first()
    conditions = held_back(dataset) if dataset is not None else ()
    if conditions:
        connection.execute("set variable person_key = ?", [served.person_key()])
    rows = sql.where(conditions, version.shape)
    return connection.sql(f"from {tables.rows_of(version)} where {rows}")


def datasets_with(names: Iterable[Named]) -> "dict[str, tuple[str, list[str]]]":
    """The datasets whose newest version has rows of these names: column and values as they are
    there. For whoever erases, and for the copy that a person asks for."""
    wanted = list(names)
    found: dict[str, tuple[str, list[str]]] = {}
    for said in PersonColumn.objects.select_related("dataset"):
        hashes = [served.person_hash(by, value) for by, value in wanted if by == said.named_by]
        version = tables.latest(said.dataset.code)
        if not hashes or version is None or said.column not in {c.name for c in version.shape}:
            continue
        values = _values(version, said, hashes)
        if values:
            found[said.dataset.code] = (said.column, values)
    return found


def _values(version: "Version", said: PersonColumn, hashes: list[str]) -> list[str]:
    person = sql.person(said.column, PersonBy(said.named_by))
    marks = ", ".join(sql.text(one) for one in hashes)
    with tables.connect() as connection:
        connection.execute("set variable person_key = ?", [served.person_key()])
        rows = connection.execute(
            f"select distinct {sql.name(said.column)}::varchar from {tables.rows_of(version)} "
            f"where {person} in ({marks}) order by 1"
        ).fetchall()
    return [one for (one,) in rows]


def everywhere(names: Iterable[Named]) -> list[served.Place]:
    """Everywhere in the store where these names stand, as they are written there: also in versions
    before the newest, in received files, lines put aside and folders of sources."""
    wanted = list(names)
    found = []
    for said in PersonColumn.objects.select_related("dataset").order_by("dataset__code"):
        dataset, by = said.dataset, PersonBy(said.named_by)
        own = [value for named_by, value in wanted if named_by == by]
        values = served.spellings(dataset.code, said.column, by, own)
        if values:
            found.append(
                served.Place(
                    table=dataset.code, title=dataset.title_vi, column=said.column, values=values
                )
            )  # fmt: skip
    return found


def rows_about(names: Iterable[Named]) -> dict[str, list[dict[str, object]]]:
    """Everything that the newest versions hold of a person, for that person alone."""
    found: dict[str, list[dict[str, object]]] = {}
    for code, (column, values) in datasets_with(names).items():
        version = tables.latest(code)
        assert version is not None
        listed = ", ".join(sql.text(value) for value in values)
        with tables.connect() as connection:
            rows = connection.execute(
                f"select * from {tables.rows_of(version)} "
                f"where {sql.name(column)}::varchar in ({listed}) limit {MOST_ROWS}"
            ).to_arrow_table()
        found[code] = rows.to_pylist()
    return found
