"""The doors of Open311. The ending says the form."""

from django.urls import re_path

from dothi.feedback.api.open311 import doors

FORM = r"\.(?P<form>[\w-]{1,20})$"
urlpatterns = [
    re_path(r"^v2/?$", doors.discovery),
    re_path(rf"^(?:v2/)?discovery{FORM}", doors.discovery),
    re_path(rf"^v2/services{FORM}", doors.services_list),
    re_path(rf"^v2/services/(?P<code>[\w-]{{1,40}}){FORM}", doors.definition),
    re_path(rf"^v2/requests{FORM}", doors.requests),
    re_path(rf"^v2/requests/(?P<code>[\w-]{{1,40}}){FORM}", doors.one),
    re_path(rf"^v2/tokens/(?P<text>[\w.-]{{1,400}}){FORM}", doors.token),
    re_path(rf"^v2/servicerequestupdates{FORM}", doors.updates),
    re_path(r"^(?P<rest>.*)$", doors.nothing),
]
