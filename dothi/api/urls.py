"""The JSON doors of the house: each version by its number, the newest description by one name."""

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, path

from dothi.api import oauth
from dothi.api.api import api, registration


def newest_description(request: HttpRequest) -> JsonResponse:
    """The OpenAPI 3.1 document of the newest version."""
    return JsonResponse(api.get_openapi_schema())


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", api.urls),
    path("govstack/registration/", registration.urls),
    path("oauth/token", oauth.token, name="token"),
    path("oauth/revoke", oauth.revoke, name="revoke"),
    path("openapi.json", newest_description, name="openapi"),
]
