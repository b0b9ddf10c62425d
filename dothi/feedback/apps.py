from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "dothi.feedback"
    label = "feedback"

    def ready(self) -> None:
        from dothi.core.attachments.registry import guard
        from dothi.feedback import handlers, indicators, permissions, registry  # noqa: F401
        from dothi.feedback.selectors.files import PARTS

        for part in PARTS:
            guard(part, permissions.may_open_file)
