from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "dothi.core.attachments"
    label = "core_attachments"
