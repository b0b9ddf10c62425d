from django.urls import path

from dothi.operations.wall import views

app_name = "operations"
urlpatterns = [
    path("operations/wall", views.wall, name="wall"),
    path("operations/wall/latest", views.latest, name="latest"),
    path("operations/wall/tiles", views.tiles, name="tiles"),
    path("operations/points.geojson", views.features, name="points"),
    path("operations/areas.geojson", views.areas, name="areas"),
    path("desk/brief", views.brief, name="brief"),
    path("desk/brief/mail", views.brief_mail, name="brief_mail"),
]
