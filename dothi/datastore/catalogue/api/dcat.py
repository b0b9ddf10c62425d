"""The open datasets as DCAT-AP 3, in JSON-LD and Turtle, for harvesters."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from dothi.core import clock
from dothi.datastore.catalogue import ports, selectors
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.ports import File
from dothi.datastore.catalogue.rules import vocabulary
from dothi.datastore.catalogue.rules.vocabulary import AUTHORITY, LICENCE_URLS
from dothi.units import selectors as units
from dothi.units.models import Unit

LOCN = Namespace("http://www.w3.org/ns/locn#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VERSION = URIRef(f"{DCAT}version")  # Of DCAT 3; the library knows the terms of DCAT 2.
CONTEXT = {
    "dcat": str(DCAT), "dct": str(DCTERMS), "foaf": str(FOAF), "vcard": str(VCARD),
    "xsd": str(XSD), "spdx": str(SPDX),
}  # fmt: skip
FORMATS = {"jsonld": ("json-ld", "application/ld+json"), "ttl": ("turtle", "text/turtle")}


def catalogue(request: HttpRequest, suffix: str) -> HttpResponse:
    """Everything that is open, as one graph. Cached by who asks for a quarter of an hour."""
    kind, media_type = FORMATS[suffix]
    at = clock.now()
    datasets = list(selectors.open_datasets().order_by("code"))
    graph = graph_of(datasets, on=at.date(), files=ports.files(datasets, AnonymousUser(), at=at))
    more: dict[str, Any] = {"context": CONTEXT, "auto_compact": True} if suffix == "jsonld" else {}
    text: str = graph.serialize(format=kind, **more)
    response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    response["Cache-Control"] = "public, max-age=900"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def graph_of(
    datasets: list[Dataset], *, on: date, files: Mapping[str, Sequence[File]] = MappingProxyType({})
) -> Graph:
    """The catalogue with these datasets, and the files in which their rows can be had."""
    graph = Graph()
    for prefix, address in CONTEXT.items():
        graph.bind(prefix, address)
    here = URIRef(_public(reverse("dcat", args=["jsonld"])))
    house = units.root(on=on)
    publisher = _agent(graph, house)
    graph.add((here, RDF.type, DCAT.Catalog))
    for language, title, description in (
        ("vi", "Danh mục dữ liệu mở", "Dữ liệu mở của chính quyền địa phương."),
        ("en", "Catalogue of open data", "Open data of the local government."),
    ):
        graph.add((here, DCTERMS.title, Literal(f"{title} – {house.name_vi}", lang=language)))
        graph.add((here, DCTERMS.description, Literal(description, lang=language)))
        graph.add((here, DCTERMS.language, URIRef(vocabulary.language(language))))
    graph.add((here, DCTERMS.publisher, publisher))
    graph.add((here, DCAT.themeTaxonomy, URIRef(f"{AUTHORITY}data-theme")))
    graph.add((here, FOAF.homepage, URIRef(_public("/"))))
    for dataset in datasets:
        me = _dataset(graph, dataset)
        graph.add((here, DCAT.dataset, me))
        for file in files.get(dataset.code, ()):
            graph.add((me, DCAT.distribution, _distribution(graph, dataset, me, file)))
    graph.add((here, DCAT.service, _service(graph, publisher)))
    if datasets:
        changed = max(dataset.changed_at for dataset in datasets)
        graph.add((here, DCTERMS.modified, Literal(changed, datatype=XSD.dateTime)))
    return graph


def _public(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def _agent(graph: Graph, unit: Unit, name: str = "") -> URIRef:
    agent = URIRef(_public(f"/data/#unit-{unit.code}"))
    graph.add((agent, RDF.type, FOAF.Agent))
    graph.add((agent, FOAF.name, Literal(name or unit.name_vi, lang="vi")))
    return agent


def _dataset(graph: Graph, dataset: Dataset) -> URIRef:
    with translation.override("vi"):
        page = _public(reverse("catalogue:dataset", args=[dataset.code]))
    me = URIRef(page)
    graph.add((me, RDF.type, DCAT.Dataset))
    for name, predicate in (("title", DCTERMS.title), ("description", DCTERMS.description)):
        for language in ("vi", "en"):
            if text := getattr(dataset, f"{name}_{language}"):
                graph.add((me, predicate, Literal(text, lang=language)))
    graph.add((me, DCTERMS.identifier, Literal(dataset.code)))
    graph.add((me, DCTERMS.publisher, _agent(graph, dataset.unit)))
    graph.add((me, DCTERMS.accessRights, URIRef(f"{AUTHORITY}access-right/PUBLIC")))
    graph.add((me, DCTERMS.accrualPeriodicity, URIRef(vocabulary.frequency(dataset.rhythm))))
    graph.add((me, DCTERMS.license, URIRef(LICENCE_URLS[dataset.licence])))  # type: ignore[index]
    graph.add((me, DCTERMS.modified, Literal(dataset.changed_at, datatype=XSD.dateTime)))
    graph.add((me, DCTERMS.issued, Literal(dataset.published_at, datatype=XSD.dateTime)))
    graph.add((me, DCAT.landingPage, _document(graph, page)))
    contract = _document(graph, _public(reverse("catalogue_contract", args=[dataset.code])))
    graph.add((me, FOAF.page, contract))
    graph.add((me, DCAT.contactPoint, _contact(graph, dataset)))
    for word in dataset.keywords:
        graph.add((me, DCAT.keyword, Literal(word, lang="vi")))
    for theme in dataset.themes:
        graph.add((me, DCAT.theme, URIRef(vocabulary.theme(theme))))
    if dataset.contract is not None:
        graph.add((me, VERSION, Literal(str(dataset.contract.number))))
    _where_and_when(graph, me, dataset)
    return me


def _distribution(graph: Graph, dataset: Dataset, of: URIRef, file: File) -> URIRef:
    me = URIRef(f"{file.url}#file")
    graph.add((me, RDF.type, DCAT.Distribution))
    graph.add((me, DCTERMS.title, Literal(file.name, lang="vi")))
    graph.add((me, DCAT.accessURL, of))
    graph.add((me, DCAT.downloadURL, URIRef(file.url)))
    graph.add((me, DCAT.mediaType, URIRef(vocabulary.media_type(file.media_type))))
    if known := vocabulary.file_type(file.form):
        graph.add((me, DCTERMS["format"], URIRef(known)))
    graph.add((me, DCTERMS.license, URIRef(LICENCE_URLS[dataset.licence])))  # type: ignore[index]
    graph.add((me, DCTERMS.modified, Literal(file.changed_at, datatype=XSD.dateTime)))
    if file.bytes is not None:
        graph.add((me, DCAT.byteSize, Literal(file.bytes, datatype=XSD.nonNegativeInteger)))
    if file.sha256:
        checksum = URIRef(f"{file.url}#sha256")
        graph.add((me, SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        value = Literal(file.sha256, datatype=XSD.hexBinary)
        graph.add((checksum, SPDX.checksumValue, value))
    return me


def _document(graph: Graph, address: str) -> URIRef:
    found = URIRef(address)
    graph.add((found, RDF.type, FOAF.Document))
    return found


def _contact(graph: Graph, dataset: Dataset) -> URIRef:
    contact = URIRef(_public(f"/data/#contact-{dataset.unit.code}"))
    for kind in (VCARD.Kind, VCARD.Organization):
        graph.add((contact, RDF.type, kind))
    graph.add((contact, VCARD.fn, Literal(dataset.agency_vi or dataset.unit.name_vi)))
    graph.add((contact, VCARD.hasURL, URIRef(_public("/"))))
    return contact


def _where_and_when(graph: Graph, me: URIRef, dataset: Dataset) -> None:
    if dataset.place is not None:
        place = URIRef(_public(f"/data/#place-{dataset.place.code}"))
        graph.add((place, RDF.type, DCTERMS.Location))
        graph.add((place, LOCN.geographicName, Literal(dataset.place.name_vi, lang="vi")))
        graph.add((me, DCTERMS.spatial, place))
    if dataset.covers_from or dataset.covers_to:
        period = BNode()
        graph.add((period, RDF.type, DCTERMS.PeriodOfTime))
        for day, predicate in (
            (dataset.covers_from, DCAT.startDate),
            (dataset.covers_to, DCAT.endDate),
        ):
            if day is not None:
                graph.add((period, predicate, Literal(day, datatype=XSD.date)))
        graph.add((me, DCTERMS.temporal, period))


def _service(graph: Graph, publisher: URIRef) -> URIRef:
    address = _public("/api/3/action/")
    service = URIRef(address)
    graph.add((service, RDF.type, DCAT.DataService))
    graph.add((service, DCTERMS.title, Literal("CKAN Action API", lang="en")))
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCTERMS.publisher, publisher))
    return service
