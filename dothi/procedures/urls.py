from django.urls import path

from dothi.procedures.views import designer, editing, public

app_name = "procedures"
urlpatterns = [
    path("procedures/", public.procedures, name="list"),
    path("procedures/<str:code>/", public.procedure, name="page"),
    path("procedures/<str:code>.json", public.as_file, name="file"),
    path("desk/procedures/", designer.listed, name="designer"),
    path("desk/procedures/new", designer.begin, name="designer_new"),
    path("desk/procedures/import", designer.take_file, name="designer_import"),
    path("desk/procedures/<str:code>/", designer.overview, name="design"),
    path("desk/procedures/<str:code>/begin", designer.begin_again, name="design_begin"),
    path("desk/procedures/<str:code>/draft.json", designer.draft_file, name="design_file"),
    path("desk/procedures/<str:code>/compare", designer.compare, name="design_compare"),
    path("desk/procedures/<str:code>/discard", designer.discard, name="design_discard"),
    path("desk/procedures/<str:code>/publish", designer.publish, name="design_publish"),
    path("desk/procedures/<str:code>/preview", designer.preview, name="design_preview"),
    path("desk/procedures/<str:code>/try", designer.try_form, name="design_try"),
    path("desk/procedures/<str:code>/edit", editing.edit, name="design_about"),
    path("desk/procedures/<str:code>/edit/<str:place>", editing.edit, name="design_edit"),
    path("desk/procedures/<str:code>/change/<str:place>", editing.change, name="design_change"),
]
