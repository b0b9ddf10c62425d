"""An officer would not grant a request: those who sign are told, and sign the refusal first."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import permissions
from dothi.cases.choices import REFUSAL, Act, Power
from dothi.cases.models import Dossier, Result
from dothi.cases.registry import REFUSAL_ASKED
from dothi.cases.services import moving
from dothi.cases.services.refusals import NoSuchOutcome, NotYours, RefusalSigned
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import End


def ends_in_refusal(dossier: Dossier) -> bool:
    """Whether the step that a dossier is at may end with a refusal."""
    steps = procedures.content_of(dossier.version_id).steps
    here = (step for step in steps if step.code == dossier.step)
    return any(one.to == End.REFUSED for step in here for one in step.outcomes)


def is_refused(dossier: Dossier) -> bool:
    """Whether it is signed already that nothing is granted."""
    rows = Result.objects.filter(dossier=dossier, code=REFUSAL, revoked_at=None)
    return rows.filter(signed_at__isnull=False).exists()


@transaction.atomic
def ask_for_refusal(*, dossier: Dossier, by: User, at: datetime) -> int:
    """Tell who signs for the unit that it should be refused, once as it stands. Return to how many.

    The notice names no person and no reason: both stand in the dossier.

    Raises:
        NotYours: somebody else has the dossier.
        NoSuchOutcome: its step cannot end in a refusal.
        RefusalSigned: it is signed already.
        NotAllowedNow: nothing is signed in this status.
    """
    on = local(at).date()
    if not permissions.at_its_post(by, dossier, on=on):
        raise NotYours
    moving.check(dossier, Act.SIGN)
    if not ends_in_refusal(dossier):
        raise NoSuchOutcome
    if is_refused(dossier):
        raise RefusalSigned
    people = [
        one for one in accounts.who_may(Power.SIGN, dossier.unit, on=on)
        if permissions.may_sign(one, dossier, on=on)
    ]  # fmt: skip
    once = f"{dossier.code}:{dossier.changed_at.isoformat()}"
    for person in people:
        send(
            template=REFUSAL_ASKED.code,
            to=Recipient(channel=Channel.IN_APP, address=person.actor),
            context={
                "code": dossier.code,
                "procedure": moving.title_of(dossier),
                "url": f"{settings.PUBLIC_URL}{reverse('cases:sign_one', args=[dossier.code])}",
            },
            at=at,
            dedupe=f"{REFUSAL_ASKED.code}:{once}:{person.pk}",
        )
    record("cases.ask_for_refusal", subject=dossier.subject, by=by.actor, at=at)
    return len(people)
