from django.urls import path

from dothi.procedures.views import public

app_name = "procedures"
urlpatterns = [
    path("procedures/", public.procedures, name="list"),
    path("procedures/<str:code>/", public.procedure, name="page"),
    path("procedures/<str:code>.json", public.as_file, name="file"),
]
