"""Questions about sources: which there are, which are due, what came of them."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet

from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.sources.choices import State
from dothi.datastore.sources.models import Fetch, Source


def sources_seen_by(user: User, *, on: date) -> QuerySet[Source]:
    """The sources of the datasets that this person looks after, by title."""
    own = catalogue.datasets_kept_by(user, on=on).order_by().values("pk")
    return (
        Source.objects.filter(dataset__in=own)
        .select_related("dataset__unit", "dataset__contract")
        .order_by("title", "code")
    )


def source_seen_by(user: User, code: str, *, on: date) -> Source:
    """Raises Source.DoesNotExist when there is none that this person may see."""
    return sources_seen_by(user, on=on).get(code=code)


def source_of(code: str) -> Source:
    """Raises Source.DoesNotExist."""
    return Source.objects.select_related("dataset__unit", "dataset__contract").get(code=code)


def due(*, at: datetime) -> list[str]:
    """Codes of sources that are to be fetched, or that wait for a run of theirs."""
    is_due = Q(state=State.RUNNING, next_at__lte=at)
    return list(
        Source.objects.filter(is_due | ~Q(run=""))
        .order_by("next_at")
        .values_list("code", flat=True)
    )


def source_of_run(run: str) -> str | None:
    """The code of the source that brought a run and waits for it."""
    return Source.objects.filter(run=run).values_list("code", flat=True).first()


def fetches_of(source: Source) -> QuerySet[Fetch]:
    """Every try, newest first."""
    return source.fetches.order_by("-id")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who is written to about the deliveries of a source."""

    source: str
    address: str = field(repr=False)
    language: str


def contacts_of(dataset: str) -> list[Contact]:
    """Whom the steward named at the sources of a dataset that are not paused."""
    rows = Source.objects.filter(dataset__code=dataset).exclude(contact="")
    return [
        Contact(source=row.code, address=row.contact, language=row.contact_language)
        for row in rows.exclude(state=State.PAUSED).order_by("code")
    ]


def began(number: int) -> datetime | None:
    """When a try began; None where it was forgotten."""
    return Fetch.objects.filter(pk=number).values_list("at", flat=True).first()


def names_of_secrets(source: Source) -> set[str]:
    """Which secrets are set; never what they are."""
    return set(source.secrets.values_list("name", flat=True))
