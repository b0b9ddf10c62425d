from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "dothi.operations"
    label = "operations"

    def ready(self) -> None:
        from dothi.operations import handlers, permissions  # noqa: F401
