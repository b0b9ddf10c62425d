"""The short ways to the database keep what the long ways keep."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, models, transaction

from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.core.clocks.models import Clock, ClockMark
from dothi.core.notices.models import Notice
from dothi.core.rows import append, columns, first
from dothi.core.transactions import joined

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def entry(**more: object) -> Entry:
    return Entry(**{"act": "a.b", "subject": "t:1", "actor": "system", "at": NOON, **more})


def test_an_appended_row_is_the_row_that_a_save_would_have_made() -> None:
    saved, appended = entry(details={"ở": [1, None]}), entry(details={"ở": [1, None]})
    saved.save()
    append(appended)
    assert appended.pk == saved.pk + 1
    columns = [field.attname for field in Entry._meta.local_concrete_fields if field.name != "id"]
    rows = Entry.objects.filter(pk__in=[saved.pk, appended.pk]).order_by("pk").values(*columns)
    assert rows[0] == rows[1]
    assert rows[0]["xid"] > 0, "what the database fills in is left to it"


def test_an_appended_row_is_changed_and_not_inserted_again_by_a_save() -> None:
    notice = Notice(
        template="t", channel="email", address="lan@example.org", address_hash="h", subject="a",
        text="b", language="vi", dedupe="1", created_at=NOON, next_try_at=NOON,
    )  # fmt: skip
    append(notice)
    notice.attempts = 3
    notice.save()
    found = Notice.objects.get()
    assert (found.attempts, found.address) == (3, "lan@example.org")
    with connection.cursor() as cursor:
        cursor.execute("select address from core_notices_notice")
        row = cursor.fetchone()
    assert row is not None
    assert row[0].startswith("1."), "encrypted on this way too"


def test_a_key_to_a_row_of_the_same_transaction_is_set() -> None:
    clock = Clock(
        subject="t:1", kind="norm", name="answer", spec={}, started_at=NOON, counts_from=NOON,
        due_at=NOON, near_due_at=NOON,
    )  # fmt: skip
    append(clock)
    append(ClockMark(clock=clock, mark="started", at=NOON, due_after=NOON))
    assert clock.marks.get().clock_id == clock.pk


def test_a_refused_row_leaves_the_savepoint_usable() -> None:
    Notice.objects.bulk_create([_notice("1")])
    with pytest.raises(IntegrityError), transaction.atomic():
        append(_notice("1"))
    append(_notice("2"))
    assert Notice.objects.count() == 2


def test_a_row_of_a_savepoint_that_was_taken_back_is_gone() -> None:
    with transaction.atomic():
        append(entry(subject="t:gone"))
        transaction.set_rollback(True)
    assert not Entry.objects.filter(subject="t:gone").exists()


def test_no_row_that_is_appended_needs_what_only_a_save_does() -> None:
    """`append` asks no `pre_save`: no field that stamps itself may come this way."""
    for model in (Entry, Look, Clock, ClockMark, Notice):
        for field in model._meta.local_concrete_fields:
            assert not getattr(field, "auto_now", False), field
            assert not getattr(field, "auto_now_add", False), field
            assert not isinstance(field, models.FileField), field


@joined
def write_two(*, fail: bool = False) -> None:
    append(entry(subject="t:one"))
    if fail:
        raise ValueError("no")
    append(entry(subject="t:two"))


@pytest.mark.django_db(transaction=True)
def test_a_joined_verb_alone_is_a_transaction_of_its_own() -> None:
    with pytest.raises(ValueError, match="no"):
        write_two(fail=True)
    assert not Entry.objects.exists()
    write_two()
    assert Entry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_joined_verb_goes_with_the_transaction_around_it() -> None:
    with transaction.atomic():
        write_two()
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_joined_verb_sets_no_savepoint() -> None:
    """So what it wrote stays when its caller catches: it must refuse before it writes."""
    with transaction.atomic(), pytest.raises(ValueError, match="no"):
        write_two(fail=True)
    assert Entry.objects.count() == 1


def _notice(dedupe: str) -> Notice:
    return Notice(
        template="t", channel="email", address="a@example.org", address_hash="h", subject="a",
        text="b", language="vi", dedupe=dedupe, created_at=NOON, next_try_at=NOON,
    )  # fmt: skip


def test_a_row_read_by_a_statement_of_its_own_is_the_row_that_the_model_reads() -> None:
    kept = entry(details={"ở": [1, None]})
    kept.save()
    shown, table = columns(Entry, "one", without=("details",)), Entry._meta.db_table
    statement = (
        f"select {columns(Entry, 'one')}, {shown} from {table} one "
        f"left join {table} other on false where one.id = %s"
    )
    found = first(statement, [kept.pk], (Entry, ()), (Entry, ("details",)))
    assert found is not None
    whole, part = found
    usual = Entry.objects.get(pk=kept.pk)
    for field in Entry._meta.concrete_fields:
        assert getattr(whole, field.attname) == getattr(usual, field.attname), field.name
    assert part.get_deferred_fields() == {"details"}
    assert part.details == {"ở": [1, None]}, "what was left out is read when it is asked for"


def test_what_is_not_there_is_none_as_a_row_and_as_a_part_of_one() -> None:
    kept = entry()
    kept.save()
    table = Entry._meta.db_table
    statement = (
        f"select {columns(Entry, 'one')}, {columns(Entry, 'other')} from {table} one "
        f"left join {table} other on false where one.id = %s"
    )
    assert first(statement, [kept.pk + 1], (Entry, ()), (Entry, ())) is None
    found = first(statement, [kept.pk], (Entry, ()), (Entry, ()))
    assert found is not None
    assert found[1] is None
