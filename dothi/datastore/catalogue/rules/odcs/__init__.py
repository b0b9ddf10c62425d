"""A contract as a document of the Open Data Contract Standard (ODCS 3.2), there and back.

`document` and `contract_of` are inverse: what the standard has no place for stands in its
`customProperties`, under the names of the fields of `Contract` in camel case.
"""

from dothi.datastore.catalogue.rules.odcs.reading import NotOdcs, Reading, contract_of
from dothi.datastore.catalogue.rules.odcs.texts import NotYaml, dump, load
from dothi.datastore.catalogue.rules.odcs.writing import VERSION, document

__all__ = ["VERSION", "NotOdcs", "NotYaml", "Reading", "contract_of", "document", "dump", "load"]
