from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "dothi.datastore.resolution"
    label = "datastore_resolution"

    def ready(self) -> None:
        from dothi.datastore.resolution import handlers, permissions, ports, registry  # noqa: F401
        from dothi.datastore.resolution.services import forgetting
        from dothi.datastore.resolution.stored_lists import StoredLists
        from dothi.datastore.tables.registry import Reach, reaches

        ports.hold(StoredLists())
        reaches.append(
            Reach(name="resolution", find=forgetting.find, erase=forgetting.reach, first=True)
        )
