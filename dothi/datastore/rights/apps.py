from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "dothi.datastore.rights"
    label = "datastore_rights"

    def ready(self) -> None:
        from dothi.datastore.rights import permissions, registry  # noqa: F401
        from dothi.datastore.rights.services import holding

        holding.register_own()
