"""How datasets stand: the newest look at each, its answers, scores over time, incidents."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, F, QuerySet

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.quality import registry
from dothi.datastore.quality.models import CrossRule, Incident, Inspection, Result


def newest_looks(codes: Iterable[str]) -> dict[str, Inspection]:
    """The newest look at each dataset."""
    rows = Inspection.objects.filter(dataset__in=codes).order_by("dataset", "-id")
    return {row.dataset: row for row in rows.distinct("dataset")}


def newest_look(code: str) -> Inspection | None:
    return Inspection.objects.filter(dataset=code).order_by("-id").first()


def answers_of(code: str, version: int) -> list[Result]:
    """The answers of the newest look at a version; none where nobody looked at it."""
    look = Inspection.objects.filter(dataset=code, version=version).order_by("-id").first()
    return list(look.results.order_by("id")) if look is not None else []


def results_of(look: Inspection) -> list[Result]:
    """What fails first, then what could not be asked, then the rest; each as it was asked."""
    order = {"failed": 0, "unasked": 1, "passed": 2}
    return sorted(look.results.order_by("id"), key=lambda one: order[one.outcome])


def scores(code: str, *, since: datetime) -> list[tuple[date, float]]:
    """The last score of each day, oldest first."""
    rows = Inspection.objects.filter(dataset=code, at__gte=since, score__isnull=False)
    days: dict[date, float] = {}
    for row in rows.order_by("id").only("at", "score"):
        days[local(row.at).date()] = row.score or 0.0
    return list(days.items())


def open_incidents(codes: Iterable[str]) -> dict[str, int]:
    """How many incidents of each dataset are open."""
    rows = Incident.objects.filter(dataset__in=codes, settled_at=None).order_by()
    return {row["dataset"]: row["n"] for row in rows.values("dataset").annotate(n=Count("id"))}


def incidents_of(code: str) -> QuerySet[Incident]:
    """Open ones first, then the last settled."""
    rows = Incident.objects.filter(dataset=code).select_related("result")
    return rows.order_by(F("settled_at").desc(nulls_first=True), "-id")


def incident_seen_by(user: User, pk: int, *, on: date) -> Incident:
    """Raises Incident.DoesNotExist when there is none that this person may see."""
    own = catalogue.datasets_kept_by(user, on=on).order_by().values("code")
    return Incident.objects.select_related("result").get(pk=pk, dataset__in=own)


def rules_of(code: str) -> QuerySet[CrossRule]:
    """The rules that hold, and those that read the dataset for another."""
    return CrossRule.objects.filter(dataset=code, ended_at=None).order_by("id")


def all_rules() -> QuerySet[CrossRule]:
    """Every rule that holds, for work that no person asks for."""
    return CrossRule.objects.filter(ended_at=None).order_by("id")


def readers_of(code: str) -> set[str]:
    """Datasets with a rule that reads this one: they are to be looked at when it changes."""
    stated = CrossRule.objects.filter(other=code, ended_at=None).values_list("dataset", flat=True)
    coded = {one.dataset for one in registry.table_rules.values() if code in one.reads}
    return ({*stated} | coded) - {code}
