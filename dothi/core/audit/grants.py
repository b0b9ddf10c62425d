"""What the application's database role may do: everything with its tables, save rewrite history."""

from typing import Any

from psycopg import sql

# Rows here are added and read. Whoever breaks into the application cannot change them.
FINAL_TABLES = (
    "core_events_record",
    "core_audit_entry",
    "core_audit_seal",
    "core_access_look",
    "core_clocks_clockmark",
)
# Today's head moves on with the day; none is taken away.
LASTING_TABLES = ("core_audit_dailyhead",)


def grant_application_role(cursor: Any, role: str) -> None:
    """Give `role` the rights of the application on schema public; call it after migrations."""
    name = sql.Identifier(role)
    for statement in (
        "grant usage on schema public to {role}",
        "grant select, insert, update, delete on all tables in schema public to {role}",
        "grant usage, select, update on all sequences in schema public to {role}",
        "grant execute on all functions in schema public to {role}",
    ):
        cursor.execute(sql.SQL(statement).format(role=name))
    refused = dict.fromkeys(FINAL_TABLES, "update, delete, truncate")
    refused |= dict.fromkeys(LASTING_TABLES, "delete, truncate")
    for table, rights in refused.items():
        cursor.execute(
            sql.SQL("revoke {rights} on {table} from {role}").format(
                rights=sql.SQL(rights), table=sql.Identifier(table), role=name
            )
        )
