from django.urls import path

from dothi.datastore.viewer.views import page

app_name = "viewer"
urlpatterns = [
    path("data/<slug:code>/view", page.view, name="view"),
    path("data/<slug:code>/view.csv", page.table, name="table"),
    path("embed/data/<slug:code>", page.embed, name="embed"),
]
