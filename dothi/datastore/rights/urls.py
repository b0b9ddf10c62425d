from django.urls import path

from dothi.datastore.rights.views import citizen, desk

app_name = "rights"
urlpatterns = [
    path("my/rights/", citizen.page, name="page"),
    path("my/rights/object/<int:look>", citizen.object_to, name="object"),
    path("my/rights/take-back", citizen.take_back, name="take_back"),
    path("my/rights/<str:code>", citizen.mine, name="mine"),
    path("my/rights/<str:code>/withdraw", citizen.withdraw, name="withdraw"),
    path("my/rights/<str:code>/lift", citizen.lift, name="lift"),
    path("my/rights/<str:code>/papers/<str:number>", citizen.paper, name="paper"),
    path("my/rights/<str:code>/copy.<str:form>", citizen.copy, name="copy"),
    path("desk/data/rights/", desk.desk, name="desk"),
    path("desk/data/rights/<str:code>", desk.matter, name="matter"),
    path("desk/data/rights/<str:code>/look", desk.look, name="look"),
    path("desk/data/rights/<str:code>/papers/<str:number>", desk.paper, name="desk_paper"),
    path("desk/data/rights/<str:code>/<slug:deed>", desk.act, name="act"),
]
