"""What is done by the clock: blur when reports came, and tell the holders that some wait."""

import random
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.core.clock import local
from dothi.core.inbox import services as inbox
from dothi.feedback.models import Holder, SealedMessage, SealedReport
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors import sealed as questions

SEALED_DUTY = "feedback.sealed"
# Written anew, also the long values that PostgreSQL keeps apart: they have numbers, too.
_REWRITES = (
    (SealedReport, "received_on = received_on, citizen_key = citizen_key || ''::bytea"),
    (
        SealedMessage,
        "number = number, for_holders = for_holders || ''::bytea,"
        " for_citizen = for_citizen || ''::bytea",
    ),
)


@transaction.atomic
def blur_sealed() -> int:
    """Every hour: write all rows anew, in an order of chance and in one transaction.

    A row's transaction number tells when it was written, to the second, beside the event log; its
    place in the table tells what came before it. Afterwards neither does. Returns how many.
    """
    chance = random.SystemRandom()
    count = 0
    with connection.cursor() as cursor:
        for model, anew in _REWRITES:
            keys = list(model.objects.select_for_update().values_list("pk", flat=True))
            chance.shuffle(keys)
            for key in keys:
                cursor.execute(f"update {model._meta.db_table} set {anew} where id = %s", [key])
            count += len(keys)
    return count


@transaction.atomic
def tend_sealed(*, at: datetime) -> int:
    """Every night: tell the holders what waits. Returns how many reports wait for them."""
    waiting = questions.waiting().count()
    root = catalogue.current().root(on=local(at).date())
    for holder in Holder.objects.filter(seated_at__isnull=False, ended_at=None, gone_at=None):
        code = f"seat-{holder.seat}"
        if not waiting or root is None:
            inbox.close(kind=SEALED_DUTY, code=code)
            continue
        inbox.put(
            kind=SEALED_DUTY,
            code=code,
            title=_("Protected channel: %(count)d to read") % {"count": waiting},
            unit_code=root.code,
            role=Role.HOLDER,
            person_id=holder.user_id,
            due_at=None,
            group="received",
            url="/desk/feedback/sealed/",
            at=at,
        )
    return waiting
