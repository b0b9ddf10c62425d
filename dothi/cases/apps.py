from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dothi.cases"
    label = "cases"
