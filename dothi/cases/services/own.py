"""What people do with the own dossiers beside the acts: keep them on the own page."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import selectors
from dothi.cases.choices import Part
from dothi.cases.models import Dossier, Party
from dothi.cases.services.refusals import NotYours
from dothi.core.audit.services import record


@transaction.atomic
def claim(*, dossier: Dossier, account: User, at: datetime) -> bool:
    """Put a dossier on the own page, for who knows its secret. False: it is there already.

    The mark stands with whoever acted: the agent where there is one.

    Raises:
        NotYours: it is on the page of somebody else.
    """
    mark = selectors.account_hash(account)
    parties = {row.part: row for row in Party.objects.select_for_update().filter(dossier=dossier)}
    party = parties.get(Part.AGENT) or parties[Part.APPLICANT]
    if party.account_hash == mark:
        return False
    if party.account_hash:
        raise NotYours(_("This dossier is on the page of another account."))
    party.account_hash = mark
    party.save(update_fields=["account_hash"])
    record("cases.claim", subject=dossier.subject, by=account.actor, at=at)
    return True
