from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "dothi.datastore.sources"
    label = "datastore_sources"

    def ready(self) -> None:
        from dothi.datastore.sources import handlers  # noqa: F401
