"""An applicant complains about how a dossier was handled."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.cases import ports
from dothi.cases.models import Complaint, Dossier
from dothi.cases.ports import Filed, Grievance, NotFiled
from dothi.cases.services import moving
from dothi.cases.services.refusals import BadText
from dothi.core.audit.services import record
from dothi.core.rows import append

LONGEST = 2000
AT_ONCE, WITHIN = 3, timedelta(days=1)


@transaction.atomic
def complain(
    *, dossier: Dossier, text: str, language: str, at: datetime, suggestion: bool = False
) -> Filed:
    """Open a complaint or a suggestion about a dossier, for the unit that decides.

    The event names codes alone.

    Raises:
        BadText: it says nothing or too much, or it was complained about often enough today.
    """
    words = moving.words(text, most=LONGEST)
    file = ports.complaints()
    if file is None:
        raise BadText(_("Complaints are not taken here."))
    Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if Complaint.objects.filter(dossier=dossier, made_at__gt=at - WITHIN).count() >= AT_ONCE:
        raise BadText(_("You complained about this dossier today. Please wait for the answer."))
    try:
        filed = file(
            Grievance(
                dossier=dossier.code,
                unit=dossier.unit.code,
                text=words,
                language=language,
                at=at,
                suggestion=suggestion,
            )  # fmt: skip
        )
    except NotFiled as refused:
        raise BadText(str(refused)) from refused
    append(Complaint(dossier=dossier, code=filed.code, made_at=at))
    record(
        "cases.complain", subject=dossier.subject, by="public", at=at, unit=dossier.unit.code,
        complaint=filed.code,
    )  # fmt: skip
    return filed
