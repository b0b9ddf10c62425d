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
    row = setting_row(parameter, on=on)
    return row.value if row else rules.DEFAULTS[parameter]


def setting_row(parameter: Parameter, *, on: date) -> Setting | None:
    """What the office has set for a day, with its source; None: nothing."""
    rows = Setting.objects.filter(in_force(on), parameter=parameter)
    return rows.order_by("-valid_from").first()


def settings_made() -> QuerySet[Setting]:
    """Everything that was ever set, what holds latest first."""
    return Setting.objects.order_by("-valid_from", "parameter")
