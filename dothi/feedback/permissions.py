"""Who may do what with reports. Predicates only: doors turn a False into a 403."""

from datetime import date, datetime
from typing import Any

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.crypto.services import keyed_hash
from dothi.feedback import rules
from dothi.feedback.choices import Act, Parameter, Power, State, Visibility
from dothi.feedback.models import Reporter, Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.files import RESULT
from dothi.units.models import Unit

_ALLOWED = {
    Role.COUNTER: (Power.SEE, Power.ENTER, Power.ANSWER, Power.OPEN_REPORTER),
    Role.SPECIALIST: (Power.SEE, Power.ENTER, Power.ANSWER, Power.OPEN_REPORTER),
    Role.DISPATCHER: (
        Power.SEE, Power.ENTER, Power.ROUTE, Power.ASSIGN, Power.ANSWER, Power.PUBLISH,
        Power.OPEN_REPORTER, Power.EXPORT, Power.IMPORT,
    ),
    Role.LEADER: (
        Power.SEE, Power.ROUTE, Power.ASSIGN, Power.PUBLISH, Power.OPEN_REPORTER, Power.EXPORT,
    ),
    Role.STEWARD: (Power.MANAGE,),
    Role.ADMINISTRATOR: (Power.MANAGE,),
    Role.HOLDER: (Power.SEALED,),
    Role.AUDITOR: (Power.SEE, Power.EXPORT),
}  # fmt: skip
for _role, _powers in _ALLOWED.items():
    registry.allow(_role, *(power.value for power in _powers))


def may_see(user: User, ticket: Ticket, *, on: date) -> bool:
    """Who looks after the ground of a report, and who handles it.

    What is about an officer is seen only by the post that has it and those who route.
    """
    standing = accounts.standing(user, on=on)
    where = standing.units_for(Power.SEE)
    if ticket.unit_id not in where and ticket.handling_unit_id not in where:
        return False
    if not ticket.category.conduct:
        return True
    return standing.may(Power.ROUTE, ticket.handling_unit_id) or at_its_post(user, ticket, on=on)


def at_its_post(user: User, ticket: Ticket, *, on: date) -> bool:
    """Whether the person holds the very post that handles the report, own or lent."""
    return any(
        post.unit_id == ticket.handling_unit_id and post.role == ticket.handling_role
        for post in accounts.standing(user, on=on).posts
    )


def may_enter(user: User, *, on: date, unit: Unit | None = None) -> bool:
    return accounts.may(user, Power.ENTER, unit, on=on)


def may(user: User, act: Act, ticket: Ticket, *, on: date) -> bool:
    """Whether the person may do this to the report now.

    Answering belongs to the post that handles it; routing, assigning and publishing reach as far
    as the post that does so.
    """
    state, visibility = State(ticket.state), Visibility(ticket.visibility)
    if act not in rules.acts_from(state, visibility=visibility):
        return False
    standing = accounts.standing(user, on=on)
    for power in rules.powers_for(act):
        if not standing.may(power, ticket.handling_unit_id):
            continue
        if power != Power.ANSWER or at_its_post(user, ticket, on=on):
            return True
    return False


def acts_for(user: User, ticket: Ticket, *, on: date) -> list[Act]:
    """What this person may do with the report now, in the order of `Act`."""
    return [act for act in Act if may(user, act, ticket, on=on)]


def may_say(user: User, ticket: Ticket, *, on: date) -> bool:
    """Write to the reporter: the post that handles the report, and those who route."""
    if ticket.state in rules.FINAL:
        return False
    standing = accounts.standing(user, on=on)
    if standing.may(Power.ROUTE, ticket.handling_unit_id):
        return True
    answers = standing.may(Power.ANSWER, ticket.handling_unit_id)
    return answers and at_its_post(user, ticket, on=on)


def may_publish(user: User, ticket: Ticket, *, on: date) -> bool:
    """Whether the post publishes what this unit handles, whatever state it is in."""
    return accounts.may(user, Power.PUBLISH, ticket.handling_unit_id, on=on)


def may_lead(user: User, *, on: date) -> bool:
    """See who has how much: those who give work to others."""
    return accounts.may(user, Power.ASSIGN, None, on=on)


def may_assign_to(user: User, person: User, ticket: Ticket, *, on: date) -> bool:
    """Who is at the post takes a report on; giving it to somebody else needs the power to assign.

    The person must be at the post that handles it; otherwise it is handed over first.
    """
    able = person.is_active and at_its_post(person, ticket, on=on)
    if user == person:
        return able
    return able and accounts.may(user, Power.ASSIGN, ticket.handling_unit_id, on=on)


def may_open_reporter(user: User, ticket: Ticket, *, on: date) -> bool:
    """Only the post that handles the report: its unit and role themselves, not those above."""
    reaches = accounts.may(user, Power.OPEN_REPORTER, ticket.handling_unit_id, on=on)
    return reaches and at_its_post(user, ticket, on=on)


def may_export(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.EXPORT, None, on=on)


def may_import(user: User, *, on: date) -> bool:
    """Files hold rows of the whole city: whoever takes them in has a post at its root."""
    root = catalogue.current().root(on=on)
    return root is not None and accounts.may(user, Power.IMPORT, root, on=on)


def may_manage(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.MANAGE, None, on=on)


def may_open_sealed(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.SEALED, None, on=on)


def is_of_account(user: User, reporter: Reporter | None) -> bool:
    """Whether a report is on the own page of this person."""
    mark = keyed_hash(str(user.pk), purpose="feedback.account")
    return reporter is not None and reporter.account_hash == mark


def may_reopen(ticket: Ticket, *, at: datetime) -> bool:
    """Whether the public may say now that it is not settled: within the days and times set."""
    if not rules.may_move(Act.REOPEN, now=State(ticket.state)) or ticket.closed_at is None:
        return False
    known, on = catalogue.current(), clock.local(at).date()
    days = known.parameter(Parameter.REOPEN_DAYS, on=on)
    inside = rules.within_window(clock.local(ticket.closed_at), days=days, at=clock.local(at))
    return inside and ticket.reopened < known.parameter(Parameter.REOPEN_TIMES, on=on)


# The codes of reports that this visitor opened with the tracking secret, kept in the session.
OPENED = "feedback_opened"


def may_open_file(request: Any, owner: str) -> bool:
    """Whether a photo that is not public may be seen: by staff who see its report, and by whoever
    opened that report with its secret; the result's photos once there is a result."""
    part, _, code = owner.partition(":")
    ticket = Ticket.objects.filter(code=code).first()
    if ticket is None:
        return False
    if code in request.session.get(OPENED, ()):
        return part != RESULT or ticket.state in rules.ANSWERED
    user, on = request.user, clock.now().date()
    return isinstance(user, User) and may_see(user, ticket, on=on)
