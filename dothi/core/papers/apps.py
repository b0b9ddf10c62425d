from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "dothi.core.papers"
    label = "core_papers"
