"""Sum up published versions, ask whether they are as agreed, and tell who answers for them."""

from dothi.datastore.quality.services.checking import inspect as inspect
from dothi.datastore.quality.services.checking import sweep as sweep
from dothi.datastore.quality.services.incidents import settle as settle
from dothi.datastore.quality.services.profiling import forget as forget
from dothi.datastore.quality.services.profiling import profile as profile
from dothi.datastore.quality.services.profiling import profile_or_ask as profile_or_ask
from dothi.datastore.quality.services.refusals import EndedAlready as EndedAlready
from dothi.datastore.quality.services.refusals import ReasonMissing as ReasonMissing
from dothi.datastore.quality.services.refusals import Refused as Refused
from dothi.datastore.quality.services.refusals import SettledAlready as SettledAlready
from dothi.datastore.quality.services.refusals import UnknownColumn as UnknownColumn
from dothi.datastore.quality.services.reminding import mind as mind
from dothi.datastore.quality.services.ruling import Side as Side
from dothi.datastore.quality.services.ruling import end_rule as end_rule
from dothi.datastore.quality.services.ruling import state_rule as state_rule
from dothi.datastore.quality.services.starting import ask_to_inspect as ask_to_inspect
from dothi.datastore.quality.services.starting import rows_changed as rows_changed
