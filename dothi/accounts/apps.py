from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "dothi.accounts"
    label = "accounts"

    def ready(self) -> None:
        # Every domain says in its permissions.py what a post may do: read them all, so that no
        # page depends on which module happened to be imported first.
        autodiscover_modules("permissions")
        # Our verbs say where encrypted values lie that no field names (`core.crypto.registry`).
        import_module("dothi.accounts.services")
