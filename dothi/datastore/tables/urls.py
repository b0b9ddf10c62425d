from django.urls import path

from dothi.datastore.tables.views import erasing, releases, versions

app_name = "tables"
SET, DESK = "desk/data/sets/<slug:code>/versions/", "desk/data/releases/"
urlpatterns = [
    path("desk/data/erase", erasing.erase, name="erase"),
    path("desk/data/erasures/", erasing.erasures, name="erasures"),
    path("desk/data/erasures/<int:number>", erasing.erasure, name="erasure"),
    path("desk/data/erasures/<int:number>/papers/<str:code>", erasing.paper, name="erasure_paper"),
    path(SET, versions.versions, name="versions"),
    path(f"{SET}<int:number>/back", versions.back, name="back"),
    path(DESK, releases.releases, name="releases"),
    path(f"{DESK}<slug:code>", releases.release, name="release"),
    path(f"{DESK}<slug:code>/lift", releases.lift, name="lift"),
    path(f"{DESK}<slug:code>/restore", releases.restore, name="restore"),
]
