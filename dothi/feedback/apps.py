from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "dothi.feedback"
    label = "feedback"

    def ready(self) -> None:
        from dothi.core.attachments.registry import guard
        from dothi.feedback import (  # noqa: F401
            datasets,
            handlers,
            indicators,
            permissions,
            registry,
        )
        from dothi.feedback.selectors.files import PARTS

        for part in PARTS:
            guard(part, permissions.may_open_file)
