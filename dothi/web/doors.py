"""Fixed doors without a language: what machines read. Health and metrics: `health.py`."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from dothi.cases.views.citizen.queue import stream as hall
from dothi.datastore.catalogue.api import ckan, dcat
from dothi.datastore.catalogue.views import public as catalogue
from dothi.datastore.viewer.api import ckan as rows
from dothi.datastore.viewer.api import ogc
from dothi.operations.wall.views import stream
from dothi.web import sitemap, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("robots.txt", views.robots),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    re_path(
        r"^sitemap-(?P<name>pages|news-[1-9][0-9]{0,5})\.xml$", sitemap.part, name="sitemap_part"
    ),
    path("live/operations/wall", stream),
    path("live/queue/<str:unit>", hall),
    path("data/<slug:code>/contract.yaml", catalogue.contract, name="catalogue_contract"),
    re_path(r"^catalog\.(?P<suffix>jsonld|ttl)$", dcat.catalogue, name="dcat"),
    path("api/3/action/<slug:name>", ckan.action, name="ckan"),
    path("api/action/<slug:name>", ckan.action),
    path("datastore/dump/<str:name>", rows.dump),
    path("ogc/", ogc.landing),
    path("ogc/api", ogc.api),
    path("ogc/conformance", ogc.conformance),
    path("ogc/collections", ogc.collections),
    path("ogc/collections/<slug:code>", ogc.collection),
    path("ogc/collections/<slug:code>/items", ogc.items),
    path("ogc/collections/<slug:code>/items/<str:feature>", ogc.item),
    path("files/", include("dothi.core.attachments.urls")),
    path("open311/", include("dothi.feedback.api.urls")),
    path("notices/", include("dothi.core.notices.urls")),
]
