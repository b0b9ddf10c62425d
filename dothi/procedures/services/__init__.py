"""What can be done with the catalogue. One function, one transaction: rows, audit, event."""

from dothi.procedures.services.drafting import discard as discard
from dothi.procedures.services.drafting import draft as draft
from dothi.procedures.services.files import exported as exported
from dothi.procedures.services.files import load_catalogue as load_catalogue
from dothi.procedures.services.files import load_drafts as load_drafts
from dothi.procedures.services.files import read_file as read_file
from dothi.procedures.services.publishing import end as end
from dothi.procedures.services.publishing import publish as publish
from dothi.procedures.services.refusals import AnotherWasFaster as AnotherWasFaster
from dothi.procedures.services.refusals import Flawed as Flawed
from dothi.procedures.services.refusals import FourEyes as FourEyes
from dothi.procedures.services.refusals import NotADefinition as NotADefinition
from dothi.procedures.services.refusals import NotThen as NotThen
from dothi.procedures.services.refusals import Refused as Refused
from dothi.procedures.services.refusals import UnknownArea as UnknownArea
