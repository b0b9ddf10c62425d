"""Results that go by post: where to, with whom, and under which number."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dothi.cases.models import Dossier, Posting
from dothi.cases.services.refusals import BadText
from dothi.lib import text_vi

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{4,39}")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is sent: the number by which it is followed, who carries it; the address where none is
    known, or another one was asked for."""

    number: str
    carrier: str = ""
    address: str = ""


def send(dossier: Dossier, parcel: Parcel, *, at: datetime) -> None:
    """Write down that the result was sent, in the transaction of `give`.

    Raises:
        BadText: there is no number, or no address.
    """
    number = "".join(parcel.number.split()).upper()
    if not _NUMBER.fullmatch(number):
        raise BadText(_("Please give the number of the parcel, with letters and digits."))
    row = Posting.objects.select_for_update().filter(dossier=dossier).first()
    address = text_vi.tidy(parcel.address)[:300] or (row.address if row else "")
    if not address:
        raise BadText(_("Please give the address to which it is sent."))
    row = row or Posting(dossier=dossier)
    row.address, row.number, row.sent_at = address, number, at
    row.carrier = text_vi.tidy(parcel.carrier)[:60]
    row.save()
