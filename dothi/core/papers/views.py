"""The public door where anybody checks a paper. It shows no personal data."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dothi.core.attachments.rules import MAX_BYTES
from dothi.core.limits.http import limited
from dothi.core.papers import registry, selectors, signing


# Nobody finds the papers of others by trying codes.
@limited("papers.verify", limit=120, per=timedelta(hours=1), methods=("GET", "POST"))
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what was issued under this code, and whether a file is that paper."""
    paper = selectors.by_code(code)
    if paper is None:
        raise Http404
    file = request.FILES.get("file")
    same = None
    if request.method == "POST" and file is not None and (file.size or 0) <= MAX_BYTES:
        same = selectors.is_the_same(paper, file)
    return render(
        request,
        "papers/verify.html",
        {
            "paper": paper,
            "kind": registry.kinds[paper.kind],
            "same": same,
            "signature": signing.check(paper),
        },
    )
