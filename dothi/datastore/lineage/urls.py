from django.urls import path

from dothi.datastore.lineage.views import pages

app_name = "lineage"
urlpatterns = [
    path("data/<slug:code>/lineage", pages.dataset, name="dataset"),
    path("data/<slug:code>/lineage.json", pages.facts, name="facts"),
]
