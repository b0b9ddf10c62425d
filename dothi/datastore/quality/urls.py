from django.urls import path

from dothi.datastore.quality.views import public

app_name = "quality"
urlpatterns = [
    path("data/<slug:code>/profile.json", public.profile, name="profile"),
    path("data/<slug:code>/changes", public.changes, name="changes"),
]
