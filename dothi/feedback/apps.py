from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "dothi.feedback"
    label = "feedback"

    def ready(self) -> None:
        from dothi.core.attachments.registry import guard
        from dothi.datastore.rights.registry import Holder, hold
        from dothi.feedback import (  # noqa: F401
            datasets,
            handlers,
            indicators,
            permissions,
            registry,
        )
        from dothi.feedback.selectors.copying import held_about, looks_about
        from dothi.feedback.selectors.files import PARTS

        for part in PARTS:
            guard(part, permissions.may_open_file)
        hold(Holder(code="feedback", title=_("My reports"), collect=held_about, looks=looks_about))
