"""Pages whose address is a secret."""

from typing import TypeVar

from django.http import HttpResponse

Answer = TypeVar("Answer", bound=HttpResponse)


def kept_private(response: Answer) -> Answer:
    """The address goes to nobody else, and nobody keeps the page."""
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
