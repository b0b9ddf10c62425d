from django.urls import path

from dothi.core.attachments import views

app_name = "files"
urlpatterns = [
    path("<slug:code>", views.serve, name="file"),
    path("<slug:code>/<int:size>", views.serve, name="rendition"),
]
