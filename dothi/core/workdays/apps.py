from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "dothi.core.workdays"
    label = "core_workdays"
