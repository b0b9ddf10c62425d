"""Answers one question to the store in a process of its own, and ends.

It may be started before there is a question, and leaves when none comes for the seconds that it is
told. It gets a line of JSON on its standard input and writes lines of JSON: the columns, the rows,
the end; or a fault. Run as a script: it imports nothing of the house, knows none of its secrets
(its environment is empty), writes no file, and dies with who started it. Rows come only from the
files that it is told; the engine is locked before it sees the question.
"""

import json
import math
import os
import resource
import select
import sys
import threading
from typing import Any

import duckdb

AT_ONCE = 500  # Rows.
TOLD = 500  # Letters of what the engine says.
AS_THEY_ARE = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
    "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "VARCHAR",
}  # fmt: skip
OF_MEMORY = (duckdb.OutOfMemoryException, MemoryError)


def main() -> None:
    # Linux calls a limit on writing what also holds back a file that the engine would spill to.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    came, _, _ = select.select([sys.stdin], [], [], float(sys.argv[1]))
    line = sys.stdin.readline() if came else ""
    if not line:  # Nobody asked in time, or who started us is gone.
        return
    told = json.loads(line)
    resource.setrlimit(resource.RLIMIT_CPU, (told["cpu"], told["cpu"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (told["space"], told["space"]))
    threading.Thread(target=_die_with_starter, daemon=True).start()
    try:
        with _locked(told) as connection:
            _answer(connection, told)
    except OF_MEMORY:
        _say({"fault": "memory"})
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        _say({"fault": "engine", "kind": type(error).__name__, "said": str(error)[:TOLD]})


def _die_with_starter() -> None:
    """Standard input ends when who started us is gone, however he went."""
    sys.stdin.read()
    os._exit(1)


def _locked(told: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": told["memory"], "threads": told["threads"], "temp_directory": "",
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )  # fmt: skip
    for catalog, path in told["files"].items():
        connection.execute(
            f"attach '{path.replace(chr(39), chr(39) * 2)}' as {catalog} (read_only)"
        )
    connection.execute(f"set timezone = '{told['zone']}'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _answer(connection: duckdb.DuckDBPyConnection, told: dict[str, Any]) -> None:
    question = told["question"]
    statements = connection.extract_statements(question)
    if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
        _say({"fault": "only_select"})
        return
    if told["explain"]:
        rows = connection.execute(f"explain (format json) {question}").fetchall()
        _say({"plan": rows[-1][-1]})
        return
    asked = connection.sql(question)
    columns = list(zip(asked.columns, map(str, asked.types), strict=True))
    _say({"columns": columns})
    marks = ", ".join(f"c{number}" for number in range(len(columns)))
    shown = ", ".join(_shown(f"c{number}", kind) for number, (_, kind) in enumerate(columns))
    most, sent = told["rows"], 0
    found = connection.execute(
        f"select {shown} from ({question}) as answer({marks}) limit {most + 1}"
    )
    while rows := found.fetchmany(AT_ONCE):
        kept = rows[: most - sent]
        sys.stdout.write("".join(f"{_line(row)}\n" for row in kept))
        sent += len(kept)
        if len(kept) < len(rows):
            break
    _say({"end": sent, "more": bool(rows)})


def _shown(name: str, kind: str) -> str:
    """As JSON can hold it: times as ISO 8601 in the time of the city, all else as its text."""
    if kind in AS_THEY_ARE:
        return name
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S%z')"
    if kind.startswith("DECIMAL"):
        return f"{name}::double"
    return f"{name}::varchar"


def _line(row: tuple[Any, ...]) -> str:
    return json.dumps(
        [None if isinstance(one, float) and not math.isfinite(one) else one for one in row],
        ensure_ascii=False,
    )


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
