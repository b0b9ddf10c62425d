"""Who may do what with a project. Predicates only: doors turn a False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.resolution.choices import Power, State
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.units.models import Unit

registry.allow(Role.STEWARD, Power.READ, Power.ASK, Power.APPROVE, Power.REVIEW)
registry.allow(Role.SPECIALIST, Power.READ, Power.ASK, Power.REVIEW)
registry.allow(Role.LEADER, Power.READ)
registry.allow(Role.AUDITOR, Power.READ)


def may_ask(user: User, unit: Unit, *, on: date) -> bool:
    return accounts.may(user, Power.ASK, unit, on=on)


def may_decide(user: User, project: Project, *, on: date) -> bool:
    """Say yes or no to a project: a steward, and never the one who asked."""
    if project.asked_by == user.actor:
        return False
    return accounts.may(user, Power.APPROVE, project.unit, on=on)


def may_end(user: User, project: Project, *, on: date) -> bool:
    return accounts.may(user, Power.APPROVE, project.unit, on=on)


def may_review(user: User, project: Project, *, on: date) -> bool:
    """Run the comparison, open pairs and decide on them."""
    return accounts.may(user, Power.REVIEW, project.unit, on=on)


def may_ask_for_table(user: User, project: Project, *, on: date) -> bool:
    """Propose a table of golden records."""
    return accounts.may(user, Power.ASK, project.unit, on=on)


def may_keep_table(user: User, project: Project, *, on: date) -> bool:
    """Publish golden records into the table that was approved, and end it."""
    return accounts.may(user, Power.APPROVE, project.unit, on=on)


def may_decide_on_table(user: User, table: GoldenTable, *, on: date) -> bool:
    """Say yes or no to it: a steward, and never the one who asked."""
    if table.asked_by == user.actor:
        return False
    return may_keep_table(user, table.project, on=on)


def is_open(project: Project, *, on: date) -> bool:
    """Whether the purpose still holds: approved, and not expired."""
    return project.state == State.APPROVED and on < project.expires_on
