"""The actions of CKAN that read rows: `datastore_search`, `_search_sql`, `_info`, and the dump."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.catalogue import ports
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.ports import Asked, Denied, Invalid, NotFound
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Door
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.viewer import services
from dothi.datastore.viewer.choices import How
from dothi.datastore.viewer.rules.look import ROW, Filter, Look
from dothi.datastore.workbench import services as workbench
from dothi.datastore.workbench import wording
from dothi.lib import codes

ROWS, MOST = 100, 32_000
TYPES = {
    Type.TEXT: "text", Type.INTEGER: "int", Type.NUMBER: "numeric", Type.BOOLEAN: "bool",
    Type.DATE: "date", Type.MOMENT: "timestamptz", Type.GEOMETRY: "json",
}  # fmt: skip
NOT_THERE = (sharing.NotShared, sharing.NothingYet, ObjectDoesNotExist, VersionClosed)
FORMATS = ("objects", "lists", "csv", "tsv")
HOUR = timedelta(hours=1)


def datastore_search(asked: Asked) -> dict[str, Any]:
    """Rows by conditions, words, order; as objects, lists, CSV or TSV."""
    opening = _open(asked, asked.text("resource_id") or asked.text("id"))
    look = _look(asked, opening)
    limit, offset = asked.number("limit", ROWS, most=MOST), asked.number("offset", 0, most=10**9)
    form = asked.text("records_format", "objects")
    if form not in FORMATS:
        raise Invalid({"records_format": [f"one of {', '.join(FORMATS)}"]})
    try:
        seen = services.seen(opening, look, limit=limit, offset=offset, with_row=not look.distinct)
        counted = services.total(opening, look) if asked.flag("include_total", default=True) else -1
    except services.NotUnderstood as error:
        raise Invalid({"query": [f"not understood: {error.what}"]}) from error
    except services.TooSlow as error:
        raise Invalid({"query": ["it takes too long; please narrow it"]}) from error
    found: dict[str, Any] = {
        "resource_id": asked.text("resource_id") or asked.text("id"),
        "fields": _fields(seen.heads, opening),
        "records_format": form, "limit": limit, "offset": offset,
        "records": _records(seen.heads, seen.rows, form),
    }  # fmt: skip
    if counted >= 0:
        found |= {"total": counted, "total_was_estimated": False}
    return found


def datastore_search_sql(asked: Asked) -> dict[str, Any]:
    """One SELECT; datasets are named by the ids of their resources."""
    run = workbench.ask(
        asked.text("sql"), asked.user, code=codes.secret(), address=asked.address, at=asked.at
    )
    if run.fault:
        with translation.override("en"):
            said = wording.fault(run.fault, run.word, run.said)
        where = f" Line {run.line}, column {run.column}." if run.line else ""
        raise Invalid({"query": [f"{said}{where}"]})
    heads = [name for name, _kind in run.columns]
    rows = workbench.rows_of(run, asked.user, at=asked.at, most=MOST)
    return {
        "sql": asked.text("sql"),
        "fields": [{"id": name, "type": kind.lower()} for name, kind in run.columns],
        "records": [dict(zip(heads, row, strict=True)) for row in rows],
        "records_truncated": run.more or run.rows > MOST,
    }


def datastore_info(asked: Asked) -> dict[str, Any]:
    """The columns of a resource, and how many rows it has."""
    given = asked.text("id") or asked.text("resource_id")
    opening = _open(asked, given)
    return {
        "meta": {"id": given, "count": opening.rows, "table_type": "BASE TABLE", "aliases": [],
                 "version": opening.version, "checksum": opening.checksum},
        "fields": [
            {"id": one.name, "type": TYPES[one.type],
             "info": {"label": one.title_vi, "label_en": one.title_en, "notes": one.help_vi,
                      "unit": one.unit},
             "schema": {"notnull": one.required, "is_index": one.name in opening.contract.key}}
            for one in opening.fields
        ],
    }  # fmt: skip


def not_by_files(asked: Asked) -> None:
    """The files of a dataset are made of its rows; nobody writes them."""
    if isinstance(asked.user, AnonymousUser):
        raise Denied("a key is needed")
    raise Invalid({
        "message": ["Files are made of the rows of a dataset. Rows come by datastore_upsert, or as "
                    "a file at /desk/data/in/; datasets themselves by package_create."]
    })  # fmt: skip


READS: dict[str, Callable[[Asked], Any]] = {
    "datastore_search": datastore_search,
    "datastore_search_sql": datastore_search_sql,
    "datastore_info": datastore_info,
}
WRITES: dict[str, Callable[[Asked], Any]] = dict.fromkeys(
    ("resource_create", "resource_update", "resource_patch", "resource_delete"), not_by_files
)


@require_safe
@limited("ckan", limit=3600, per=HOUR, methods=("GET",))  # type: ignore[arg-type]
def dump(request: HttpRequest, name: str) -> HttpResponseBase:
    """`/datastore/dump/ID?format=csv|tsv|json`: all rows, streamed; the conditions of a search."""
    form = request.GET.get("format", "csv")
    if form not in ("csv", "tsv", "json"):
        return _plain(400, "format: one of csv, tsv, json")
    at = clock.now()
    key = request.headers.get("Authorization", "")
    holder = catalogue.key_of(key, at=at) if key else None
    if key and holder is None:
        return _plain(403, "the key opens nothing")
    asked = Asked(
        data=request.GET.dict(), at=at, user=holder.user if holder else AnonymousUser(),
        key=holder.pk if holder else None,
    )  # fmt: skip
    try:
        opening = _open(asked, name, door=Door.DOWNLOAD, form=form)
        look = _look(asked, opening)
        rows = services.every(opening, look)
    except NotFound:
        return _plain(404, "Not found")
    except Invalid as error:
        return _plain(409, json.dumps(error.faults))
    except services.NotUnderstood as error:
        return _plain(409, f"not understood: {error}")
    heads = list(look.columns or (one.name for one in opening.fields))
    response = StreamingHttpResponse(
        _dumped(heads, rows, form, bom=asked.flag("bom")),
        content_type={"csv": "text/csv; charset=utf-8", "json": "application/json"}.get(
            form, "text/tab-separated-values; charset=utf-8"
        ),
    )
    response["Content-Disposition"] = f'attachment; filename="{opening.dataset}.{form}"'
    response["Access-Control-Allow-Origin"] = "*"
    if key:
        response["Cache-Control"] = "private, no-store"
    return response


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _dumped(
    heads: list[str], rows: Iterator[list[Any]], form: str, *, bom: bool
) -> Iterator[bytes]:
    if form == "json":
        yield b'{"fields": ' + json.dumps([{"id": one} for one in heads]).encode()
        yield b', "records": ['
        for number, row in enumerate(rows):
            line = json.dumps([_value(one) for one in row], ensure_ascii=False)
            yield (b",\n" if number else b"\n") + line.encode()
        yield b"\n]}\n"
        return
    if bom:
        yield "\ufeff".encode()
    yield _lines([heads], form).encode()
    for row in rows:
        yield _lines([[_value(one) for one in row]], form).encode()


def _open(asked: Asked, given: str, *, door: Door = Door.API, form: str = "") -> sharing.Opening:
    if not given:
        raise Invalid({"resource_id": ["Missing value"]})
    code = given.partition(".")[0]
    try:
        return sharing.open_dataset(
            code, asked.user, at=asked.at, key=asked.key, door=door, form=form
        )
    except NOT_THERE as error:
        raise NotFound from error


def _look(asked: Asked, opening: sharing.Opening) -> Look:
    filters = [
        Filter(column=str(name), how=How.IS, values=tuple(
            str(one) for one in (value if isinstance(value, list) else [value])
        ))
        for name, value in _object(asked, "filters").items()
    ]  # fmt: skip
    words = ""
    q = asked.data.get("q")
    if isinstance(q, dict) or (isinstance(q, str) and q.lstrip().startswith("{")):
        filters += [
            Filter(column=str(name), how=How.HAS, values=(str(value),))
            for name, value in _object(asked, "q").items()
        ]
    else:
        words = asked.text("q")
    return Look(
        words=words, filters=tuple(filters), sort=tuple(_sort(asked.text("sort"))),
        columns=tuple(one for one in _columns(asked) if one != ROW),
        distinct=asked.flag("distinct"),
    )  # fmt: skip


def _object(asked: Asked, name: str) -> Mapping[str, Any]:
    value = asked.data.get(name) or {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise Invalid({name: ["must be a JSON object"]}) from error
    if not isinstance(value, dict) or "\0" in str(value):
        raise Invalid({name: ["must be a JSON object"]})
    return value


def _columns(asked: Asked) -> list[str]:
    value = asked.data.get("fields") or []
    if isinstance(value, str):
        value = [part.strip().strip('"') for part in value.split(",") if part.strip()]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid({"fields": ["must be a list of names"]})
    return value


def _sort(text: str) -> Iterator[tuple[str, bool]]:
    for part in text.split(","):
        words = part.split()
        if not words:
            continue
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise Invalid({"sort": [f"not understood: {part.strip()[:80]}"]})
        yield words[0].strip('"'), len(words) == 2 and words[1].lower() == "desc"


def _fields(heads: tuple[str, ...], opening: sharing.Opening) -> list[dict[str, str]]:
    known: dict[str, Field] = {one.name: one for one in opening.fields}
    return [
        {"id": name, "type": TYPES[known[name].type] if name in known else "int"} for name in heads
    ]


def _records(heads: tuple[str, ...], rows: list[list[Any]], form: str) -> Any:
    plain = [[_value(one) for one in row] for row in rows]
    if form == "objects":
        return [dict(zip(heads, row, strict=True)) for row in plain]
    return plain if form == "lists" else _lines(plain, form)


def _lines(rows: list[list[Any]], form: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writerows(rows)
    return text.getvalue()


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC) if value.tzinfo else value
        return stamp.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def register() -> None:
    """Answer in the catalogue's name."""
    ports.reads.update(READS)
    ports.writes.update(WRITES)
