"""Which units receive dossiers, and what the office has set."""

from datetime import date

from django.db.models import QuerySet

from dothi.accounts.models import in_force
from dothi.cases import rules
from dothi.cases.choices import Parameter
from dothi.cases.models import Agency, Setting
from dothi.cases.selectors.single import value_set


def receiving(*, on: date) -> QuerySet[Agency]:
    """The agencies that receive dossiers on a day, with their units."""
    return Agency.objects.filter(in_force(on)).select_related("unit").order_by("unit__code")


def setting(parameter: Parameter, *, on: date) -> int:
    """What holds on a day; what nobody has set is as `rules.DEFAULTS` says."""
    found = value_set(parameter, on=on)
    return rules.DEFAULTS[parameter] if found is None else found


def setting_row(parameter: Parameter, *, on: date) -> Setting | None:
    """What the office has set for a day, with its source; None: nothing."""
    rows = Setting.objects.filter(in_force(on), parameter=parameter)
    return rows.order_by("-valid_from").first()


def settings_made() -> QuerySet[Setting]:
    """Everything that was ever set, what holds latest first."""
    return Setting.objects.order_by("-valid_from", "parameter")
