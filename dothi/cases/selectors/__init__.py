"""Questions about dossiers. What pages ask goes through `…_seen_by`."""

from dothi.cases.selectors.agencies import agency_of as agency_of
from dothi.cases.selectors.agencies import receiving as receiving
from dothi.cases.selectors.agencies import setting as setting
from dothi.cases.selectors.desk import QueueFilters as QueueFilters
from dothi.cases.selectors.desk import dossier_seen_by as dossier_seen_by
from dothi.cases.selectors.desk import dossiers_seen_by as dossiers_seen_by
from dothi.cases.selectors.desk import history as history
from dothi.cases.selectors.desk import queue as queue
from dothi.cases.selectors.desk import queue_rows as queue_rows
from dothi.cases.selectors.desk import searched as searched
from dothi.cases.selectors.figures import Line as Line
from dothi.cases.selectors.figures import Rate as Rate
from dothi.cases.selectors.figures import Sum as Sum
from dothi.cases.selectors.figures import behind as behind
from dothi.cases.selectors.figures import lines as lines
from dothi.cases.selectors.figures import lines_seen_by as lines_seen_by
from dothi.cases.selectors.figures import moments as moments
from dothi.cases.selectors.figures import offered_online as offered_online
from dothi.cases.selectors.figures import rates as rates
from dothi.cases.selectors.figures import register as register
from dothi.cases.selectors.figures import summed as summed
from dothi.cases.selectors.tracking import account_hash as account_hash
from dothi.cases.selectors.tracking import by_secret as by_secret
from dothi.cases.selectors.tracking import loaded as loaded
from dothi.cases.selectors.tracking import number_hash as number_hash
from dothi.cases.selectors.tracking import of_account as of_account
