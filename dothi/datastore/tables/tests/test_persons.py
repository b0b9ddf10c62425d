"""Values that name a person are compared as they are meant, in Python as in DuckDB."""

import duckdb
import pytest

from dothi.datastore.tables.choices import PersonBy
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.persons import hashed


@pytest.mark.parametrize(
    ("by", "written", "meant"),
    [
        (PersonBy.EMAIL, " A@B.vn ", "a@b.vn"),
        (PersonBy.PHONE, "+84 912 000 333", "0912.000.333"),
        (PersonBy.NUMBER, "079 085 000 123", "079085000123"),
    ],
)
def test_a_value_has_one_hash_however_it_is_written(by: PersonBy, written: str, meant: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("set variable person_key = ?", ["key"])
        question = f"select {sql.person('value', by)} from (select ? as value)"
        [found] = connection.execute(question, [written]).fetchall()
    assert found[0] == hashed(by, written, key="key") == hashed(by, meant, key="key")
    assert found[0] != hashed(by, meant, key="other")
