"""Nobody reaches the rows of the store around the one way that writes down who reads persons."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[4] / "dothi"
# Questions of the tables that give rows as they are, without a role.
RAW = {"rows_of", "relation", "files", "open_release", "preview", "difference"}
# Who may ask them, and why nothing of a person leaves there unwritten.
ALLOWED = {
    "datastore/tables": "the owner of the rows",
    "datastore/sharing/services/persons.py": "hashes; a person's own rows, written down before",
    "datastore/resolution/stored_lists.py": "each run is written into `access` before it reads",
    "datastore/quality/services/asking.py": "counts only",
    "datastore/quality/services/checking.py": "counts only",
    "datastore/indicators/selectors/store.py": "figures of measures that were agreed, no row",
    "datastore/ingestion": "references at the door and how many rows would change: counts only",
}


def test_only_those_who_write_it_down_or_count_read_rows_as_they_are() -> None:
    found = set()
    for path in ROOT.rglob("*.py"):
        source = path.read_text("utf-8")
        if "tests" in path.relative_to(ROOT).parts or "datastore.tables" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr in RAW:
                named = node.value.id if isinstance(node.value, ast.Name) else ""
                if named in ("tables", "selectors"):
                    found.add(str(path.relative_to(ROOT)))
    others = [one for one in found if not any(one.startswith(known) for known in ALLOWED)]
    assert found, "the test looks at something"
    assert others == [], "go by sharing.services.open_dataset, or write down who reads what"
