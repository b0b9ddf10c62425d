from importlib import import_module

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "dothi.core.notices"
    label = "core_notices"

    def ready(self) -> None:
        import_module("dothi.core.notices.mail")  # The one carrier that every house has.
