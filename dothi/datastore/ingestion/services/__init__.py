"""Take data in: receive a file, read it under a contract, mend what was put aside, publish."""

from dothi.datastore.ingestion.services.feeding import feed as feed
from dothi.datastore.ingestion.services.feeding import feed_all as feed_all
from dothi.datastore.ingestion.services.landing import TooLarge as TooLarge
from dothi.datastore.ingestion.services.landing import receive as receive
from dothi.datastore.ingestion.services.landing import receive_file as receive_file
from dothi.datastore.ingestion.services.looking import Look as Look
from dothi.datastore.ingestion.services.looking import departures as departures
from dothi.datastore.ingestion.services.looking import look_at as look_at
from dothi.datastore.ingestion.services.looking import shape_of_records as shape_of_records
from dothi.datastore.ingestion.services.mending import NotHere as NotHere
from dothi.datastore.ingestion.services.mending import StillFaulty as StillFaulty
from dothi.datastore.ingestion.services.mending import correct as correct
from dothi.datastore.ingestion.services.mending import correct_all as correct_all
from dothi.datastore.ingestion.services.mending import leave_out as leave_out
from dothi.datastore.ingestion.services.mending import take_corrected as take_corrected
from dothi.datastore.ingestion.services.opening import open_line as open_line
from dothi.datastore.ingestion.services.proposing import Proposal as Proposal
from dothi.datastore.ingestion.services.proposing import propose as propose
from dothi.datastore.ingestion.services.publishing import preview as preview
from dothi.datastore.ingestion.services.publishing import publish as publish
from dothi.datastore.ingestion.services.reading import Busy as Busy
from dothi.datastore.ingestion.services.reading import read as read
from dothi.datastore.ingestion.services.starting import OnItsWay as OnItsWay
from dothi.datastore.ingestion.services.starting import ask_to_read as ask_to_read
from dothi.datastore.ingestion.services.starting import begin as begin
from dothi.datastore.ingestion.services.starting import give_up as give_up
