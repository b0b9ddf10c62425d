"""The news desk's figures of now and those of the store are the same."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.models import User
from dothi.datastore.catalogue.registry import datasets
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.ingestion import services as feeding
from dothi.portal import services
from dothi.portal.choices import State
from dothi.portal.tests.factories import MONDAY_9AM, publish_article, write_article
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
CODES = ("portal.published", "portal.waiting", "portal.readers", "portal.hours_to_publish")
FRIDAY = MONDAY_9AM + timedelta(days=4)


def test_both_runs_agree(
    unit: Unit, editor: User, leader: User, settings: Any, tmp_path: Path
) -> None:
    settings.STORE = tmp_path / "store"
    for days in (0, 31):
        at = FRIDAY - timedelta(days=days)
        read = publish_article(unit=unit, writer=editor, leader=leader, at=at)
        services.start_counter(page=read.code, count=90 + days)
    waits = write_article(unit=unit, by=editor)
    services.move(article=waits, to=State.REVIEW, by=editor, at=FRIDAY)
    for dataset in ("news-register", "news-revisions", "news-visits"):
        feeding.feed(datasets[dataset], at=FRIDAY)
    with indicators.Store() as store:
        for code in CODES:
            answer = store.run(indicators.find(code), at=FRIDAY)
            assert answer.parts == indicators.parts_now(code, at=FRIDAY), code
            assert answer.parts, code
