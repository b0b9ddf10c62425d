"""The doors of the standard: which method of which address does what."""

from django.http import HttpRequest, HttpResponse

from dothi.feedback.api.open311 import reading, writing
from dothi.feedback.api.open311.answers import Wrong, door

discovery = door("GET", "HEAD")(reading.discovery)
services_list = door("GET", "HEAD")(reading.services_list)
definition = door("GET", "HEAD")(reading.definition)
one = door("GET", "HEAD")(reading.one)
token = door("GET", "HEAD")(reading.token)


@door("GET", "HEAD", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """GET requests: read; POST requests: write."""
    return (writing.submit if request.method == "POST" else reading.found)(request, form)


@door("GET", "HEAD", "POST")
def updates(request: HttpRequest, form: str) -> HttpResponse:
    """GET servicerequestupdates: read; POST: write, with a key."""
    return (writing.update if request.method == "POST" else reading.updates)(request, form)


@door("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def nothing(request: HttpRequest, form: str, rest: str = "") -> HttpResponse:
    """Whatever else is asked for: told in the form of the standard, too."""
    raise Wrong(404, "There is nothing here. Please begin at /open311/v2/discovery.json.")
