"""One question to versions, by the engine that the house has chosen."""

from datetime import timedelta
from typing import Any

import ibis
import pyarrow as pa
import pytest
from django.core.exceptions import ImproperlyConfigured

from dothi.config import env
from dothi.datastore.tables import selectors
from dothi.datastore.tables.ports import spark
from dothi.datastore.tables.rules.columns import SchemaRefused
from dothi.datastore.tables.tests.factories import NOON, published, reports

REPORTS = ibis.table({"unit": "string", "received_at": "timestamp('UTC')"}, name="reports")
MOMENT = ibis.table({"at": "timestamp('UTC')"}, name="moment")


@pytest.mark.django_db(transaction=True)
def test_a_question_is_answered_from_the_versions_it_names() -> None:
    first = published(reports(*range(32)), run="one")
    second = published(reports(*range(16)), run="two")
    rows = REPORTS.filter(REPORTS.received_at <= MOMENT.at.as_scalar())
    question = rows.group_by("unit").agg(n=rows.count(), last=rows.received_at.max())
    until = pa.array([NOON + timedelta(minutes=19)], pa.timestamp("us", tz="UTC"))
    moment = {"moment": pa.table({"at": until})}

    def by_unit(version: Any) -> dict[str, int]:
        found = selectors.answer(question, {"reports": version}, rows=moment)
        assert found.schema.field("last").type == pa.timestamp("us", tz="UTC")
        return {row["unit"]: row["n"] for row in found.to_pylist()}

    assert by_unit(first) == {f"w{n}": 2 if n < 3 else 1 for n in range(16)}
    assert by_unit(second) == {f"w{n}": 1 for n in range(16)}


@pytest.mark.django_db(transaction=True)
def test_a_question_for_a_column_that_is_not_there_is_refused_by_its_name() -> None:
    version = published(reports(1), run="one")
    other = ibis.table({"colour": "string"}, name="reports")
    with pytest.raises(SchemaRefused, match="missing: colour"):
        selectors.answer(other.distinct(), {"reports": version})


@pytest.mark.django_db(transaction=True)
def test_an_engine_that_is_away_says_what_to_do_and_keeps_its_token(settings: Any) -> None:
    version = published(reports(1), run="one")
    settings.STORE_ENGINE = "sc://127.0.0.1:9/;token=do-not-show"
    with pytest.raises(selectors.EngineAway) as refused:
        selectors.answer(REPORTS.distinct(), {"reports": version})
    assert str(refused.value) == (
        "The store's engine at sc://127.0.0.1:9 cannot be reached: "
        "start it, or set STORE_ENGINE to duckdb://"
    )


@pytest.mark.parametrize("given", ["duckdb:///tmp/a.db", "spark://h:1", "sc://", "sc://h:x", "sc"])
def test_a_wrong_engine_stops_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("STORE_ENGINE", given)
    with pytest.raises(ImproperlyConfigured, match="write duckdb://, or sc://host:port"):
        env.engine("STORE_ENGINE", "duckdb://")


def test_the_usual_port_need_not_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_ENGINE", "sc://spark.example.vn")
    assert spark.place(env.engine("STORE_ENGINE", "duckdb://")) == ("spark.example.vn", 15002)
