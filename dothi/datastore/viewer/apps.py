from django.apps import AppConfig


class ViewerConfig(AppConfig):
    name = "dothi.datastore.viewer"
    label = "datastore_viewer"

    def ready(self) -> None:
        from dothi.datastore.catalogue import ports
        from dothi.datastore.tables import selectors as tables
        from dothi.datastore.viewer.api import ckan, files

        ports.files_of.append(files.files)
        ports.with_rows.append(tables.codes)
        ckan.register()
