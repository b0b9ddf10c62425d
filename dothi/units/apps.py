from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "dothi.units"
    label = "units"
