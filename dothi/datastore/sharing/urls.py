from django.urls import path

from dothi.datastore.sharing.views import (
    asking,
    by_unit,
    deciding,
    downloads,
    giving,
    persons,
    released,
)

app_name = "sharing"
urlpatterns = [
    path("data/releases/<slug:code>", released.release, name="release"),
    path("data/<slug:code>/request", asking.ask, name="ask"),
    path("my/data-uses/", asking.mine, name="mine"),
    path("my/data-uses/requests/<str:code>", asking.my_request, name="my_request"),
    path("my/data-uses/requests/<str:code>/withdraw", asking.withdraw, name="withdraw"),
    path("my/data-uses/<str:code>", asking.my_use, name="my_use"),
    path("my/data-uses/<str:code>/give-back", asking.give_back, name="give_back"),
    path("my/data-uses/<str:code>/papers/<str:number>", asking.my_paper, name="my_paper"),
    path("desk/data/sharing/", deciding.desk, name="desk"),
    path("desk/data/sharing/grants/", giving.choose, name="choose"),
    path("desk/data/sharing/grants/<slug:code>", giving.give, name="give"),
    path("desk/data/sharing/persons", persons.page, name="persons"),
    path("desk/data/sharing/persons/<slug:code>", persons.identify, name="identify"),
    path("desk/data/sharing/requests/<str:code>", deciding.application, name="application"),
    path(
        "desk/data/sharing/requests/<str:code>/refuse",
        deciding.answer,
        {"how": "refuse"},
        name="refuse",
    ),
    path(
        "desk/data/sharing/requests/<str:code>/ask-back",
        deciding.answer,
        {"how": "ask_back"},
        name="ask_back",
    ),
    path("desk/data/sharing/uses/<str:code>", deciding.use, name="use"),
    path("desk/data/sharing/uses/<str:code>/report.csv", deciding.report, name="report"),
    path("desk/data/sharing/uses/<str:code>/end", deciding.end, name="end"),
    path("desk/data/sharing/uses/<str:code>/papers/<str:number>", deciding.paper, name="paper"),
    path("data/<slug:code>/units", by_unit.page, name="by_unit"),
    path("data/<slug:code>.<str:form>", downloads.download, name="download"),
    path("data/<slug:code>/v<int:version>.<str:form>", downloads.download, name="pinned"),
]
