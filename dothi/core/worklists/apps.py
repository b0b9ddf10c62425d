from django.apps import AppConfig


class WorklistsConfig(AppConfig):
    name = "dothi.core.worklists"
    label = "core_worklists"
