"""Number what an indicator means, so that a series says where its meaning changed."""

import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation

from dothi.datastore.indicators.models import Definition
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors import figures, kept

SYSTEM = "system"


def define(indicator: Indicator, *, at: datetime, by: str = SYSTEM) -> Definition:
    """The definition of an indicator as it is now; a new number where it differs from the last."""
    words = _words(indicator)
    formula = figures.formula(indicator)
    expression = _digest([formula, indicator.scale, indicator.unit_of_measure])
    digest = _digest([expression, indicator.better, words])
    while True:
        last = kept.definition_now(indicator.code)
        if last is not None and last.digest == digest:
            return last
        try:
            with transaction.atomic():
                return Definition.objects.create(
                    indicator=indicator.code,
                    number=last.number + 1 if last else 1,
                    digest=digest,
                    expression_digest=expression,
                    formula=formula,
                    since=at,
                    scale=indicator.scale,
                    better=indicator.better,
                    unit_of_measure=indicator.unit_of_measure,
                    author=by,
                    **words,
                )
        except IntegrityError:  # Somebody numbered it meanwhile: look again.
            continue


def _words(indicator: Indicator) -> dict[str, str]:
    found = {}
    for language in ("vi", "en"):
        with translation.override(language):
            found[f"title_{language}"] = str(indicator.title)
            found[f"help_{language}"] = str(indicator.help)
    return found


def _digest(of: object) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()
