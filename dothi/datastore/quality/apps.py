from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "dothi.datastore.quality"
    label = "datastore_quality"

    def ready(self) -> None:
        from dothi.datastore.catalogue.registry import Panel, panels
        from dothi.datastore.quality import handlers, permissions, registry  # noqa: F401
        from dothi.datastore.quality.views.panels import changes, profile, quality

        panels.append(Panel(template="quality/_quality.html", context=quality))
        panels.append(Panel(template="quality/_profile.html", context=profile))
        panels.append(Panel(template="quality/_changes.html", context=changes))
