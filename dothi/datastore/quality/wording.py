"""Checks and refusals in sentences, in the active language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dothi.core.clock import local
from dothi.datastore.catalogue.choices import Comparison, Rhythm
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion.wording import title
from dothi.datastore.quality import registry, services
from dothi.datastore.quality.choices import CheckKind, Outcome
from dothi.datastore.quality.models import Result
from dothi.datastore.quality.rules.expected import State


def asked(result: Result, contract: Contract | None) -> str:
    """What a check asks, as what should be so."""
    facts: dict[str, Any] = {
        **result.facts,
        "column": _title(contract, result.column),
    }
    match result.kind:
        case CheckKind.COMPARE:
            return _("“%(left)s” is %(how)s “%(right)s”") % {
                "left": _title(contract, facts["left"]),
                "how": Comparison(facts["how"]).label,
                "right": _title(contract, facts["right"]),
            }
        case CheckKind.KEY:
            names = ", ".join(_title(contract, name) for name in facts["key"])
            return _("“%(columns)s” tells all rows apart") % {"columns": names}
        case CheckKind.FRESH:
            rhythm = Rhythm(facts["rhythm"]).label
            return _("It is brought up to date in its rhythm: %(rhythm)s") % {"rhythm": rhythm}
        case CheckKind.RULE:
            return str(facts["title"])
        case CheckKind.CODE:
            known = registry.table_rules.get(facts["rule"])
            return str(known.title) if known is not None else str(facts["rule"])
    return _of_column(result.kind, facts)


def _of_column(kind: str, facts: Mapping[str, Any]) -> str:
    match kind:
        case CheckKind.COLUMN:
            return _("The column “%(column)s” is there") % facts
        case CheckKind.TYPE:
            return _("“%(column)s” is of the agreed type") % facts
        case CheckKind.REQUIRED:
            return _("“%(column)s” is never empty") % facts
        case CheckKind.MINIMUM:
            return _("“%(column)s” is at least %(bound)s") % facts
        case CheckKind.MAXIMUM:
            return _("“%(column)s” is at most %(bound)s") % facts
        case CheckKind.PATTERN:
            return _("“%(column)s” is written as agreed") % facts
        case CheckKind.ALLOWED:
            return _("“%(column)s” is one of the agreed values") % facts
        case CheckKind.LENGTH:
            return _("“%(column)s” has at most %(most)s signs") % facts
        case CheckKind.UNIQUE:
            return _("No value of “%(column)s” comes twice") % facts
        case CheckKind.REFERENCE:
            return _("“%(column)s” is known in the dataset “%(dataset)s”") % facts
        case CheckKind.VOLUME:
            return _("It has about as many rows as usual")
        case CheckKind.DRIFT:
            return _("The values of “%(column)s” are spread as before") % facts
    raise AssertionError(kind)


def found(result: Result) -> str:
    """What a check found; empty where it passed and there is nothing to add."""
    if result.outcome == Outcome.UNASKED:
        return _unasked(str(result.facts.get("fault", "")))
    match result.kind:
        case CheckKind.DRIFT:
            return _("index %(distance)s against version %(against)s") % {
                "distance": formats.number_format(result.facts["distance"], 2),
                "against": result.facts["against"],
            }
        case CheckKind.VOLUME:
            return _("%(rows)s rows; before: %(before)s") % {
                "rows": _number(result.facts["rows"]),
                "before": "; ".join(_number(one) for one in result.facts["before"]),
            }
        case CheckKind.FRESH:
            since = local(datetime.fromisoformat(result.facts["since"]))
            moment = formats.date_format(since, "SHORT_DATETIME_FORMAT")
            return _("up to date since %(moment)s") % {"moment": moment}
        case CheckKind.COLUMN | CheckKind.TYPE:
            return ""
    if result.outcome == Outcome.PASSED:
        return ""
    return ngettext(
        "%(failing)s of %(among)s does not", "%(failing)s of %(among)s do not", result.failing
    ) % {"failing": _number(result.failing), "among": _number(result.among)}


def _number(value: int) -> str:
    return str(formats.number_format(value, force_grouping=True))


def _unasked(fault: str) -> str:
    match fault:
        case "no_version":
            return _("the other dataset has no version yet")
        case "no_column":
            return _("a column that it reads is not there any more")
    return _("it breaks off (%(fault)s)") % {"fault": fault}


def _title(contract: Contract | None, name: str) -> str:
    field = contract.by_name().get(name) if contract is not None else None
    return title(field) if field is not None else name


def refusal(error: services.Refused) -> str:
    """Why a verb did nothing, and what can be done."""
    match error:
        case services.ReasonMissing():
            return _("Please give a reason: others have to understand it.")
        case services.SettledAlready():
            return _("It was settled meanwhile. Please look at it again.")
        case services.EndedAlready():
            return _("The rule had been ended already.")
        case services.UnknownColumn():
            return _("“%(column)s” cannot be used here: it is not in the contract, it is personal, or it is no number to be summed.") % {"column": error.column}  # fmt: skip  # noqa: E501
    return _("This cannot be done now. Please look at it again.")


def delivery_state(state: State) -> str:
    match state:
        case State.MET:
            return _("came in time")
        case State.MET_LATE:
            return _("came late")
        case State.OVERDUE:
            return _("overdue")
        case State.SOON:
            return _("due soon")
        case State.COMING:
            return _("still to come")
