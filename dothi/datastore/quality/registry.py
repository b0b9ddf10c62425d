"""Rules over tables that a domain states in its code, as one Ibis expression over the store.

    register(TableRule(code="history-is-of-current", dataset="…", reads={…}, violations=…))

The expression reads datasets by their codes and yields the rows that break the rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ibis.expr.types import Table

from dothi.core.notices.registry import Template
from dothi.core.notices.registry import register as register_notice
from dothi.datastore.quality.choices import Dimension, Severity

DELIVERY = register_notice(
    Template(code="quality_delivery", title=_("A delivery of data is due or overdue"), topic="")
)
# To who sends data from outside of the house: they have no page of their own to stop it.
CONTACT = register_notice(
    Template(
        code="quality_delivery_contact", title=_("A delivery of data is due or overdue"),
        topic="quality.delivery",
    )
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TableRule:
    """One rule. `dataset` is the one whose quality it speaks of."""

    code: str
    dataset: str
    title: str | Promise
    # Dataset → column → Ibis type: what the expression may read, and nothing more.
    reads: Mapping[str, Mapping[str, str]]
    violations: Callable[[Mapping[str, Table]], Table]
    severity: Severity = Severity.WARN
    dimension: Dimension = Dimension.CONSISTENCY

    def expression(self) -> Table:
        """The rows that break the rule, over unbound tables."""
        return self.violations(
            {name: ibis.table(dict(columns), name=name) for name, columns in self.reads.items()}
        )


table_rules: dict[str, TableRule] = {}


def register(rule: TableRule) -> TableRule:
    """Add a rule.

    Raises:
        ValueError: the code is taken, or the rule does not read the dataset that it speaks of.
    """
    if rule.code in table_rules:
        raise ValueError(f"Rule {rule.code} is registered twice.")
    if rule.dataset not in rule.reads:
        raise ValueError(f"Rule {rule.code} does not read {rule.dataset}.")
    table_rules[rule.code] = rule
    return rule
