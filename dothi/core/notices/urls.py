from django.urls import path

from dothi.core.notices import views

app_name = "notices"
urlpatterns = [
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("heard/<slug:carrier>", views.heard, name="heard"),
]
