from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "dothi.operations"
    label = "operations"

    def ready(self) -> None:
        from dothi.datastore.lineage.registry import register
        from dothi.operations import handlers, permissions  # noqa: F401
        from dothi.operations.selectors.lineage import tiles

        register("operations.tiles", tiles)
