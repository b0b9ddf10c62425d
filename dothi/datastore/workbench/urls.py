from django.urls import path

from dothi.datastore.workbench.views import answers, bench
from dothi.datastore.workbench.views.bench import desk, public

app_name = "workbench"
urlpatterns = [
    path("desk/data/workbench/cancel", desk(bench.cancel_all), name="cancel_all"),
    path("desk/data/workbench/keep", desk(bench.keep), name="keep"),
    path("desk/data/workbench/kept/<slug:code>/drop", desk(bench.drop), name="drop"),
]
for name, start, door in (("desk", "desk/data/workbench/", desk), ("public", "data/sql/", public)):
    run = f"{start}runs/<str:code>"
    urlpatterns += [
        path(start, door(bench.editor), name=name),
        path(f"{start}names.json", door(bench.names), name=f"{name}_names"),
        path(run, door(bench.run), name=f"{name}_run"),
        path(f"{run}/cancel", door(bench.cancel), name=f"{name}_cancel"),
        path(f"{run}/answer.<str:form>", door(answers.file), name=f"{name}_file"),
    ]
