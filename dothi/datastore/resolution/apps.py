from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "dothi.datastore.resolution"
    label = "datastore_resolution"

    def ready(self) -> None:
        from dothi.datastore.resolution import permissions, ports  # noqa: F401
        from dothi.datastore.resolution.stored_lists import StoredLists

        ports.hold(StoredLists())
