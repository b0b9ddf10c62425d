"""Tell portals what is done with dossiers, once for each change, and take in those sent in there.

The network is never used inside a transaction: take a line of the ledger, send, write down. A
dossier's lines go out in their order; one that the portal does not take lets the next one pass.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dothi.cases import ports
from dothi.cases.choices import Origin, Sent
from dothi.cases.models import Agency, Arrival, Dossier, Move, Telling
from dothi.cases.ports import Arriving, NotSent, NotTaken, Portal
from dothi.cases.services import records
from dothi.cases.services.applying import Application, Given, Person
from dothi.cases.services.intake import submit
from dothi.cases.services.refusals import NoAgency, Refused
from dothi.core.access.services import opened
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.attachments.services import take
from dothi.core.transactions import joined
from dothi.lib import national_portal

logger = logging.getLogger(__name__)
SERVICES = (national_portal.SYNC, national_portal.PROGRESS)
RETRIES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=6), timedelta(hours=12), timedelta(days=1),
)  # fmt: skip
# Who died with a line in hand may have sent it; after this it is sent again.
IN_HAND = timedelta(minutes=10)
LOOKS_BACK = timedelta(days=7)
AT_ONCE = 500
PURPOSE = "Đồng bộ hồ sơ với Cổng Dịch vụ công quốc gia"
FIELDS = ("name", "citizen_id", "phone", "email", "summary", "reason")


def actor_of(portal: str) -> str:
    """How audit and access name a portal."""
    return f"portal:{portal}"


# --- Telling -------------------------------------------------------------------------------------


@joined
def note_move(*, code: str, move: int, at: datetime) -> None:
    """Put a move into the ledger of every portal that this house speaks with; twice is once."""
    for portal in ports.open_portals():
        dossier = Dossier.objects.only("pk").get(code=code)
        Telling.objects.bulk_create(
            [
                Telling(portal=portal, dossier=dossier, move=move, service=service, next_try_at=at)
                for service in SERVICES
            ],
            ignore_conflicts=True,
        )


def tell_portals(*, at: datetime) -> int:
    """Send what is due to each portal. Return how many lines were sent."""
    return sum(_tell(name, at=at) for name in ports.open_portals())


def _tell(name: str, *, at: datetime) -> int:
    lines = Telling.objects.filter(portal=name, state=Sent.WAITING).order_by("id")[:AT_ONCE]
    sent, held = 0, set[int]()
    with ports.portals[name].way() as portal:
        for line in lines.select_related("dossier"):
            if line.dossier_id in held or line.next_try_at > at or not _take(line, at=at):
                held.add(line.dossier_id)  # Its later lines wait for this one.
                continue
            try:
                sent += _send(portal, line, at=at)
            except NotSent as error:
                _later(line, str(error), at=at)
                break  # Nor would it take the others now.
    return sent


def _take(line: Telling, *, at: datetime) -> bool:
    """Take a line in hand, unless another worker has it."""
    mine = Telling.objects.filter(pk=line.pk, state=Sent.WAITING, next_try_at=line.next_try_at)
    return bool(mine.update(next_try_at=at + IN_HAND))


def _send(portal: Portal, line: Telling, *, at: datetime) -> bool:
    updating = line.dossier.origin == Origin.NATIONAL or _was_told(line)
    try:
        portal.send(line.service, _record(line, at=at), updating=updating)
    except NotTaken as error:
        logger.warning("%s does not take line %s: %s", line.portal, line.pk, error)
        _write(line, state=Sent.REFUSED, attempts=line.attempts + 1, error=str(error)[:300])
        return False
    _write(line, state=Sent.SENT, attempts=line.attempts + 1, sent_at=at, error="")
    return True


def _was_told(line: Telling) -> bool:
    told = Telling.objects.filter(
        portal=line.portal, dossier=line.dossier, service=national_portal.SYNC, state=Sent.SENT
    )
    return told.exists()


@transaction.atomic
def _record(line: Telling, *, at: datetime) -> dict[str, Any]:
    """What is sent: the dossier as it stands now. That it leaves the house is noted first."""
    opened(
        record=line.dossier.subject, by=actor_of(line.portal), at=at, purpose=PURPOSE,
        fields=FIELDS,
    )  # fmt: skip
    if line.service == national_portal.SYNC:
        return national_portal.case_record(records.case_of(line.dossier))
    move = Move.objects.get(pk=line.move)
    return national_portal.step_record(records.step_of(line.dossier, move))


def _later(line: Telling, error: str, *, at: datetime) -> None:
    tries = line.attempts + 1
    logger.warning("%s: line %s later: %s", line.portal, line.pk, error)
    if tries > len(RETRIES):
        _write(line, state=Sent.FAILED, attempts=tries, error=error[:300])
    else:
        _write(line, attempts=tries, next_try_at=at + RETRIES[tries - 1], error=error[:300])


def _write(line: Telling, **new: Any) -> None:
    Telling.objects.filter(pk=line.pk).update(**new)


# --- Taking in -----------------------------------------------------------------------------------


def take_arrivals(*, at: datetime) -> int:
    """Take in what was sent in on portals. Return how many dossiers came in.

    What cannot be taken in is noted with why, and tried again as long as the portal names it.
    """
    return sum(_take_from(name, at=at) for name in ports.open_portals())


def _take_from(name: str, *, at: datetime) -> int:
    came = 0
    try:
        with ports.portals[name].way() as portal:
            for one in portal.arrivals(
                since=at - LOOKS_BACK, until=at, known=lambda ref: _is_known(name, ref)
            ):
                came += _take_in(name, one, at=at)
    except NotSent as error:
        logger.warning("%s was not asked for arrivals: %s", name, error)
    return came


def _is_known(portal: str, ref: str) -> bool:
    return Dossier.objects.filter(source=portal, source_ref=ref).exists()


def _take_in(portal: str, one: Arriving, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            _submit(portal, one, at=at)
            Arrival.objects.filter(portal=portal, ref=one.ref).delete()
    except (Refused, FileRefused) as error:
        Arrival.objects.update_or_create(
            portal=portal,
            ref=one.ref,
            defaults={"error": error.message[:300], "last_at": at},
            create_defaults={"error": error.message[:300], "first_at": at, "last_at": at},
        )
        return False
    return True


def _submit(portal: str, one: Arriving, *, at: datetime) -> None:
    agency = (
        Agency.objects.filter(code=one.agency, valid_to=None).select_related("unit").first()
    )  # fmt: skip
    if agency is None:
        raise NoAgency
    by = actor_of(portal)
    papers = [
        Given(
            code=file.paper,
            name=file.name,
            files=[take(file=file.content, name=file.name, by=by, at=at).attachment.code],
        )
        for file in one.files
    ]
    submit(
        application=Application(
            procedure=one.procedure,
            unit=agency.unit,
            applicant=Person(
                name=one.name,
                kind=one.kind,
                citizen_id=one.number if len(one.number) == 12 else "",
                tax_code=one.number if len(one.number) in {10, 14} else "",
                email=one.email,
                phone=one.phone,
            ),
            answers={},
            papers=papers,
            summary=one.summary,
        ),
        origin=Origin.NATIONAL,
        by=by,
        at=at,
        source=portal,
        source_ref=one.ref,
    )
