from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "dothi.portal"
    label = "portal"

    def ready(self) -> None:
        from dothi.core.attachments.registry import guard
        from dothi.portal import datasets, indicators, permissions  # noqa: F401

        guard("portal.article", permissions.may_open_file)
