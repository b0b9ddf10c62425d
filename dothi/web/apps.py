from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "dothi.web"
    label = "web"

    def ready(self) -> None:
        from dothi.web import permissions, registry  # noqa: F401
