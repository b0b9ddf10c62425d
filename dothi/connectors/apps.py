"""Make every connector known that has a manifest."""

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "dothi.connectors"
    label = "connectors"

    def ready(self) -> None:
        for manifest in sorted(Path(__file__).parent.glob("*/manifest.py")):
            import_module(f"{self.name}.{manifest.parent.name}.manifest")
