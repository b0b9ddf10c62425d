from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "dothi.datastore.tables"
    label = "datastore_tables"

    def ready(self) -> None:
        from dothi.datastore.catalogue.registry import Panel, desk_panels
        from dothi.datastore.tables.views.panel import versions

        desk_panels.append(Panel(template="tables/_versions.html", context=versions))
