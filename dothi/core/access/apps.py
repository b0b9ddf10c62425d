from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "dothi.core.access"
    label = "core_access"
