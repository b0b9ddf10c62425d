"""What the public does: nothing of it leaves a trace but the sealed row."""

from datetime import datetime

from django.db import transaction

from dothi.core.clock import local
from dothi.core.crypto import sealed as boxes
from dothi.feedback import rules
from dothi.feedback.choices import Conduct
from dothi.feedback.models import SealedReport
from dothi.feedback.services import moving
from dothi.feedback.services.sealed import inside
from dothi.feedback.services.sealed.inside import Opened, SealedChanged
from dothi.lib import codes


@transaction.atomic
def submit_sealed(*, text: str, conduct: Conduct, at: datetime) -> str:
    """Take a report on conduct in office. Return the code by which its writer finds it again.

    Raises:
        ChannelClosed: there are not two holders. BadText: empty or too long.
    """
    words = moving.words(text, most=rules.SEALED_LENGTH)
    today = local(at).date()
    first, second = inside.pair(on=today)
    code = codes.secret()
    _private, public = boxes.key_from_code(rules.letters_of(code))
    report = SealedReport(
        code_hash=codes.hash_secret(code),
        citizen_key=public,
        conduct=Conduct(conduct).value,
        first=first,
        second=second,
        received_on=today,
    )
    report.save(force_insert=True)
    inside.seal(report, words, number=1, from_citizen=True, on=today)
    return code


def citizen_sealed_thread(*, code: str) -> list[Opened]:
    """The whole exchange, opened with nothing but the code.

    Raises:
        LinkDoesNotOpen: no report has this code. SealedChanged: somebody changed what is stored.
    """
    report, private = inside.by_code(code)
    return [
        inside.clear(message, _open(bytes(message.for_citizen), private, context))
        for message in report.messages.order_by("number")
        for context in (inside.context_of(message, report),)
    ]


@transaction.atomic
def citizen_adds_sealed(*, code: str, text: str, at: datetime) -> None:
    """The writer of a sealed report adds to it, or answers the holders."""
    words = moving.words(text, most=rules.SEALED_LENGTH)
    report, _private = inside.by_code(code, lock=True)
    number = inside.next_number(report)
    inside.seal(report, words, number=number, from_citizen=True, on=local(at).date())
    if report.closed_on is not None:
        SealedReport.objects.filter(pk=report.pk).update(closed_on=None)


def _open(box: bytes, private: bytes, context: str) -> str:
    try:
        return boxes.open_text(box, private=private, context=context)
    except boxes.CannotOpen as error:
        raise SealedChanged from error
