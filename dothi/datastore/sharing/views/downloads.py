"""Rows as files, for people and programs: whoever may see a dataset takes what they may see."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.core.exceptions import ObjectDoesNotExist
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.sharing import services
from dothi.datastore.sharing.choices import Door, Form
from dothi.datastore.tables.selectors import VersionClosed

HOUR = timedelta(hours=1)
BLOCK = 256 * 1024
NOT_THERE = (services.NotShared, services.NothingYet, services.NoPlaces, ObjectDoesNotExist)
STREAMED = (Form.CSV, Form.JSON, Form.GEOJSON)
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
@limited("sharing.download", limit=6000, per=HOUR, methods=("GET",))  # type: ignore[arg-type]
def download(
    request: HttpRequest, code: str, form: str, version: int | None = None
) -> HttpResponseBase:
    """`/data/CODE.csv`, or `/data/CODE/v3.csv` for a pinned version.

    Parquet and DuckDB files are answered by range, so that a program attaches them by the address.
    """
    kind = _form(form)
    try:
        opening = services.open_dataset(
            code, request.user, at=clock.now(), version=version, door=Door.DOWNLOAD, form=kind,
            purpose=request.GET.get("purpose", ""),
        )  # fmt: skip
        response = _answer(request, opening, kind)
    except (
        services.NotShared,
        services.NothingYet,
        services.NoPlaces,
        ObjectDoesNotExist,
    ) as error:
        raise Http404 from error
    except VersionClosed:
        return _refused(410, _("This version is closed: its rows may not be read any more."))
    except services.TooManyRows:
        return _refused(413, _("A sheet does not hold so many rows. Please take CSV or Parquet."))
    name = f"{code}-v{opening.version}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{opening.path.stem}-{kind}"'
    response["Link"] = f'</data/{code}>; rel="describedby"'
    # What is open is the same for everybody; what is not must stay with who asked.
    private = request.user.is_authenticated
    response["Cache-Control"] = "private, no-store" if private else "public, max-age=60"
    response["X-Robots-Tag"] = "noindex"
    return response


def _form(text: str) -> Form:
    try:
        return Form(text)
    except ValueError as error:
        raise Http404 from error


def _refused(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, opening: services.Opening, kind: Form) -> HttpResponseBase:
    if kind not in STREAMED:
        return _ranged(request, services.whole_file(opening, kind), kind)
    pieces = services.stream(opening, kind)
    if request.method == "HEAD":
        return HttpResponse(content_type=kind.media_type)
    return StreamingHttpResponse(_in_blocks(pieces), content_type=kind.media_type)


def _in_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines together: one write a line would cost more than the line."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _ranged(request: HttpRequest, path: Path, kind: Form) -> HttpResponseBase:
    """A file, or one range of it (RFC 9110, section 14)."""
    size = path.stat().st_size
    wanted = RANGE.fullmatch(request.headers.get("Range", ""))
    response: HttpResponseBase
    if wanted is None or wanted.groups() == ("", ""):
        response = FileResponse(path.open("rb"), content_type=kind.media_type)
    else:
        first, last = wanted.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if start > end or start >= size:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
            return response
        response = StreamingHttpResponse(
            _piece(path.open("rb"), start, end - start + 1), status=206,
            content_type=kind.media_type,
        )  # fmt: skip
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
        response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    return response


def _piece(file: IO[bytes], start: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
