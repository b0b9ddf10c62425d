"""The catalogue as DCAT-AP 3: read by a real RDF library, judged by shapes of the specification."""

from datetime import date
from pathlib import Path

import pyshacl
import pytest
from django.test import Client
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS

from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import Licence, Rhythm, Share, Theme
from dothi.datastore.catalogue.rules import vocabulary
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, make_dataset, trees
from dothi.feedback.tests.factories import City
from dothi.units.models import Unit

# What pyshacl and the JSON-LD reader of rdflib say of rdflib's own future.
_OLD = (
    "ignore:Dataset.(default_context|identifier) is deprecated:DeprecationWarning",
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning",
)
pytestmark = [pytest.mark.django_db, *(pytest.mark.filterwarnings(one) for one in _OLD)]
SHAPES = Path(__file__).parent / "dcat_shapes.ttl"


@pytest.fixture
def root() -> Unit:
    city = City()
    services.adopt(at=MONDAY_9AM)
    make_dataset(
        city.root, place=city.root, covers_from=date(2024, 1, 1), covers_to=date(2025, 1, 1)
    )
    return city.root


def graph(suffix: str) -> Graph:
    answer = Client().get(f"/catalog.{suffix}")
    assert answer.status_code == 200
    kind = {"ttl": "turtle", "jsonld": "json-ld"}[suffix]
    return Graph().parse(data=answer.content.decode(), format=kind)


def faults(found: Graph) -> str:
    conforms, _report, text = pyshacl.validate(found, shacl_graph=str(SHAPES), advanced=False)
    return "" if conforms else str(text)


def test_both_forms_say_the_same(root: Unit) -> None:
    assert isomorphic(graph("ttl"), graph("jsonld"))


def test_the_catalogue_is_clean_under_the_shapes(root: Unit) -> None:
    found = graph("ttl")
    assert not faults(found)
    assert len(set(found.subjects(RDF.type, DCAT.Dataset))) >= 9


@pytest.mark.parametrize(
    "gone", [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.theme, DCAT.endpointURL]
)
def test_the_shapes_do_find_what_is_missing(root: Unit, gone: URIRef) -> None:
    found = graph("ttl")
    found.remove((None, gone, None))
    assert faults(found)


def test_the_shapes_do_find_a_wrong_value(root: Unit) -> None:
    found = graph("ttl")
    dataset = next(found.subjects(RDF.type, DCAT.Dataset))
    found.add((dataset, DCTERMS.issued, Literal("yesterday")))
    assert faults(found)


def test_only_what_is_open_is_in_it(root: Unit) -> None:
    make_dataset(
        root, "kin", share=Share.DEFAULT, licence=Licence.NOT_OPEN, contract=trees(dataset="kin")
    )
    codes = {str(code) for code in graph("ttl").objects(None, DCTERMS.identifier)}
    assert "kin" not in codes
    assert {"cay-xanh", "feedback-reports", "units"} <= codes


def test_every_topic_and_rhythm_has_a_word_of_the_european_tables() -> None:
    assert set(vocabulary.THEMES) == set(Theme)
    assert set(vocabulary.FREQUENCIES) == set(Rhythm)
    assert set(vocabulary.LICENCE_URLS) == set(Licence) - {Licence.NOT_OPEN}
