from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "dothi.datastore.workbench"
    label = "datastore_workbench"

    def ready(self) -> None:
        from dothi.datastore.lineage import registry
        from dothi.datastore.workbench import permissions, selectors  # noqa: F401
        from dothi.datastore.workbench.services import telling

        registry.register("workbench.questions", telling.links)
        registry.name_for(registry.Kind.QUERY, selectors.titles_for)
