"""When an applicant complains about a dossier, a report about the conduct of officers is opened.

A suggestion goes the same way under a title of its own: it may name officers as well.

It is routed, timed and answered like every other report; that its subject is conduct keeps it from
the public. The report names the dossier by its code and nobody by name.
"""

from django.utils.translation import gettext as _

from dothi.cases.ports import Filed, Grievance, NotFiled, take_complaints
from dothi.core.clock import local
from dothi.feedback import selectors as feedback
from dothi.feedback import services
from dothi.units import selectors as units
from dothi.units.models import Unit


def file_complaint(grievance: Grievance) -> Filed:
    """Open the report inside the transaction of the complaint.

    Raises:
        NotFiled: nobody takes such reports, or it cannot be placed.
    """
    on = local(grievance.at).date()
    heading = (
        _("Suggestion about dossier %(code)s")
        if grievance.suggestion
        else _("About dossier %(code)s")
    )
    subject = next(
        (one.code for one in feedback.catalogue.current().categories(on=on) if one.conduct), None
    )
    if subject is None:
        raise NotFiled(_("Complaints are not taken here."))
    try:
        done = services.submit(
            text=grievance.text,
            category=subject,
            place=None,
            unit=units.unit_of(grievance.unit, on=on),
            title=heading % {"code": grievance.dossier},
            language=grievance.language,
            at=grievance.at,
        )
    except Unit.DoesNotExist as gone:
        raise NotFiled(_("Complaints are not taken here.")) from gone
    except services.Refused as refused:
        raise NotFiled(refused.message) from refused
    return Filed(code=done.ticket.code, secret=done.secret)


take_complaints(file_complaint)
