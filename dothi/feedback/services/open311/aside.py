"""What is put aside: with its reason, its original and the fields to correct; and taken later."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from dothi.feedback.choices import ImportKind
from dothi.feedback.models import Ticket
from dothi.feedback.services import quarantine
from dothi.feedback.services.moving import Actor
from dothi.feedback.services.open311.placing import SOURCE, Plan, category_of, placed
from dothi.feedback.services.open311.rows import write_all
from dothi.feedback.services.quarantine import Fault, RowFault
from dothi.lib.georeport import NO_DATE, NOTHING, Dirty, Raw

_RAW = (
    "service_request_id", "status", "service_code", "service_name", "description", "address",
    "lat", "long", "requested_datetime", "updated_datetime", "status_notes",
)  # fmt: skip


def fault_of(line: int, raw: Raw, error: Dirty, plan: Plan) -> Fault:
    category = category_of(raw, plan)
    number = raw.first("service_request_id", "id")
    fields = {name: raw.first(*_also(name), nothing=_nothing(name)) for name in _RAW}
    return Fault(
        line=line,
        fault=error.fault,
        reason=sentence_of(error.fault, error.value),
        original=raw.original,
        external_id=external(plan.source, number) if number else "",
        fields={
            **fields,
            "category": category.code if category else "",
            "unit": "",
            "source": plan.source,
            "language": plan.language,
            "words_are_public": "yes" if plan.words_are_public else "no",
        },
    )


def _also(name: str) -> tuple[str, ...]:
    return {"long": ("long", "lon", "lng"), "service_request_id": ("service_request_id", "id")}.get(
        name, (name,)
    )


def _nothing(name: str) -> frozenset[str]:
    """What says nothing in this field: `true` is no date, and zero no place."""
    return NO_DATE if name in {"lat", "long", "requested_datetime", "updated_datetime"} else NOTHING


def external(source: str, number: str) -> str:
    return f"{source}/{number}"


def sentence_of(fault: str, value: str = "") -> str:
    """Why a record was put aside, for whoever corrects it."""
    sentences = {
        "no_record": _("This is no request: it has no fields."),
        "no_id": _("It has no number, so it could be taken twice. Please give it one."),
        "no_status": _("It is neither open nor closed."),
        "no_date": _("Nobody can tell when it came in."),
        "in_the_future": _("It came in at a time that has not come yet."),
        "closed_without_date": _("It is closed, and nobody can tell since when."),
        "dates_reversed": _("It was closed before it came in."),
        "unknown_service": _("No subject of ours belongs to its service."),
        "no_place": _("It has no place. Please give a place (lat, long) or a unit."),
        "outside": _("Its place is in none of our units."),
        "unknown_unit": _("No unit in force has this code."),
    }
    sentence = sentences[fault]
    return f"{sentence} ({value[:120]})" if value else sentence


@quarantine.takes(ImportKind.OPEN311)
def take_corrected(fields: Mapping[str, str], by: Actor, at: datetime) -> Ticket:
    """Take over one corrected record. Raises RowFault where it still cannot be."""
    raw = Raw(original="", values={name: (value,) for name, value in fields.items()})
    plan = Plan(
        source=fields.get("source") or SOURCE,
        words_are_public=fields.get("words_are_public") == "yes",
        language=fields.get("language") or settings.LANGUAGE_CODE,
    )
    number = raw.first("service_request_id", "id")
    here = Ticket.objects.filter(source=plan.source, source_ref=number).first() if number else None
    if here is not None:
        return here
    try:
        taken = placed(
            raw, plan=plan, at=at, unit=raw.first("unit"), category=raw.first("category")
        )
    except Dirty as error:
        raise RowFault(error.fault, sentence_of(error.fault, error.value)) from error
    [ticket] = write_all([taken], run=None, plan=plan, by=by, at=at)
    return ticket
