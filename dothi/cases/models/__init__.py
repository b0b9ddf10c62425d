"""Tables of dossiers: who receives (`agency`), dossiers and what belongs to them (`dossier`), what
was not yet sent in (`draft`), what is paid for them (`fee`), which papers were issued (`paper`),
what portals were told (`exchange`), how it was
signed and goes by post (`submitted`), who waits at the counter (`counter`), what officers keep
(`desk`)."""

from dothi.cases.models.agency import Agency as Agency
from dothi.cases.models.agency import DaySeries as DaySeries
from dothi.cases.models.agency import Setting as Setting
from dothi.cases.models.complaint import Complaint as Complaint
from dothi.cases.models.counter import Appointment as Appointment
from dothi.cases.models.counter import Counter as Counter
from dothi.cases.models.counter import ServiceGroup as ServiceGroup
from dothi.cases.models.counter import Slot as Slot
from dothi.cases.models.counter import SlotPlan as SlotPlan
from dothi.cases.models.counter import Turn as Turn
from dothi.cases.models.counter import TurnSeries as TurnSeries
from dothi.cases.models.dossier import Consultation as Consultation
from dothi.cases.models.dossier import Document as Document
from dothi.cases.models.dossier import Dossier as Dossier
from dothi.cases.models.dossier import Move as Move
from dothi.cases.models.dossier import Party as Party
from dothi.cases.models.dossier import Proposal as Proposal
from dothi.cases.models.dossier import Result as Result
from dothi.cases.models.dossier import Supplement as Supplement
from dothi.cases.models.draft import Draft as Draft
from dothi.cases.models.exchange import Arrival as Arrival
from dothi.cases.models.exchange import Telling as Telling
from dothi.cases.models.fee import FeeLine as FeeLine
from dothi.cases.models.fee import Payment as Payment
from dothi.cases.models.fee import Receipt as Receipt
from dothi.cases.models.fee import ReceiptSeries as ReceiptSeries
from dothi.cases.models.fee import Refund as Refund
from dothi.cases.models.fee import Statement as Statement
from dothi.cases.models.fee import StatementLine as StatementLine
from dothi.cases.models.paper import IssuedPaper as IssuedPaper
from dothi.cases.models.submitted import Posting as Posting
from dothi.cases.models.submitted import Signature as Signature
