from django.urls import path

from dothi.datastore.ingestion.views import lines, proposing, runs

app_name = "ingestion"
urlpatterns = [
    path("desk/data/in/", runs.deliveries, name="deliveries"),
    path("desk/data/in/files/<str:code>", proposing.proposal, name="proposal"),
    path("desk/data/in/files/<str:code>/read", proposing.read, name="read"),
    path("desk/data/in/<str:code>/", runs.run, name="run"),
    path("desk/data/in/<str:code>/state", runs.state, name="state"),
    path("desk/data/in/<str:code>/publish", runs.publish, name="publish"),
    path("desk/data/in/<str:code>/give-up", runs.give_up, name="give_up"),
    path("desk/data/in/<str:code>/take", runs.take_corrected, name="take"),
    path("desk/data/in/<str:code>/lines/", lines.lines, name="lines"),
    path("desk/data/in/<str:code>/lines/put", lines.put, name="put"),
    path("desk/data/in/<str:code>/lines/leave", lines.leave, name="leave"),
    path("desk/data/in/<str:code>/lines/<int:number>", lines.line, name="line"),
]
