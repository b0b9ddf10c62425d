"""Gather what is known of the way of each column; send runs to who wants to hear of them."""

from dothi.datastore.lineage.services.gathering import gather as gather
from dothi.datastore.lineage.services.sending import SEND as SEND
from dothi.datastore.lineage.services.sending import ask_to_send as ask_to_send
from dothi.datastore.lineage.services.sending import send as send
