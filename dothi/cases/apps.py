from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dothi.cases"
    label = "cases"

    def ready(self) -> None:
        from dothi.cases import datasets, handlers, indicators, permissions  # noqa: F401
