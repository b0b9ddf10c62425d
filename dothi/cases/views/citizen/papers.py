"""The applicant's own papers, opened by the tracking secret."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from dothi.cases import selectors, services
from dothi.core import clock
from dothi.core.papers.http import issued
from dothi.core.secret_pages import kept_private


def application(request: HttpRequest, text: str) -> HttpResponse:
    """The application as it was sent in, and how it was signed."""
    at = clock.now()
    dossier = selectors.by_tracking(text, at=at)
    if dossier is None:
        raise Http404
    response = HttpResponse(services.as_sent(dossier, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{dossier.code}.pdf"'
    return kept_private(response)


def paper(request: HttpRequest, text: str, number: str) -> FileResponse:
    """One of the papers that the applicant gets."""
    dossier = selectors.by_tracking(text, at=clock.now())
    if dossier is None:
        raise Http404
    if number not in {one.code for one in selectors.papers_of_dossier(dossier, inner=False)}:
        raise Http404
    return issued(dossier.subject, number)
