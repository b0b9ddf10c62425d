"""An upgrade loses nothing of what people keep: their filters moved into one table."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dothi.accounts.tests.factories import make_citizen
from dothi.core.worklists.models import SavedFilter

MOVES = {
    "cases": "0011_filters_of_all_worklists",
    "feedback": "0008_filters_of_all_worklists",
}


def rows(app: str) -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select user_id, name, query from {app}_savedfilter order by id")
        return list(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), MOVES.items())
def test_kept_filters_move_with_the_upgrade_and_back(app: str, name: str) -> None:
    lan, minh = make_citizen("cd-1"), make_citizen("cd-2")
    SavedFilter.objects.create(worklist=app, person_id=lan.pk, name="Trễ", query="show=late")
    SavedFilter.objects.create(worklist=app, person_id=minh.pk, name="Trễ", query="whose=mine")
    other = SavedFilter.objects.create(worklist="other", person_id=lan.pk, name="Trễ", query="q=a")
    move = import_module(f"dothi.{app}.migrations.{name}").Migration(name, app)
    before = MigrationExecutor(connection).loader.project_state(move.dependencies)

    with connection.schema_editor() as editor:
        move.unapply(before.clone(), editor)
    assert rows(app) == [(lan.pk, "Trễ", "show=late"), (minh.pk, "Trễ", "whose=mine")]
    assert list(SavedFilter.objects.all()) == [other]

    with connection.schema_editor() as editor:
        move.apply(before.clone(), editor)
    kept = SavedFilter.objects.filter(worklist=app).order_by("person_id")
    assert list(kept.values_list("person_id", "name", "query")) == [
        (lan.pk, "Trễ", "show=late"),
        (minh.pk, "Trễ", "whose=mine"),
    ]
    assert f"{app}_savedfilter" not in connection.introspection.table_names()
