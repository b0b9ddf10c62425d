from django.urls import path, re_path

from dothi.datastore.indicators.views import desk, public

app_name = "indicators"
urlpatterns = [
    path("indicators/", public.indicators, name="list"),
    path("desk/data/indicators/", desk.made, name="made"),
    path("desk/data/indicators/new", desk.new, name="new"),
    path("desk/data/indicators/<str:code>/", desk.edit, name="edit"),
    path("desk/data/indicators/<str:code>/publish", desk.publish, name="publish"),
    path("desk/data/indicators/<str:code>/retire", desk.retire, name="retire"),
    re_path(
        r"^indicators/(?P<code>[\w.-]+)/readings\.(?P<form>csv|json)$",
        public.readings,
        name="readings",
    ),
    re_path(r"^indicators/(?P<code>[\w.-]+)$", public.indicator, name="indicator"),
]
