from django.urls import path

from dothi.datastore.sharing.views import by_unit, downloads

app_name = "sharing"
urlpatterns = [
    path("data/<slug:code>/units", by_unit.page, name="by_unit"),
    path("data/<slug:code>.<str:form>", downloads.download, name="download"),
    path("data/<slug:code>/v<int:version>.<str:form>", downloads.download, name="pinned"),
]
