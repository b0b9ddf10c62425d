"""What the office sets: agencies that receive dossiers, and figures with a day."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.cases import rules
from dothi.cases.choices import Parameter
from dothi.cases.models import Agency, Setting
from dothi.cases.services import moving
from dothi.cases.services.refusals import BadText
from dothi.core.audit.services import record
from dothi.core.verbs.frame import hold_from
from dothi.units.models import Unit

SOURCE_LENGTH = 300


@transaction.atomic
def set_agency(
    *, unit: Unit, code: str, name_vi: str, name_en: str, valid_from: date, by: str,
    at: datetime, **more: Any,
) -> Agency:  # fmt: skip
    """Say under which identifier a unit receives dossiers from a day on."""
    agency = hold_from(
        Agency.objects.all(), valid_from, of={"unit": unit},
        values={"code": code, "name_vi": name_vi, "name_en": name_en, **more},
    )  # fmt: skip
    record("cases.set_agency", subject=f"cases.agency:{code}", by=by, at=at, unit=unit.code)
    return agency


@transaction.atomic
def set_parameter(
    *, parameter: Parameter, value: int, source: str, valid_from: date, by: str, at: datetime
) -> Setting:
    """Set a figure from a day on; the one before ends there.

    Raises:
        BadText: it lies outside of `rules.BOUNDS`, or it is not said who decided it.
    """
    least, most = rules.BOUNDS[parameter]
    if not least <= value <= most:
        raise BadText(
            _("Please write a number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
    said = moving.words(source, most=SOURCE_LENGTH)
    row = hold_from(
        Setting.objects.all(), valid_from, of={"parameter": parameter},
        values={"value": value, "source": said},
    )  # fmt: skip
    record("cases.set_parameter", subject=f"cases.setting:{parameter}", by=by, at=at, value=value)
    return row
