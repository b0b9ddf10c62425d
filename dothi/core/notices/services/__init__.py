"""Verbs of notices: write, send, hear what became of them, stop."""

from dothi.core.notices.services.hearing import Repeated as Repeated
from dothi.core.notices.services.hearing import heard as heard
from dothi.core.notices.services.sending import send_again as send_again
from dothi.core.notices.services.sending import send_due as send_due
from dothi.core.notices.services.wishes import choose as choose
from dothi.core.notices.services.wishes import forget_choice as forget_choice
from dothi.core.notices.services.wishes import unsubscribe as unsubscribe
from dothi.core.notices.services.wishes import unsubscribe_token as unsubscribe_token
from dothi.core.notices.services.wishes import wish as wish
from dothi.core.notices.services.writing import Recipient as Recipient
from dothi.core.notices.services.writing import address_hash as address_hash
from dothi.core.notices.services.writing import erase as erase
from dothi.core.notices.services.writing import send as send
