from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "dothi.datastore.lineage"
    label = "datastore_lineage"

    def ready(self) -> None:
        from dothi.datastore.catalogue.registry import Panel, panels, watchers
        from dothi.datastore.lineage import handlers, registry  # noqa: F401
        from dothi.datastore.lineage.services import collecting
        from dothi.datastore.lineage.views.pages import panel
        from dothi.datastore.lineage.wording import touched_by

        panels.append(Panel(template="lineage/_panel.html", context=panel))
        watchers.append(touched_by)
        registry.register("catalogue.contracts", collecting.contracts)
        registry.register("catalogue.feeds", collecting.feeds)
        registry.register("quality.rules", collecting.rules)
        registry.register("indicators.measures", collecting.measures)
        registry.register("resolution.golden", collecting.golden)
        registry.register("sharing.downloads", collecting.downloads)
