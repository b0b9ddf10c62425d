from importlib import import_module

from django.apps import AppConfig

LINKS = ("complaints_about_dossiers",)


class LinksConfig(AppConfig):
    name = "dothi.links"
    label = "links"

    def ready(self) -> None:
        for link in LINKS:
            import_module(f"{self.name}.{link}")
