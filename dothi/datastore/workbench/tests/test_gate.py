"""What a question may be: a long list of escapes, each refused before the engine sees it."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dothi.datastore.workbench.choices import Fault
from dothi.datastore.workbench.rules import gate
from dothi.datastore.workbench.rules.gate import Place, Refused

PLACES = {"trees": Place(catalog="d0", table="data"), "cay-xanh": Place(catalog="d1", table="data")}
ALLOWED = {"d0.main.data", "d1.main.data"}

QUESTIONS = [
    "select species, count(*) from trees group by all order by 2 desc limit 5 offset 2",
    "from trees",
    "from trees select species",
    'with a as (select * from trees) select * from a join "cay-xanh" t on true',
    "with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select * from r",
    "select date_trunc('month', planted_at), avg(height) over (partition by species order by height"
    " rows between 1 preceding and current row) from trees",
    "select * exclude (a) from trees where x in (select y from \"cay-xanh\") and z like '1!%' "
    "escape '!'",
    "select a::date, try_cast(b as integer), extract(year from c), case when a then b else c end, "
    "strftime(d, '%Y'), d + interval 1 month, strip_accents(lower(e)), quantile_cont(f, 0.5), "
    "string_agg(g, ',' order by h), count(distinct i), round(j, 1), a // b, a % b, sum(k) "
    "filter (where k > 1), today(), date '2026-01-01', regexp_matches(e, '^x'), datediff('day', a, "
    "c), date_part('year', a), weekofyear(a), if(a, b, c), mode(x), stddev(x), arg_max(a, b) "
    "from trees",
    "select row_number() over w, lag(x, 1) over w from trees window w as (order by a)",
    "select distinct on (a) a, b from trees qualify row_number() over (partition by a) = 1",
    "select 1 union all select 2 order by 1",
    "(select 1)",
    "table trees",
]

ESCAPES = [
    # Files.
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_parquet('/**/*.parquet')",
    "select * from '/etc/passwd'",
    'select * from "/etc/passwd"',
    "select * from 'data.parquet'",
    "select * from glob('/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('x')",
    "select * from trees, read_csv('/etc/passwd')",
    "select * from trees join read_csv('/etc/passwd') on true",
    "select (select content from read_text('/etc/passwd'))",
    "select * from trees where species in (select column0 from read_csv('/etc/passwd'))",
    "with a as (select * from read_csv('/etc/passwd')) select * from a",
    "select * from (from read_csv('/etc/passwd'))",
    "select * from trees union all select * from read_csv('/etc/passwd')",
    "select * from query('select 1')",
    "select * from query_table('trees')",
    "select * from lateral (select * from read_csv('/etc/passwd'))",
    "select * from trees t, lateral read_csv(t.species)",
    "select * from read_blob(getvariable('x'))",
    # Statements.
    "copy trees to '/tmp/out.csv'",
    "copy (select * from trees) to '/tmp/out.csv'",
    "attach '/tmp/x.duckdb'",
    "attach '/tmp/x.duckdb' as x (type sqlite)",
    "install httpfs",
    "load httpfs",
    "pragma database_list",
    "set memory_limit = '100GB'",
    "reset memory_limit",
    "call pragma_version()",
    "export database '/tmp/x'",
    "import database '/tmp/x'",
    "create table x as select * from trees",
    "create macro f() as 1",
    "drop table trees",
    "insert into trees select * from trees",
    "update trees set height = 1",
    "delete from trees",
    "truncate trees",
    "alter table trees add column x int",
    "describe trees",
    "show tables",
    "summarize trees",
    "explain select 1",
    "explain analyze select * from trees",
    "use d0",
    "begin",
    "checkpoint",
    "vacuum",
    "prepare x as select 1",
    "execute x",
    "values (1)",
    "pivot trees on species",
    "unpivot trees on height into name x value y",
    # Two statements.
    "select 1; select 2",
    "select * from trees; copy trees to '/tmp/x'",
    "select 1;;drop table trees",
    "select 1 /* ; */ ; -- x\nattach '/tmp/x'",
    # What the engine tells of itself.
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from duckdb_databases",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_tables",
    "select * from pg_tables",
    "select * from sqlite_master",
    "select * from d1.main.data",
    "select * from d0.data",
    "select * from main.data",
    "select * from data",
    'select * from "d0"."main"."data"',
    "select * from system.main.duckdb_settings",
    "select getenv('HOME')",
    "select current_setting('temp_directory')",
    "select getvariable('token_key')",
    "select version()",
    "select current_user",
    "select current_database()",
    "select current_schemas(true)",
    "select nextval('x')",
    "select pg_backend_pid()",
    "select which_secret('x', 'y')",
    "select write_log('x')",
    "select parse_filename('x')",
    "select * from trees where getenv('HOME') is not null",
    "select sum(getenv('x')::int) over (order by current_setting('y')) from trees",
    "select case when true then getenv('HOME') end",
    "select * from trees order by getenv('HOME')",
    "select count(*) filter (where getenv('HOME') = '/') from trees",
    # Names of parts that do not reach as far as they pretend.
    "select * from (with a as (select 1) select * from a) x, a",
    "select * from a, (with a as (select 1) select * from a) x",
    "with a as (select * from b), b as (select 1) select * from a",
    "with a as (select * from a) select * from a",
    "select * from trees where exists (with pg_tables as (select 1) select 1) and "
    "exists (select 1 from pg_tables)",
    # Rows out of nothing, and what eats memory.
    "select * from range(1000000000)",
    "select * from generate_series(1, 1000000000)",
    "select unnest(range(1000000000))",
    "select repeat('x', 2000000000)",
    "select lpad('x', 2000000000, 'y')",
    "select range(1000000000)",
    "select list_transform([1], x -> x)",
    "select * from unnest([1, 2])",
    "select [1, 2]",
    "select {'a': 1}",
    "select columns('.*') from trees",
    "select * from trees using sample 5",
    "select * from trees tablesample 10%",
    "select * from trees limit (select 5)",
    "select * from trees at (version => 1)",
    "select * from trees for update",
    "select * from trees positional join read_csv('x')",
    # Parameters, other spellings of text, other ways to write.
    "select ?",
    "select $1",
    "select $name",
    "select e'\\x41'",
    "select $$text$$",
    "select 'a'::blob",
    "select cast('x' as regclass)",
    "select 'x'::\"species words\"",
    "select cast(1 as struct(a int))",
    "select * into x from trees",
    "select trees.getenv('HOME') from trees",
    "select system.main.getenv('HOME')",
    "select 'HOME'.getenv()",
    "select x.read_csv() from trees",
    "\0select 1",
    "select '\0'",
    "",
    " ; ",
    "-- nothing",
    "selec * from trees",
    "select * from trees where (",
    "select " + "(" * 2000 + "1" + ")" * 2000,
    "select 1" + "+1" * 6000,
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_plain_question_passes(question: str) -> None:
    text = gate.written(question, PLACES)
    assert _read_by_the_engine(text) <= ALLOWED


@pytest.mark.parametrize("question", ESCAPES)
def test_an_escape_is_refused(question: str) -> None:
    with pytest.raises(Refused):
        gate.written(question, PLACES)


def test_a_refusal_says_where() -> None:
    with pytest.raises(Refused) as refused:
        gate.written("select *\nfrom trees\njoin birds using (tree)", PLACES)
    found = refused.value
    assert (found.fault, found.word, found.line, found.column) == (
        Fault.UNKNOWN_TABLE, "birds", 3, 6,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        gate.tables_of("select species,\n  getenv('HOME') from trees")
    assert (refused.value.fault, refused.value.line, refused.value.column) == (
        Fault.FUNCTION, 2, 3,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        gate.tables_of("select *\nfrom trees where where x")
    assert (refused.value.fault, refused.value.line) == (Fault.NOT_SQL, 2)


def test_what_is_opened_is_what_is_named() -> None:
    asked = (
        'with a as (select * from x) select * from a, "y-z" as b, x where b.c in (from w select v)'
    )
    assert set(gate.tables_of(asked)) == {"x", "y-z", "w"}


def _read_by_the_engine(text: str) -> set[str]:
    """The tables that the engine itself finds in a text."""
    with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as connection:
        assert [one.type for one in connection.extract_statements(text)] == [
            duckdb.StatementType.SELECT
        ]
        return {
            name.split(" AS ")[0].replace('"', "")
            for name in connection.get_table_names(text, qualified=True)
        }


PIECES = [
    "select", "*", "from", "trees", '"cay-xanh"', "a", "b", "(", ")", ",", "with", "as", "where",
    "union all", "join", "on", "true", "read_csv('/etc/passwd')", "'/etc/passwd'", "count(*)", "=",
    "1", "'x'", "in", "exists", "lateral", "pg_tables", "d0.main.data", "recursive", ";",
    "order by", "limit", "group by all", "over", "getenv('HOME')", "unnest([1])", "x", ".", "--",
    "/*", "*/",
    "\n", "values (1)", "pivot", "::", "int", "not", "case when", "then", "end", "distinct", "$$",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_whatever_passes_reads_only_what_was_opened(pieces: list[str]) -> None:
    _passes_soundly(" ".join(pieces))


SUB = st.recursive(
    st.sampled_from(
        ["trees", '"cay-xanh"', "a", "b", "read_csv('x')", "'x.csv'", "pg_tables", "d0.main.data"]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"(select * from {two[0]}, {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"(with a as (select * from {two[0]}) select * "
                                                f"from a, {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"(with recursive b as (select * from {two[0]}) "
                                                f"select * from {two[1]} where exists (from b))"),
        st.tuples(inner, inner).map(lambda two: f"(select * from {two[0]} union from {two[1]})"),
        inner.map(lambda one: f"(select * from trees where x in (select y from {one}))"),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(SUB)
def test_however_parts_are_nested_only_what_was_opened_is_read(source: str) -> None:
    _passes_soundly(f"select * from {source}")


def _passes_soundly(question: str) -> None:
    try:
        text = gate.written(question, PLACES)
    except Refused:
        return
    try:
        found = _read_by_the_engine(text)
    except duckdb.Error:
        return  # It passes here and fails there: nothing is read.
    assert found <= ALLOWED, (question, text, found)
