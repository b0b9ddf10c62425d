"""What the office sets: agencies that receive dossiers, and figures with a day."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from dothi.cases.choices import Parameter
from dothi.cases.models import Agency, Setting
from dothi.core.audit.services import record
from dothi.core.verbs.frame import hold_from
from dothi.units.models import Unit


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
    """Set a figure from a day on; the one before ends there."""
    row = hold_from(
        Setting.objects.all(), valid_from, of={"parameter": parameter},
        values={"value": value, "source": source},
    )  # fmt: skip
    record("cases.set_parameter", subject=f"cases.setting:{parameter}", by=by, at=at, value=value)
    return row
