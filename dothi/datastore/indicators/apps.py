from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "dothi.datastore.indicators"
    label = "datastore_indicators"

    def ready(self) -> None:
        from dothi.datastore.indicators import datasets, handlers, permissions  # noqa: F401
