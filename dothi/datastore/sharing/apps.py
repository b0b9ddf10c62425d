from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "dothi.datastore.sharing"
    label = "datastore_sharing"
