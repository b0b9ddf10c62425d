"""An import-linter contract: a domain is entered by its doors.

The domains are found by walking the import graph: every package that holds an `apps` module is one,
so that a new domain is guarded on the day it is born.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Modules outside a domain may import only the modules of it that are named as doors."""

    type_name = "doors"

    root: Any = fields.StringField()
    open_ground: Any = fields.ListField(subfield=fields.StringField())
    doors: Any = fields.ListField(subfield=fields.StringField())
    exempt: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        illegal = [
            (outer, inner)
            for domain in self._domains(graph)
            for inner in self._rooms(graph, domain)
            for outer in graph.find_modules_that_directly_import(inner)
            if not self._may_enter(outer, domain) and not _builds_for_a_test(outer, inner)
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": sorted(illegal)})

    def _domains(self, graph: ImportGraph) -> list[str]:
        packages = [name.removesuffix(".apps") for name in graph.modules if name.endswith(".apps")]
        free = [f"{self.root}.{name}" for name in (*self.open_ground, *self.exempt)]
        return sorted(name for name in packages if not _within(name, free))

    def _rooms(self, graph: ImportGraph, domain: str) -> set[str]:
        """Everything in the domain that is not a door."""
        doors = [f"{domain}.{door}" for door in self.doors]
        return {
            module
            for module in {domain} | graph.find_descendants(domain)
            if not _within(module, doors)
        }

    def _may_enter(self, outer: str, domain: str) -> bool:
        return _within(outer, [domain, *(f"{self.root}.{name}" for name in self.exempt)])

    def render_broken_contract(self, check: ContractCheck) -> None:
        for outer, inner in check.metadata["illegal"]:
            output.print_error(f"{outer} -> {inner}", bold=False)
        output.new_line()
        output.print(
            f"Come in by a door: {', '.join(self.doors)}. Or ask the domain for a new one."
        )


def _builds_for_a_test(outer: str, inner: str) -> bool:
    """A test sets up its state with the builders that another domain keeps for its own tests."""
    return ".tests." in outer and inner.endswith((".tests", ".tests.factories"))


def _within(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
