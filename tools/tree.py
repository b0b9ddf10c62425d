"""Refuse what must not be in the tree.

Addresses in lock files, other people's files, gaps in docs, reading that loses rows.

python tools/tree.py            every fault on a line; ends with 1 when there is one
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://|file:|git\+|--(extra-)?index-url|--find-links|-[if] ")
HASH = "--hash=sha256:"
# Fonts, pictures and scripts of others come from packages at set-up.
FOREIGN = re.compile(
    r"\.(woff2?|ttf|otf|eot|wasm|mjs|map)$|\.min\.(js|css)$|(^|/)(vendor|node_modules)/"
)
OWN_SCRIPTS = re.compile(r"^dothi/.+/static/.+\.(js|css|svg)$")
STATIC = re.compile(r"\.(js|css|svg)$")
NOTICE = re.compile(r"@license|@preserve|Copyright \(c\)|sourceMappingURL", re.IGNORECASE)


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def in_lists(name: str, text: str) -> Iterator[str]:
    """Faults of a list of Python packages: an address, or a package without a hash."""
    for number, line in enumerate(text.splitlines(), start=1):
        if ADDRESS.search(line):
            yield f"{name}:{number}: an address: {line.strip()}"
    for block in re.split(r"\n(?=\S)", text.strip()):
        if re.match(r"[\w.\[\]-]+==", block) and HASH not in block:
            yield f"{name}: no hash for {block.split()[0]}"


def in_lock(name: str, text: str) -> Iterator[str]:
    """Faults of the list of npm packages: where one came from, or one without a checksum."""
    for path, package in json.loads(text)["packages"].items():
        if not path:
            continue
        if "resolved" in package:
            yield f"{name}: {path} has an address; see .npmrc"
        if not str(package.get("integrity", "")).startswith("sha512-"):
            yield f"{name}: {path} has no checksum"


def foreign(names: list[str]) -> Iterator[str]:
    """Scripts, fonts and styles that are not ours."""
    for name in names:
        if FOREIGN.search(name):
            yield f"{name}: comes from a package at set-up, not from the tree"
        elif STATIC.search(name) and not name.startswith("docs/"):
            if not OWN_SCRIPTS.match(name):
                yield f"{name}: pages take scripts and styles from the static folder of an app"
            elif NOTICE.search((ROOT / name).read_text("utf-8")):
                yield f"{name}: carries somebody else's notice"


def settings_read() -> set[str]:
    """The names that the settings read from the environment, and the house from its file."""
    names = set()
    for place in ("dothi/config", "dothi/run"):
        for path in (ROOT / place).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _reads(node):
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        names.add(first.value)
    return names


def _reads(node: ast.Call) -> bool:
    if not node.args or not isinstance(node.func, ast.Attribute):
        return False
    reader = node.func.attr in {"text", "flag", "number", "words", "folder", "database"}
    from_env = reader and isinstance(node.func.value, ast.Name) and node.func.value.id == "env"
    return from_env or node.func.attr == "setting"


# What makes DuckDB's reader of CSV drop or garble rows without a word, however it is spelled.
LOSSY = {"strict_mode": False, "ignore_errors": True, "null_padding": True}
_LOSSY_SQL = re.compile(
    r"\bstrict_mode\W{0,6}(false|0|off)\b|\b(ignore_errors|null_padding)\W{0,6}(true|1|on)\b",
    re.IGNORECASE,
)
HARMLESS = {"rmtree"}  # Knows `ignore_errors`, too, and reads no rows.


def loses_rows(name: str, source: str) -> Iterator[str]:
    """Places where a file would be read so that rows are lost silently."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        for number, option in _lossy(node, docs):
            yield f"{name}:{number}: {option} loses rows silently; read strictly, put rows aside"


def _lossy(node: ast.AST, docs: set[int]) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for one in node.keywords if called not in HARMLESS else ():
            if one.arg in LOSSY and not _is(one.value, not LOSSY[one.arg]):
                yield node.lineno, one.arg
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            option = getattr(key, "value", None)
            if option in LOSSY and not _is(value, not LOSSY[option]):
                yield node.lineno, option
    elif (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and (found := _LOSSY_SQL.search(node.value))
    ):
        yield node.lineno, found[0]


def _is(node: ast.expr, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def reading_with_losses(names: list[str]) -> Iterator[str]:
    for name in names:
        # The rule itself, and the tests that show it fail, spell what they refuse.
        ours = name != "tools/tree.py" and not name.startswith("tests/architecture/")
        if ours and name.endswith(".py"):
            yield from loses_rows(name, (ROOT / name).read_text("utf-8"))


# Set by the commands for the programs that they start, or by tests.
INSIDE = {"DEBUG", "DOTHI_DEMO", "DOTHI_TESTING"}


def gaps_in_docs() -> Iterator[str]:
    """Commands and settings that nobody can look up."""
    howto = (ROOT / "docs" / "howto" / "run.md").read_text("utf-8")
    for command in commands():
        if f"dothi {command}" not in howto:
            yield f"docs/howto/run.md: says nothing about `dothi {command}`"
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in sorted(settings_read() - INSIDE):
        if not re.search(rf"^#? ?{name}=", example, re.MULTILINE):
            yield f".env.example: says nothing about {name}"


NO_DOMAINS = {"run", "config", "lib", "connectors", "api", "datastore"}


def domains_without_a_page() -> Iterator[str]:
    """Every package that is a domain says in docs/domains what it is for."""
    parts = [*(ROOT / "dothi").iterdir(), *(ROOT / "dothi" / "datastore").iterdir()]
    for part in sorted(parts):
        if part.name in NO_DOMAINS or not (part / "__init__.py").is_file():
            continue
        page = ROOT / "docs" / "domains" / f"{part.name}.md"
        if not page.is_file() or len(page.read_text("utf-8").split()) < 50:
            yield f"docs/domains/{part.name}.md: says nothing of what dothi/{part.name} is for"


def commands() -> Iterator[str]:
    """`demo`, `audit verify` and so on, as the command line knows them."""
    import argparse

    from dothi.run.cli import parser

    def walk(of: argparse.ArgumentParser, before: str) -> Iterator[str]:
        parts = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
        if before and not any(part.required for part in parts):
            yield before
        for part in parts:
            for name, inner in part.choices.items():
                yield from walk(inner, f"{before} {name}".strip())

    yield from walk(parser(), "")


def faults() -> Iterator[str]:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        yield from in_lists(path.name, path.read_text("utf-8"))
    yield from in_lock("package-lock.json", (ROOT / "package-lock.json").read_text("utf-8"))
    names = tracked()
    yield from foreign(names)
    yield from reading_with_losses(names)
    yield from gaps_in_docs()
    yield from domains_without_a_page()


def main() -> int:
    sys.path.insert(0, str(ROOT))
    found = list(faults())
    print(*found or ["tree: lock files, scripts and docs are complete"], sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
