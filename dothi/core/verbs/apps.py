from django.apps import AppConfig


class VerbsConfig(AppConfig):
    name = "dothi.core.verbs"
    label = "core_verbs"
