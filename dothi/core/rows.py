"""Insert and change one row by a statement that is written once a model, not once a row.

The ORM builds its SQL anew each time: three quarters of what such a question costs here. Logs and
histories, which every verb appends to, and rows that verbs move go this way (figures in
`docs/performance.md`).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, AutoField, Field, Model


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
