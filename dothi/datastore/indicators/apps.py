from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "dothi.datastore.indicators"
    label = "datastore_indicators"
