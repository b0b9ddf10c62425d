from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "dothi.datastore.sharing"
    label = "datastore_sharing"

    def ready(self) -> None:
        from dothi.datastore.catalogue.registry import Panel, panels
        from dothi.datastore.sharing import permissions, registry  # noqa: F401
        from dothi.datastore.sharing.services import exporting, opening
        from dothi.datastore.sharing.views.asking import panel
        from dothi.datastore.sharing.views.panel import rows
        from dothi.datastore.tables.registry import Reach, reaches, readers

        readers.append(opening.roles)
        reaches.append(Reach(name="sharing", find=exporting.copies, erase=exporting.forget_copies))
        panels.append(Panel(template="sharing/_rows.html", context=rows))
        panels.append(Panel(template="sharing/_asking.html", context=panel))
