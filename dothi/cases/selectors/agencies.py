"""Which units receive dossiers, and what the office has set."""

from datetime import date

from django.db.models import QuerySet

from dothi.accounts.models import in_force
from dothi.cases import rules
from dothi.cases.choices import Parameter
from dothi.cases.models import Agency, Setting
from dothi.units.models import Unit


def receiving(*, on: date) -> QuerySet[Agency]:
    """The agencies that receive dossiers on a day, with their units."""
    return Agency.objects.filter(in_force(on)).select_related("unit").order_by("unit__code")


def agency_of(unit: Unit, *, on: date) -> Agency | None:
    return receiving(on=on).filter(unit=unit).first()


def setting(parameter: Parameter, *, on: date) -> int:
    """What holds on a day; what nobody has set is as `rules.DEFAULTS` says."""
    row = Setting.objects.filter(in_force(on), parameter=parameter).order_by("-valid_from").first()
    return row.value if row else rules.DEFAULTS[parameter]
