"""Questions about hooks and what was sent to them."""

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from dothi.core.hooks.choices import Stage
from dothi.core.hooks.models import Hook, Message


def hooks_of(owner: str) -> QuerySet[Hook]:
    """The subscriptions of somebody that have not ended."""
    return Hook.objects.filter(owner=owner, ended_at=None).order_by("id")


def hooks_for(events: Collection[str]) -> dict[str, list[Hook]]:
    """Who wants to be told of such events, by the event, if the domain lets them: one question."""
    rows = list(Hook.objects.filter(ended_at=None, events__overlap=list(events)).order_by("id"))
    return {event: [row for row in rows if event in row.events] for event in events}


def messages_of(hook: Hook) -> QuerySet[Message]:
    return Message.objects.filter(hook=hook)


def counts(owners: Collection[str]) -> dict[str, tuple[int, int]]:
    """How many messages wait, and how many were given up, by owner."""
    rows = (
        Message.objects.filter(hook__owner__in=owners)
        .values("hook__owner")
        .annotate(
            waiting=Count("id", filter=Q(state=Stage.WAITING)),
            dead=Count("id", filter=Q(state=Stage.DEAD)),
        )
    )
    return {row["hook__owner"]: (row["waiting"], row["dead"]) for row in rows}
