"""What was done cannot be changed, and who changes it all the same is found out."""

from argparse import Namespace
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from dothi.core.audit import services
from dothi.core.audit.choices import Fault
from dothi.core.audit.models import Entry, Seal
from dothi.run.commands import care

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    settings.KEYS = tmp_path / "keys"


@pytest.fixture
def chain() -> list[int]:
    for number in range(5):
        services.record("test.act", subject=f"t:{number}", by="system", at=NOON, number=number)
    assert services.seal() == 5
    return list(Entry.objects.order_by("id").values_list("id", flat=True))


def break_in(statement: str, *values: Any) -> None:
    """Do what only a superuser can: pass by the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement, values)


def faults() -> list[tuple[Fault, int]]:
    return [(f.fault, f.number) for f in services.verify(at=NOON).findings]


def test_an_untouched_trail_is_sound(chain: list[int]) -> None:
    report = services.verify(at=NOON)
    assert report.is_sound
    assert report.sealed == 5


@pytest.mark.parametrize(
    "change", ["update core_audit_entry set act='x'", "delete from core_audit_seal"]
)
def test_the_database_refuses_change(chain: list[int], change: str) -> None:
    with pytest.raises(ProgrammingError, match="Cannot"), connection.cursor() as cursor:
        cursor.execute(change)


def test_an_altered_row_is_found(chain: list[int]) -> None:
    break_in("update core_audit_entry set details = '{}' where id = %s", chain[2])
    assert faults() == [(Fault.ALTERED, chain[2])]


def test_a_removed_row_is_found(chain: list[int]) -> None:
    break_in("delete from core_audit_entry where id = %s", chain[1])
    assert faults() == [(Fault.MISSING, chain[1])]


def test_a_row_removed_with_its_seal_is_found(chain: list[int]) -> None:
    break_in("delete from core_audit_entry where id = %s", chain[1])
    break_in("delete from core_audit_seal where entry_id = %s", chain[1])
    assert {fault for fault, _ in faults()} == {Fault.BROKEN}


def test_a_row_slipped_in_is_found(chain: list[int]) -> None:
    break_in(
        "insert into core_audit_entry"
        " (id, xid, act, subject, actor, unit_code, reason, at, details)"
        " values (100000, 1, 'x', 'y', 'z', '', '', %s, '{}')",
        NOON,
    )
    assert faults() == [(Fault.INSERTED, 100000)]


def test_a_cut_end_is_found(chain: list[int]) -> None:
    services.publish_head(at=NOON)
    break_in("delete from core_audit_entry where id = %s", chain[4])
    break_in("delete from core_audit_seal where entry_id = %s", chain[4])
    assert faults() == [(Fault.TRUNCATED, 5)]


def test_a_cut_end_is_found_even_when_the_published_row_is_cut_too(chain: list[int]) -> None:
    services.publish_head(at=NOON)
    break_in("delete from core_audit_entry where id = %s", chain[4])
    break_in("delete from core_audit_seal where entry_id = %s", chain[4])
    break_in("delete from core_audit_dailyhead")
    assert faults() == [(Fault.TRUNCATED, 5)], "the file outside the database still says so"


def test_a_head_that_was_spoilt_is_found(chain: list[int]) -> None:
    services.publish_head(at=NOON)
    (services.heads_folder() / "2026-03-02.txt").write_text("nonsense", "utf-8")
    assert faults() == [(Fault.SPOILT, 20260302)]


def test_a_chain_made_anew_is_found_by_its_published_head(
    chain: list[int],
) -> None:
    """Who has the database but not the key can write a whole new chain, but not the old head."""
    services.publish_head(at=NOON)
    break_in("update core_audit_entry set act = 'forged' where id = %s", chain[0])
    break_in("delete from core_audit_seal")
    assert services.seal() == 5
    assert faults() == [(Fault.BROKEN, 5)]


def test_a_row_table_and_all_emptied_is_found(chain: list[int]) -> None:
    services.publish_head(at=NOON)
    break_in("truncate core_audit_entry, core_audit_seal")
    assert faults() == [(Fault.TRUNCATED, 5)]


def test_the_command_says_what_is_wrong_and_ends_with_a_mistake(
    chain: list[int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(care, "in_the_house", nullcontext)
    monkeypatch.setattr(care, "say", print)
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON)
    assert care.audit_verify(Namespace()) == 0
    assert "5 rows sealed, 0 faults" in capsys.readouterr().out
    break_in("update core_audit_entry set reason = 'x' where id = %s", chain[3])
    assert care.audit_verify(Namespace()) == 1
    assert f": {chain[3]}\n5 rows sealed, 1 faults" in capsys.readouterr().out


def test_a_row_kept_from_sealing_is_found(chain: list[int]) -> None:
    services.record("test.act", subject="t:late", by="system", at=NOON)
    assert services.verify(at=NOON + timedelta(minutes=1)).is_sound
    report = services.verify(at=NOON + timedelta(minutes=6))
    assert [f.fault for f in report.findings] == [Fault.UNSEALED]


def test_the_chain_goes_on_from_where_it_stood(chain: list[int]) -> None:
    services.record("test.act", subject="t:next", by="system", at=NOON)
    assert services.seal() == 1
    assert services.seal() == 0
    assert services.verify(at=NOON + timedelta(hours=1)).is_sound
    assert list(Seal.objects.order_by("place").values_list("place", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


def test_the_key_is_readable_by_its_owner_only(chain: list[int], settings: Any) -> None:
    path = Path(settings.KEYS) / "audit.key"
    assert path.stat().st_mode & 0o777 == 0o600
