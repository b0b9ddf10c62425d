"""What every door for programs asks first: which dossier, which unit, and how a refusal is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from dothi.accounts import selectors as accounts
from dothi.accounts.bearer import MachineRequest, Problem
from dothi.cases import selectors, services
from dothi.cases.models import Dossier
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.clock import local
from dothi.units import selectors as units
from dothi.units.models import Unit

# Sent as it should be, and yet it cannot be done as things stand.
CLASHES = (
    services.NotAllowedNow, services.AskedBefore, services.NoExtension, services.NoResult,
    services.PapersMissing, services.StillAsked, services.LinkDoesNotOpen, services.RefusalNeeded,
    services.RefusalSigned,
)  # fmt: skip


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn what a verb refuses into a problem whose `code` a program can tell apart."""
    try:
        yield
    except services.NotYours as error:
        raise _told(403, error) from error
    except CLASHES as error:
        raise _told(409, error) from error
    except services.BadAnswers as error:
        faults: list[dict[str, Any]] = [
            {"field": ".".join(str(part) for part in one.path), "message": str(one.wrong.label)}
            for one in error.mistakes
        ]
        faults += [{"field": name, "message": "unknown"} for name in error.unknown]
        raise _told(422, error, faults=faults) from error
    except services.BadApplicant as error:
        faults = [{"field": f"applicant.{error.field}", "message": error.message}]
        raise _told(422, error, faults=faults) from error
    except services.Refused as error:
        raise _told(422, error) from error
    except FileRefused as error:
        raise Problem(422, str(error.refusal.label), code=f"file-{error.refusal.value}") from error


def _told(status: int, error: services.Refused, **more: Any) -> Problem:
    code = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    return Problem(status, error.message, code=code, **more)


def dossier_of(request: MachineRequest, code: str, *, at: datetime) -> Dossier:
    """The dossier, if this program may see it; what it may not see does not exist."""
    rows = selectors.dossiers_of_machine(
        request.auth, scopes=request.scopes, on=local(at).date()
    )  # fmt: skip
    found = rows.filter(code=code).first()
    if found is None:
        raise Problem(404, "There is no such dossier.")
    return found


def unit_of(request: MachineRequest, code: str, *, at: datetime) -> Unit:
    """A unit in force that the posts of the program reach."""
    on = local(at).date()
    try:
        unit = units.unit_of(code, on=on)
    except Unit.DoesNotExist as error:
        raise Problem(422, "There is no such unit today.", code="no-unit") from error
    if unit.pk not in accounts.standing(request.auth.user, on=on).unit_ids:
        raise Problem(403, "This program has no post in that unit.", code="not-your-unit")
    return unit


def purpose_of(text: str) -> str:
    purpose = text.strip()
    if not purpose:
        raise Problem(422, "Please say the purpose: the citizen reads it.", code="no-purpose")
    return purpose
