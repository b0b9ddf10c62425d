"""What can be done with sources: say where data comes from, start, stop, fetch, look."""

from dothi.datastore.sources.services.asking import Sample as Sample
from dothi.datastore.sources.services.asking import sample as sample
from dothi.datastore.sources.services.managing import NotAllowedNow as NotAllowedNow
from dothi.datastore.sources.services.managing import NotSound as NotSound
from dothi.datastore.sources.services.managing import Plan as Plan
from dothi.datastore.sources.services.managing import backfill as backfill
from dothi.datastore.sources.services.managing import change as change
from dothi.datastore.sources.services.managing import create as create
from dothi.datastore.sources.services.managing import fetch_now as fetch_now
from dothi.datastore.sources.services.managing import pause as pause
from dothi.datastore.sources.services.managing import resume as resume
from dothi.datastore.sources.services.turning import TURN as TURN
from dothi.datastore.sources.services.turning import forget_idle as forget_idle
from dothi.datastore.sources.services.turning import turn as turn
from dothi.datastore.sources.services.waking import QUEUE as QUEUE
from dothi.datastore.sources.services.waking import ask_for_a_turn as ask_for_a_turn
