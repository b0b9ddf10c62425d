"""The model of each kind."""

from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.rules.businesses import BUSINESSES
from dothi.datastore.resolution.rules.households import HOUSEHOLDS
from dothi.datastore.resolution.rules.model import Model
from dothi.datastore.resolution.rules.persons import PERSONS
from dothi.datastore.resolution.rules.places import ADDRESSES

MODELS: dict[Kind, Model] = {
    Kind.PERSON: PERSONS,
    Kind.HOUSEHOLD: HOUSEHOLDS,
    Kind.BUSINESS: BUSINESSES,
    Kind.ADDRESS: ADDRESSES,
}
