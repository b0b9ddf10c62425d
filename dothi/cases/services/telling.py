"""Tell whoever applied, or acts for them, of every move: asked what is so now, told once."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import formats, translation

from dothi.cases import registry, selectors
from dothi.cases.choices import Act, News, Part, Status
from dothi.cases.models import Dossier, Move, Party, Posting, Supplement
from dothi.cases.selectors.tracking import LINK_LIVES, page_url
from dothi.core.clock import local
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.core.transactions import joined
from dothi.procedures import selectors as procedures

# Who has it inside the house is to be read on the page; it changes nothing for the applicant. Of a
# signature the mail about the end tells.
INSIDE = frozenset(
    {Act.ASSIGN, Act.RELEASE, Act.CONSULT, Act.CONSULTED, Act.HAND_OVER, Act.SEND_BACK, Act.SIGN}
)
# By which channel, and to which value of the party.
BY = {News.EMAIL: (Channel.EMAIL, "email"), News.SMS: (Channel.SMS, "phone")}


@joined
def tell_moves(*, moves: Sequence[int], at: datetime) -> int:
    """Write of moves by the channel that was chosen. Return how many were written of.

    Whoever chose the own page reads it there: it is made of the same moves. A short message says
    the number and what happened, no more: it lies open on a telephone, and its link opens nothing.
    """
    wanted = Move.objects.filter(pk__in=moves, dossier__news__in=sorted(BY)).order_by("id")
    told = wanted.exclude(act__in=sorted(INSIDE))
    return sum(_tell(step, at=at) for step in told)


def _tell(step: Move, *, at: datetime) -> bool:
    dossier = selectors.dossier_by_id(step.dossier_id)
    to = _recipient(dossier)
    if to is None:
        return False
    with translation.override(dossier.language):
        context = {
            "act": step.act,
            "code": dossier.code,
            "name": procedures.content_of(dossier.version_id).name.of(dossier.language),
            "state": str(Status(step.now).label),
            "unit": dossier.receiving_unit.name,
            "words": _words(dossier, step),
            "parcel": _parcel(dossier, step),
            "due": _moment(step.due_after),
            "before": _moment(step.due_before) if step.due_before != step.due_after else "",
            "link": selectors.tracking_url(dossier, at=at),
            "days": LINK_LIVES.days,
            "page": page_url("cases/", dossier.language),
        }
    notice = send(
        template=registry.NEWS.code,
        to=to,
        context=context,
        at=at,
        dedupe=f"cases:{step.pk}",
        about=dossier.subject,
    )
    return notice is not None


def _recipient(dossier: Dossier) -> Recipient | None:
    """Who is written to: whoever acts, else who applies, by the channel that was chosen."""
    found = BY.get(News(dossier.news))
    if found is None:
        return None
    channel, field = found
    rows = {row.part: getattr(row, field) for row in Party.objects.filter(dossier=dossier)}
    address = rows.get(Part.AGENT) or rows.get(Part.APPLICANT, "")
    if not address:
        return None
    return Recipient(channel=channel, address=address, language=dossier.language)


def _words(dossier: Dossier, step: Move) -> str:
    if step.act == Act.ASK:
        asked = Supplement.objects.filter(dossier=dossier).order_by("-id").first()
        return asked.what if asked else ""
    return step.reason if step.told else ""


def _parcel(dossier: Dossier, step: Move) -> str:
    """The number under which the result was sent by post."""
    if step.act != Act.GIVE:
        return ""
    sent = Posting.objects.filter(dossier=dossier, sent_at__isnull=False).first()
    return f"{sent.carrier} {sent.number}".strip() if sent else ""


def _moment(at: datetime | None) -> str:
    return str(formats.date_format(local(at), "DATETIME_FORMAT")) if at else ""
