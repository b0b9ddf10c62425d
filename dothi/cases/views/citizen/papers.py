"""The applicant's own papers, opened by the tracking secret."""

from django.http import FileResponse, Http404, HttpRequest

from dothi.cases import selectors
from dothi.core import clock
from dothi.core.papers.http import issued


def paper(request: HttpRequest, text: str, number: str) -> FileResponse:
    """One of the papers that the applicant gets."""
    dossier = selectors.by_tracking(text, at=clock.now())
    if dossier is None:
        raise Http404
    if number not in {one.code for one in selectors.papers_of_dossier(dossier, inner=False)}:
        raise Http404
    return issued(dossier.subject, number)
