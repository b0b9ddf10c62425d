from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "dothi.core.clocks"
    label = "core_clocks"
