from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "dothi.procedures"
    label = "procedures"

    def ready(self) -> None:
        from dothi.procedures import permissions  # noqa: F401
