"""Where every door of the house is. Vietnamese without a prefix, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from dothi.accounts import urls as accounts

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dothi.web.doors")),
    path("api/", include("dothi.api.urls")),
    path("accounts/", include(accounts.callbacks)),
]
urlpatterns += i18n_patterns(
    path("accounts/", include(accounts.library)),
    path("", include("dothi.accounts.urls")),
    path("", include("dothi.feedback.urls")),
    path("", include("dothi.portal.urls")),
    path("", include("dothi.procedures.urls")),
    path("", include("dothi.cases.urls")),
    path("", include("dothi.datastore.resolution.urls")),
    path("", include("dothi.operations.wall.urls")),
    path("", include("dothi.datastore.sources.urls")),
    path("", include("dothi.datastore.ingestion.urls")),
    path("", include("dothi.datastore.workbench.urls")),
    path("", include("dothi.datastore.tables.urls")),
    path("", include("dothi.datastore.viewer.urls")),
    path("", include("dothi.datastore.catalogue.urls")),
    path("", include("dothi.datastore.sharing.urls")),
    path("", include("dothi.datastore.indicators.urls")),
    path("", include("dothi.datastore.rights.urls")),
    path("", include("dothi.datastore.quality.urls")),
    path("", include("dothi.datastore.lineage.urls")),
    path("papers/", include("dothi.core.papers.urls")),
    path("", include("dothi.web.urls")),
    prefix_default_language=False,
)
