from django.apps import AppConfig


class WallConfig(AppConfig):
    name = "dothi.operations.wall"
    label = "operations"

    def ready(self) -> None:
        from dothi.datastore.lineage.registry import register
        from dothi.operations.wall import handlers, permissions  # noqa: F401
        from dothi.operations.wall.selectors.lineage import tiles

        register("operations.tiles", tiles)
