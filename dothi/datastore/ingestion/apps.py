from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "dothi.datastore.ingestion"
    label = "datastore_ingestion"

    def ready(self) -> None:
        from dothi.datastore.catalogue.registry import Panel, desk_panels
        from dothi.datastore.ingestion import api
        from dothi.datastore.ingestion.services import forgetting
        from dothi.datastore.ingestion.views.panel import deliveries
        from dothi.datastore.tables.registry import Reach, reaches

        reaches.append(
            Reach(
                name="ingestion",
                find=forgetting.find,
                erase=forgetting.erase,
                first=True,
                spellings=forgetting.spellings,
            )  # fmt: skip
        )

        api.register()
        desk_panels.append(Panel(template="ingestion/_deliveries.html", context=deliveries))
