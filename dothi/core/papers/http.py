"""A paper as a file, for doors that have seen to it that its subject may be seen."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from dothi.core.attachments.models import Attachment
from dothi.core.papers import selectors


def issued(subject: str, number: str) -> FileResponse:
    """The paper of that number about a subject, as it was issued.

    Raises:
        Http404: there is none, or its file is gone.
    """
    row = next((one for one in selectors.of(subject) if one.code == number), None)
    file = Attachment.objects.filter(code=row.file).first() if row else None
    if row is None or file is None or not default_storage.exists(file.path(None)):
        raise Http404
    response = FileResponse(
        default_storage.open(file.path(None)), as_attachment=True, filename=f"{row.code}.pdf",
        content_type="application/pdf",
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    return response
