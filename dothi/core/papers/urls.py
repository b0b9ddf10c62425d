from django.urls import path

from dothi.core.papers import views

app_name = "papers"
urlpatterns = [path("<slug:code>", views.verify, name="verify")]
