from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "dothi.core.notices"
    label = "core_notices"
