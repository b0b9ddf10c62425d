from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "dothi.core.inbox"
    label = "core_inbox"
