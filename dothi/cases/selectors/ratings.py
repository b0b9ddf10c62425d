"""How applicants rated what was done for them: counted, and in their words."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from dothi.accounts.models import User
from dothi.cases.models import Dossier
from dothi.cases.selectors.desk import dossiers_seen_by
from dothi.procedures import selectors as procedures
from dothi.procedures import wording

FEW = 2  # Stars that count as not content (QĐ 766/QĐ-TTg, 5.4).
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """The ratings of one procedure at one unit in a period."""

    procedure: str
    name: str
    unit: str
    returned: int
    rated: int
    mean: float | None
    low: int

    @property
    def share(self) -> int:
        """How many of 100 that got their result rated it."""
        return round(100 * self.rated / self.returned) if self.returned else 0


def ratings_seen_by(user: User, *, since: date, until: date, on: date) -> list[Ratings]:
    """By procedure and deciding unit, of dossiers given back in the days, the worst first."""
    rows = (
        _given(user, since=since, until=until, on=on)
        .values("procedure", "version", "unit__name_vi", "unit__name_en")
        .order_by("procedure", "unit__name_vi")
        .annotate(
            returned=Count("id"), rated=Count("rating"), mean=Avg("rating"),
            low=Count("id", filter=Q(rating__lte=FEW)),
        )
    )  # fmt: skip
    found = [_summed(rows_of) for rows_of in _grouped(list(rows)).values()]
    return sorted(found, key=lambda one: (one.mean is None, one.mean or 0.0, one.procedure))


def _grouped(rows: list[dict[str, object]]) -> dict[tuple[str, str], list[dict[str, object]]]:
    """Versions of a procedure at a unit together."""
    groups: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault((str(row["procedure"]), str(row["unit__name_vi"])), []).append(row)
    return groups


def _summed(rows: list[dict[str, object]]) -> Ratings:
    def whole(name: str) -> int:
        return sum(int(str(row[name])) for row in rows)

    rated = whole("rated")
    stars = sum(float(str(row["mean"])) * int(str(row["rated"])) for row in rows if row["rated"])
    language = "en" if get_language() == "en" else "vi"
    newest = max(int(str(row["version"])) for row in rows)
    return Ratings(
        procedure=str(rows[0]["procedure"]), name=wording.said(procedures.content_of(newest).name),
        unit=str(rows[0][f"unit__name_{language}"] or rows[0]["unit__name_vi"]),
        returned=whole("returned"), rated=rated,
        mean=round(stars / rated, 2) if rated else None, low=whole("low"),
    )  # fmt: skip


def comments_seen_by(user: User, *, since: date, until: date, on: date) -> list[Dossier]:
    """Dossiers with words beside their stars, the worst first. Opening them has to be noted."""
    rows = _given(user, since=since, until=until, on=on).exclude(rating_note="")
    return list(rows.order_by("rating", "-rated_at")[:MOST])


def _given(user: User, *, since: date, until: date, on: date) -> QuerySet[Dossier]:
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (since, until))
    rows = dossiers_seen_by(user, on=on).filter(returned_at__gte=start, returned_at__lt=end)
    return rows.exclude(returned_at=None)
