from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "dothi.api"
    label = "api"
