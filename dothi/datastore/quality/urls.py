from django.urls import path

from dothi.datastore.quality.views import calendar, desk, public

app_name = "quality"
DESK = "desk/data/quality/"
urlpatterns = [
    path("data/<slug:code>/profile.json", public.profile, name="profile"),
    path("data/<slug:code>/changes", public.changes, name="changes"),
    path("desk/data/calendar", calendar.month, name="calendar"),
    path("desk/data/calendar.ics", calendar.file, name="calendar_file"),
    path(DESK, desk.datasets, name="desk"),
    path(f"{DESK}incidents/<int:number>/", desk.incident, name="incident"),
    path(f"{DESK}sets/<slug:code>/", desk.dataset, name="desk_dataset"),
    path(f"{DESK}sets/<slug:code>/ask", desk.ask_again, name="ask"),
    path(f"{DESK}sets/<slug:code>/rules/new", desk.new_rule, name="new_rule"),
    path(f"{DESK}sets/<slug:code>/rules/<slug:rule>/end", desk.end_rule, name="end_rule"),
]
