"""Questions about items of hotline 1022."""

from collections.abc import Collection
from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery

from dothi.feedback.choices import Act
from dothi.feedback.models import Delivered, Move, Ticket
from dothi.feedback.selectors.tracking import dressed

SOURCE = "1022"


def known_codes(codes: Collection[str]) -> set[str]:
    """Which of these numbers of 1022 are here already."""
    wanted = {code.strip() for code in codes}
    rows = Ticket.objects.filter(source=SOURCE, source_ref__in=wanted)
    return set(rows.values_list("source_ref", flat=True))


def results(*, since: date | None = None, all_of_them: bool = False) -> QuerySet[Ticket]:
    """Items of 1022 that came to an end, the oldest first; without `all_of_them` those whose
    result was not delivered as it stands now."""
    delivered = Delivered.objects.filter(ticket=OuterRef("pk"), closed_at=OuterRef("closed_at"),
                                         state=OuterRef("state"))  # fmt: skip
    why = Move.objects.filter(
        ticket=OuterRef("pk"), act__in=[Act.REJECT, Act.TRANSFER], now=OuterRef("state")
    ).order_by("-id")
    rows = (
        dressed()
        .filter(source=SOURCE, closed_at__isnull=False)
        .annotate(why=Subquery(why.values("reason")[:1]))
        .annotate(delivered_at=Subquery(delivered.values("at")[:1]))
    )
    if since is not None:
        rows = rows.filter(closed_at__date__gte=since)
    if not all_of_them:
        rows = rows.filter(delivered_at=None)
    return rows.order_by(F("closed_at"), "id")


def answer_of(ticket: Ticket) -> str:
    """What the caller is told: the result, or why there is none."""
    if ticket.answer:
        return ticket.answer
    if ticket.merged_into is not None:
        return ticket.merged_into.answer
    return getattr(ticket, "why", None) or ""
