"""The pages of the house, composed from the domains."""

from django.urls import URLPattern, URLResolver, path

from dothi.web import my, views
from dothi.web.house import logs, places

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("theme", views.theme, name="theme"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("web/parts", views.parts, name="parts"),
    path("help", views.help_page, name="help"),
    path("desk/", views.work, name="work"),
    path("desk/first-day", views.first_day, name="first_day"),
    path("desk/house/", places.health, name="house"),
    path("desk/house/events", logs.event_log, name="house_events"),
    path("desk/house/events/<int:pk>/retry", logs.retry, name="house_retry"),
    path("desk/house/events/<int:pk>/drop", logs.drop, name="house_drop"),
    path("desk/house/notices", logs.notices, name="house_notices"),
    path("desk/house/notices/<int:pk>/again", logs.resend, name="house_resend"),
    path("desk/house/trail", logs.trail, name="house_trail"),
    path("desk/house/trail/verify", logs.verify, name="house_verify"),
    path("desk/house/looks", logs.looks, name="house_looks"),
    path("desk/house/calendar", places.calendar, name="house_calendar"),
    path("desk/house/calendar/set", places.set_day, name="house_set_day"),
    path("desk/house/calendar/clear", places.clear_day, name="house_clear_day"),
    path("desk/house/calendar/recompute", places.recompute, name="house_recompute"),
    path("desk/house/units", places.units, name="house_units"),
    path("my/", my.my, name="my"),
    path("my/reports/<str:code>", my.report, name="my_report"),
    path("my/claim", my.claim, name="my_claim"),
    path("my/mail", my.wishes, name="my_wishes"),
    path("my/stop", my.stop, name="my_stop"),
    path("my/print", my.print_all, name="my_print"),
    path("my/data.json", my.data, name="my_data"),
    path("my/delete", my.delete, name="my_delete"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
