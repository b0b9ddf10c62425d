from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "dothi.datastore.workbench"
    label = "datastore_workbench"

    def ready(self) -> None:
        from dothi.datastore.workbench import permissions  # noqa: F401
