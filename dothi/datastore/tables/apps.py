from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "dothi.datastore.tables"
    label = "datastore_tables"
