"""What can be done with datasets. One function, one transaction: rows, audit, event."""

from dothi.datastore.catalogue.services.adopting import adopt
from dothi.datastore.catalogue.services.agreeing import agree, compared, document_of
from dothi.datastore.catalogue.services.describing import (
    Description,
    create,
    describe,
    description_of,
    missing_in,
)
from dothi.datastore.catalogue.services.keys import end_key, issue_key
from dothi.datastore.catalogue.services.moving import publish, retire
from dothi.datastore.catalogue.services.refusals import (
    AgreedMeanwhile,
    CodeTaken,
    NotAllowedNow,
    NotReady,
    NotSound,
    ReasonMissing,
    Refused,
    Unchanged,
)

__all__ = [
    "AgreedMeanwhile",
    "CodeTaken",
    "Description",
    "NotAllowedNow",
    "NotReady",
    "NotSound",
    "ReasonMissing",
    "Refused",
    "Unchanged",
    "adopt",
    "agree",
    "compared",
    "create",
    "describe",
    "description_of",
    "document_of",
    "end_key",
    "issue_key",
    "missing_in",
    "publish",
    "retire",
]
