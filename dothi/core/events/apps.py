from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "dothi.core.events"
    label = "core_events"
