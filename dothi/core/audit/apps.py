from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "dothi.core.audit"
    label = "core_audit"
