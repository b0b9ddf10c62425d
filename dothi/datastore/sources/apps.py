from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "dothi.datastore.sources"
    label = "datastore_sources"

    def ready(self) -> None:
        from dothi.datastore.sources import handlers  # noqa: F401
        from dothi.datastore.sources.services import forgetting
        from dothi.datastore.tables.registry import Reach, reaches

        # Before what was received: a turn that is under way ends first, and brings nothing after.
        reaches.insert(
            0,
            Reach(
                name="sources", find=forgetting.find, erase=forgetting.erase, first=True,
                spellings=forgetting.spellings,
            ),
        )  # fmt: skip
