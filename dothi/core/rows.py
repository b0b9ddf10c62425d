"""Insert, change and read one row by a statement that is written once, not once a row.

The ORM builds its SQL anew each time: three quarters of what such a question costs here. Logs and
histories, which every verb appends to, rows that verbs move, and what each page asks go this way
(figures in `docs/performance.md`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import NOT_PROVIDED, AutoField, Field, Model

M = TypeVar("M", bound=Model)


def append(row: Model) -> None:
    """Insert a new row of a model without parents; its key is set. No signals are sent.

    Raises:
        IntegrityError: a constraint of the table refuses it.
    """
    statement, fields = _statement(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    assert found is not None
    row.pk = found[0]
    row._state.adding = False
    row._state.db = connection.alias


def change(row: Model, new: Mapping[str, Any], *, seen: Mapping[str, Any]) -> bool:
    """Write `new` where the row still is as it was `seen`; say whether it was. Compare and set.

    Both go by the names of fields as the model has them (`unit` or `unit_id`). `row` itself is left
    as it is, for the caller to bring up to date.
    """
    statement, fields = _change(type(row), tuple(new), tuple(seen))
    values = [*new.values(), row.pk, *seen.values()]
    prepared = [
        field.get_db_prep_save(value.pk if isinstance(value, Model) else value, connection)
        for field, value in zip(fields, values, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, prepared)
        return bool(cursor.rowcount)


def columns(model: type[Model], table: str, *, without: tuple[str, ...] = ()) -> str:
    """The columns of a model that stands as `table` in a statement for `first`."""
    quote = connection.ops.quote_name
    return ", ".join(f"{table}.{quote(one.column)}" for one, _steps in _read(model, without))


def first(
    statement: str, values: Sequence[Any] | Mapping[str, Any],
    *parts: tuple[type[Model], tuple[str, ...]],
) -> tuple[Any, ...] | None:  # fmt: skip
    """The first row of an answer as rows of models, None for one that an outer join left empty.

    Each part is a model and the fields that `columns` left out, in the order of the columns. How
    they hang together (`row.unit = unit`) is for the caller to say.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return None if found is None else _apart(found, parts)


def every(
    statement: str, values: Sequence[Any] | Mapping[str, Any], model: type[M],
    without: tuple[str, ...] = (),
) -> list[M]:  # fmt: skip
    """All rows of an answer as rows of one model, whose `columns` were asked for."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    fields = _read(model, without)
    return [cast(M, _made(model, fields, row)) for row in rows]


def _apart(found: Sequence[Any], parts: Iterable[tuple[type[Model], tuple[str, ...]]]) -> Any:
    made, start = [], 0
    for model, without in parts:
        fields = _read(model, without)
        made.append(_made(model, fields, found[start : start + len(fields)]))
        start += len(fields)
    return tuple(made)


Steps = tuple[Callable[[Any, Any, Any], Any], ...]
Read = tuple[tuple[Field[Any, Any], Steps], ...]


@cache
def _read(model: type[Model], without: tuple[str, ...]) -> Read:
    kept = [one for one in model._meta.concrete_fields if one.name not in without]
    # Django's own types do not tell of it.
    return tuple((one, tuple(one.get_db_converters(connection))) for one in kept)  # type: ignore[attr-defined]


def _made(model: type[Model], fields: Read, values: Sequence[Any]) -> Model | None:
    names, kept = [], []
    for (one, steps), value in zip(fields, values, strict=True):
        if one.primary_key and value is None:
            return None
        for step in steps:
            value = step(value, one.cached_col, connection)
        names.append(one.attname)
        kept.append(value)
    return model.from_db(connection.alias, names, kept)


@cache
def _change(
    model: type[Model], new: tuple[str, ...], seen: tuple[str, ...]
) -> tuple[str, tuple[Field[Any, Any], ...]]:
    quote, meta = connection.ops.quote_name, model._meta
    named = {field.name: field for field in meta.local_concrete_fields}
    named |= {field.attname: field for field in meta.local_concrete_fields}
    assert meta.pk is not None
    fields = (*(named[name] for name in new), meta.pk, *(named[name] for name in seen))
    changes = ", ".join(f"{quote(named[name].column)} = %s" for name in new)
    unmoved = "".join(f" and {quote(named[name].column)} is not distinct from %s" for name in seen)
    statement = (
        f"update {quote(meta.db_table)} set {changes} where {quote(meta.pk.column)} = %s{unmoved}"
    )
    return statement, fields


@cache
def _statement(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    meta = model._meta
    fields = tuple(
        field
        for field in meta.local_concrete_fields
        if not isinstance(field, AutoField)
        and not field.generated
        and field.db_default is NOT_PROVIDED
    )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    assert meta.pk is not None
    statement = (
        f"insert into {quote(meta.db_table)} ({columns}) values ({marks}) "
        f"returning {quote(meta.pk.column)}"
    )
    return statement, fields
