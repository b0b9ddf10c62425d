from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dothi.cases"
    label = "cases"

    def ready(self) -> None:
        from dothi.cases import (  # noqa: F401
            datasets,
            handlers,
            indicators,
            permissions,
            registry,
        )
        from dothi.core.attachments.registry import guard

        for kind in ("cases.draft", "cases.document", "cases.result"):
            guard(kind, permissions.may_open_file)
