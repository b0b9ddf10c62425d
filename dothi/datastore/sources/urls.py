from django.urls import path

from dothi.datastore.sources.views import managing, sources

app_name = "sources"
urlpatterns = [
    path("desk/data/in/sources/", sources.all_sources, name="sources"),
    path("desk/data/in/sources/new/", managing.choose, name="choose"),
    path("desk/data/in/sources/new/<slug:kind>/", managing.new, name="new"),
    path("desk/data/in/sources/<str:code>/", sources.source, name="source"),
    path("desk/data/in/sources/<str:code>/change", managing.change, name="change"),
    path("desk/data/in/sources/<str:code>/try", sources.sample, name="try"),
    path("desk/data/in/sources/<str:code>/now", sources.fetch_now, name="now"),
    path("desk/data/in/sources/<str:code>/pause", sources.pause, name="pause"),
    path("desk/data/in/sources/<str:code>/resume", sources.resume, name="resume"),
    path("desk/data/in/sources/<str:code>/backfill", sources.backfill, name="backfill"),
]
