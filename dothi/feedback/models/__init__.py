"""Tables of feedback: reports (`ticket`), what officers set (`catalogue`), followers, rows of
files that wait to be corrected (`quarantine`), and the protected channel (`sealed`)."""

from dothi.feedback.models.catalogue import AnswerTemplate as AnswerTemplate
from dothi.feedback.models.catalogue import Category as Category
from dothi.feedback.models.catalogue import Edition as Edition
from dothi.feedback.models.catalogue import Partner as Partner
from dothi.feedback.models.catalogue import Question as Question
from dothi.feedback.models.catalogue import Route as Route
from dothi.feedback.models.catalogue import Setting as Setting
from dothi.feedback.models.catalogue import TimeLimit as TimeLimit
from dothi.feedback.models.programs import ApiKey as ApiKey
from dothi.feedback.models.quarantine import Delivered as Delivered
from dothi.feedback.models.quarantine import ImportRun as ImportRun
from dothi.feedback.models.quarantine import PendingFile as PendingFile
from dothi.feedback.models.quarantine import Quarantined as Quarantined
from dothi.feedback.models.sealed import Holder as Holder
from dothi.feedback.models.sealed import SealedMessage as SealedMessage
from dothi.feedback.models.sealed import SealedReport as SealedReport
from dothi.feedback.models.ticket import Follow as Follow
from dothi.feedback.models.ticket import Message as Message
from dothi.feedback.models.ticket import MeToo as MeToo
from dothi.feedback.models.ticket import Move as Move
from dothi.feedback.models.ticket import PartnerTask as PartnerTask
from dothi.feedback.models.ticket import Reporter as Reporter
from dothi.feedback.models.ticket import Ticket as Ticket
