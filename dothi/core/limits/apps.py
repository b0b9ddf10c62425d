from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "dothi.core.limits"
    label = "core_limits"
