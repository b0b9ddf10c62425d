"""The door to files. A file that one may not open does not exist."""

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.http import content_disposition_header

from dothi.core.attachments import registry, rules
from dothi.core.attachments.choices import Kind
from dothi.core.attachments.models import Attachment


def serve(request: HttpRequest, code: str, size: int | None = None) -> HttpResponseBase:
    """Serve a public file to anybody, a private one to those its owner's domain lets in."""
    attachment = Attachment.objects.filter(code=code).first()
    if attachment is None or (size is not None and size not in rules.RENDITIONS):
        raise Http404
    if not attachment.public and not registry.may_open(request, attachment.owner):
        raise Http404
    etag = f'"{attachment.sha256[:32]}-{size or 0}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    response = send(attachment, size=size)
    response["ETag"] = etag
    # The code never names another content, but a public file may become private.
    if attachment.public:
        response["Cache-Control"] = "public, max-age=3600"
    return response


def send(attachment: Attachment, *, size: int | None = None) -> FileResponse:
    """The file itself, for a door that has asked already whether it may be opened."""
    path = attachment.path(size if attachment.kind == Kind.IMAGE else None)
    if not default_storage.exists(path):
        raise Http404
    response = FileResponse(
        default_storage.open(path), content_type=rules.MIME[Kind(attachment.kind)]
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=attachment.kind == Kind.PDF, filename=_name(attachment)
    ) or "inline"  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _name(attachment: Attachment) -> str:
    # What citizens called their file stays with us.
    return f"{attachment.code[:8].lower()}.{'pdf' if attachment.kind == Kind.PDF else 'jpg'}"
