from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "dothi.core.hooks"
    label = "core_hooks"
