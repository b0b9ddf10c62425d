"""Pages whose address is a secret."""

from django.http import HttpResponse


def kept_private(response: HttpResponse) -> HttpResponse:
    """The address goes to nobody else, and nobody keeps the page."""
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
