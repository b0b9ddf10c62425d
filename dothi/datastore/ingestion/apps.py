from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "dothi.datastore.ingestion"
    label = "datastore_ingestion"
