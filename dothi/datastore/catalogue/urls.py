from django.urls import path

from dothi.datastore.catalogue.views import contracts, desk, public

app_name = "catalogue"
SET = "desk/data/sets/<slug:code>/"
urlpatterns = [
    path("data/", public.datasets, name="list"),
    path("data/<slug:code>", public.dataset, name="dataset"),
    path("desk/data/", desk.datasets, name="desk"),
    path("desk/data/new", desk.begin, name="begin"),
    path("desk/data/keys", desk.keys, name="keys"),
    path(SET, desk.dataset, name="desk_dataset"),
    path(f"{SET}describe", desk.describe, name="describe"),
    path(f"{SET}publish", desk.publish, name="publish"),
    path(f"{SET}retire", desk.retire, name="retire"),
    path(f"{SET}contract", contracts.edit, name="contract"),
    path(f"{SET}contract/file", contracts.take, name="take"),
    path(f"{SET}contract/agree", contracts.agree, name="agree"),
]
