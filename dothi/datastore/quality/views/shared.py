"""What the pages of quality share: how a look and its answers are shown."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import formats

from dothi.accounts.http import SignedInRequest
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.quality import selectors, wording
from dothi.datastore.quality.choices import Dimension, Outcome, Severity
from dothi.datastore.quality.models import Inspection, Result

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

TONES = {Outcome.PASSED: "good", Outcome.FAILED: "late", Outcome.UNASKED: "paused"}
GRAVE = {Severity.STOP: "late", Severity.WARN: "near", Severity.NOTE: "stopped"}
TREND = timedelta(days=90)
GOOD, FAIR = 95, 80


def found_for(request: SignedInRequest, code: str, at: datetime) -> "Dataset":
    """The dataset, if this person looks after it; else there is none."""
    kept = catalogue.datasets_kept_by(request.user, on=at.date())
    dataset = kept.filter(code=code).first()
    if dataset is None:
        raise Http404
    return dataset


def tone(score: float | None) -> str:
    if score is None:
        return "stopped"
    return "good" if score >= GOOD else "near" if score >= FAIR else "late"


def percent(score: float | None) -> str:
    return "–" if score is None else f"{formats.number_format(score, 1)}\u00a0%"


def look_shown(look: Inspection) -> dict[str, Any]:
    """The score of a look and what it is made of."""
    return {
        "look": look,
        "score": percent(look.score),
        "tone": tone(look.score),
        "dimensions": [
            {
                "label": Dimension(name).label,
                "score": percent(score),
                "value": score,
                "tone": tone(score),
            }
            for name, score in look.dimensions.items()
        ],
    }


def result_shown(result: Result, contract: Contract | None) -> dict[str, Any]:
    return {
        "asked": wording.asked(result, contract),
        "found": wording.found(result),
        "dimension": Dimension(result.dimension).label,
        "severity": Severity(result.severity).label,
        "grave": GRAVE[Severity(result.severity)],
        "outcome": Outcome(result.outcome).label,
        "tone": TONES[Outcome(result.outcome)],
        "failed": result.outcome == Outcome.FAILED,
        "passed": result.outcome == Outcome.PASSED,
    }


def trend_of(code: str, at: datetime) -> list[tuple[str, float]]:
    return [
        (formats.date_format(day, "SHORT_DATE_FORMAT"), score)
        for day, score in selectors.scores(code, since=at - TREND)
    ]
