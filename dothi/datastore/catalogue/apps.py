from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "dothi.datastore.catalogue"
    label = "datastore_catalogue"

    def ready(self) -> None:
        from dothi.datastore.catalogue import datasets, permissions  # noqa: F401
