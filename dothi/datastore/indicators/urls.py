from django.urls import path, re_path

from dothi.datastore.indicators.views import public

app_name = "indicators"
urlpatterns = [
    path("indicators/", public.indicators, name="list"),
    re_path(
        r"^indicators/(?P<code>[\w.-]+)/readings\.(?P<form>csv|json)$",
        public.readings,
        name="readings",
    ),
    re_path(r"^indicators/(?P<code>[\w.-]+)$", public.indicator, name="indicator"),
]
