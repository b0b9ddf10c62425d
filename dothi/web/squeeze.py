"""Pages and files smaller on the wire, where no proxy does it."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Pictures, fonts and sheets are small as they are; a stream of events must not wait in a buffer.
WORDS = (
    "text/html", "text/css", "text/javascript", "text/plain", "text/csv", "text/xml",
    "application/javascript", "application/json", "application/geo+json", "application/xml",
    "application/rss+xml", "application/atom+xml", "application/manifest+json",
    "application/problem+json", "image/svg+xml",
)  # fmt: skip


class SqueezeMiddleware(GZipMiddleware):
    """Gzip for words, but not for the pages of who is signed in.

    The length of a squeezed page could tell a listener what stands in it (BREACH). What is public
    hides nothing: its CSRF tokens are masked anew each time, and lengths are blurred.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Whitenoise knows its marks without the W/ that squeezed answers carry (RFC 9110, 13)."""
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        if known.startswith("W/") and request.path_info.startswith(settings.STATIC_URL):
            request.META["HTTP_IF_NONE_MATCH"] = known.removeprefix("W/")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        is_static = request.path_info.startswith(settings.STATIC_URL)
        if (
            kind not in WORDS
            or response.status_code != 200
            or response.has_header("Content-Range")
            or (settings.SESSION_COOKIE_NAME in request.COOKIES and not is_static)
        ):
            return response
        return super().process_response(request, response)
