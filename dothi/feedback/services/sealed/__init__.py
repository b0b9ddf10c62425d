"""The protected channel: reports on conduct in office that only two holders together can read.

What comes in is encrypted here, in the web process, to the public keys of two named holders, and
to a key drawn from the code that only the writer has. Nothing is kept in clear; no address,
device, account or exact time is kept at all: no event, no audit entry of what the public does.
What this holds against, and what not, is written down in docs/domains/feedback.md.
"""

from dothi.feedback.services.sealed.holders import close_sealed as close_sealed
from dothi.feedback.services.sealed.holders import half_open_sealed as half_open_sealed
from dothi.feedback.services.sealed.holders import open_half_sealed as open_half_sealed
from dothi.feedback.services.sealed.holders import open_sealed as open_sealed
from dothi.feedback.services.sealed.holders import reply_sealed as reply_sealed
from dothi.feedback.services.sealed.inside import ChannelClosed as ChannelClosed
from dothi.feedback.services.sealed.inside import KeysChanged as KeysChanged
from dothi.feedback.services.sealed.inside import Opened as Opened
from dothi.feedback.services.sealed.inside import SealedChanged as SealedChanged
from dothi.feedback.services.sealed.inside import SeatTaken as SeatTaken
from dothi.feedback.services.sealed.inside import WeakPassphrase as WeakPassphrase
from dothi.feedback.services.sealed.inside import WrongPassphrase as WrongPassphrase
from dothi.feedback.services.sealed.nights import blur_sealed as blur_sealed
from dothi.feedback.services.sealed.nights import tend_sealed as tend_sealed
from dothi.feedback.services.sealed.public import citizen_adds_sealed as citizen_adds_sealed
from dothi.feedback.services.sealed.public import citizen_sealed_thread as citizen_sealed_thread
from dothi.feedback.services.sealed.public import submit_sealed as submit_sealed
from dothi.feedback.services.sealed.seats import Enrolled as Enrolled
from dothi.feedback.services.sealed.seats import enrol_holder as enrol_holder
from dothi.feedback.services.sealed.seats import hand_over_seat as hand_over_seat
from dothi.feedback.services.sealed.seats import holder_left as holder_left
from dothi.feedback.services.sealed.seats import withdraw_successor as withdraw_successor
