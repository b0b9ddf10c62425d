"""Who may do what with dossiers. Predicates only: doors turn a False into a 403."""

from datetime import date
from typing import Any

from django.db.models import Q

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User
from dothi.cases import rules, selectors
from dothi.cases.choices import Act, Power, Scope, Status
from dothi.cases.models import Consultation, Document, Dossier, Result
from dothi.units.models import Unit

# What a session opened by a secret: its files may be seen for as long.
OPEN_DRAFTS, OPEN_DOSSIERS, KEPT = "cases_drafts", "cases_opened", 20

_ALLOWED = {
    Role.COUNTER: (Power.SEE, Power.RECEIVE, Power.OPEN, Power.COLLECT),
    Role.SPECIALIST: (Power.SEE, Power.HANDLE, Power.OPEN),
    Role.LEADER: (
        Power.SEE,
        Power.HANDLE,
        Power.LEAD,
        Power.SIGN,
        Power.OPEN,
        Power.EXPORT,
    ),
    Role.STEWARD: (Power.MANAGE,),
    Role.ADMINISTRATOR: (Power.MANAGE,),
    Role.AUDITOR: (Power.SEE, Power.EXPORT),
}
for _role, _powers in _ALLOWED.items():
    registry.allow(_role, *(power.value for power in _powers))
for _scope in Scope:
    registry.scope(_scope.value, _scope.label)

# What the counter does, what the post of a step does, and what a leader does over any post.
COUNTER_ACTS = frozenset({Act.RECEIVE, Act.REFUSE, Act.GIVE, Act.SETTLE, Act.SUPPLY, Act.WITHDRAW})
POST_ACTS = frozenset(
    {
        Act.BEGIN, Act.ASK, Act.CHARGE, Act.HAND_OVER, Act.SEND_BACK, Act.FINISH, Act.CORRECT,
        Act.CONSULT, Act.CONSULTED, Act.PROPOSE, Act.EXTEND, Act.STOP, Act.RELEASE,
    }
)  # fmt: skip
LEADER_ACTS = frozenset({Act.ASSIGN, Act.RELEASE, Act.EXTEND, Act.STOP, Act.SEND_BACK, Act.CORRECT})


def may_see(user: User, dossier: Dossier, *, on: date) -> bool:
    """Who received it, who decides, and who has it."""
    where = accounts.standing(user, on=on).units_for(Power.SEE)
    return bool(where & {dossier.unit_id, dossier.receiving_unit_id, dossier.handling_unit_id})


def units_seen(user: User, *, on: date) -> list[Unit]:
    """The units whose dossiers the person may see, by their code."""
    where = accounts.standing(user, on=on).units_for(Power.SEE)
    return list(Unit.objects.filter(pk__in=where).order_by("code"))


def at_its_post(user: User, dossier: Dossier, *, on: date) -> bool:
    """Whether the person holds the very post that has the dossier, own or lent."""
    return any(
        post.unit_id == dossier.handling_unit_id and post.role == dossier.handling_role
        for post in accounts.standing(user, on=on).posts
    )


def may(user: User, act: Act, dossier: Dossier, *, on: date) -> bool:
    """Whether the person may do this to the dossier now."""
    before = Status(dossier.status_before) if dossier.status_before else None
    if not rules.may(act, now=Status(dossier.status), before=before):
        return False
    standing = accounts.standing(user, on=on)
    if act == Act.ASSIGN and may_take(user, dossier, on=on):
        return True
    if act in LEADER_ACTS and standing.may(Power.LEAD, dossier.handling_unit_id):
        return True
    if act == Act.ASK and dossier.status == Status.NEW:
        return standing.may(Power.RECEIVE, dossier.receiving_unit_id)
    if act in COUNTER_ACTS:
        return standing.may(Power.RECEIVE, dossier.receiving_unit_id)
    if act in POST_ACTS:
        handles = standing.may(Power.HANDLE, dossier.handling_unit_id)
        return handles and at_its_post(user, dossier, on=on)
    return False


def may_take(user: User, dossier: Dossier, *, on: date) -> bool:
    """Take what nobody of one's own post has taken yet."""
    if dossier.handling_person_id is not None:
        return False
    handles = accounts.standing(user, on=on).may(Power.HANDLE, dossier.handling_unit_id)
    return handles and at_its_post(user, dossier, on=on)


def may_assign_to(user: User, person: User, dossier: Dossier, *, on: date) -> bool:
    """Leaders give to anybody of the post that has it; others take it themselves."""
    if accounts.standing(user, on=on).may(Power.LEAD, dossier.handling_unit_id):
        return at_its_post(person, dossier, on=on)
    return person.pk == user.pk and may_take(user, dossier, on=on)


def may_answer(user: User, consultation: Consultation, *, on: date) -> bool:
    """Say what a unit thinks that was asked: its specialists and leaders."""
    return selectors.may_answer(accounts.standing(user, on=on).pairs, consultation.unit)


def acts_for(user: User, dossier: Dossier, *, on: date) -> list[Act]:
    """What this person may do with the dossier now, in the order of `Act`."""
    return [act for act in Act if may(user, act, dossier, on=on)]


def may_receive(user: User, *, on: date, unit: Unit | None = None) -> bool:
    """Receive dossiers: in this unit, or anywhere."""
    return accounts.may(user, Power.RECEIVE, unit, on=on)


def may_open(user: User, dossier: Dossier, *, on: date) -> bool:
    """Personal data: the post that has it, and the counter that received it."""
    standing = accounts.standing(user, on=on)
    if standing.may(Power.OPEN, dossier.handling_unit_id) and at_its_post(user, dossier, on=on):
        return True
    return standing.may(Power.RECEIVE, dossier.receiving_unit_id)


def may_collect(user: User, *, on: date, unit: Unit | int | None = None) -> bool:
    """Collect fees and reconcile payments: at this unit, or anywhere."""
    return accounts.may(user, Power.COLLECT, unit, on=on)


def may_sign(user: User, dossier: Dossier, *, on: date) -> bool:
    """Sign the result: a post of the very unit that decides, own or lent, and nobody above it."""
    return signing_post(user, dossier, on=on) is not None


def signing_post(user: User, dossier: Dossier, *, on: date) -> Post | None:
    """As which post somebody signs the result of a dossier."""
    for post in accounts.standing(user, on=on).posts:
        if post.unit_id == dossier.unit_id and Power.SIGN in registry.powers_of(Role(post.role)):
            return post
    return None


def may_sign_at_all(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.SIGN, None, on=on)


def may_see_receipts(user: User, *, on: date) -> bool:
    """The day's list of receipts: who collects, and who sees dossiers."""
    return may_collect(user, on=on) or accounts.may(user, Power.SEE, None, on=on)


def units_collected(user: User, *, on: date) -> list[Unit]:
    """The units where the person collects, by their code."""
    where = accounts.standing(user, on=on).units_for(Power.COLLECT)
    return list(Unit.objects.filter(pk__in=where).order_by("code"))


def may_lead(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.LEAD, None, on=on)


def may_export(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.EXPORT, None, on=on)


def may_manage(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.MANAGE, None, on=on)


# --- Files ---------------------------------------------------------------------------------------


def remember(request: Any, shelf: str, key: str) -> None:
    """Whoever opened a draft or a dossier with its secret may see its files for this session."""
    opened = request.session.get(shelf, [])
    if key not in opened:
        request.session[shelf] = [*opened, key][-KEPT:]


def may_open_file(request: Any, owner: str) -> bool:
    """Whether the applicant may see a private file, who opened what it belongs to by its secret.

    Staff come in by a door of their own, where each opening is noted with its purpose first.
    """
    kind, _colon, key = owner.partition(":")
    if kind == "cases.draft":
        return key in request.session.get(OPEN_DRAFTS, ())
    opened = request.session.get(OPEN_DOSSIERS, ())
    if not opened or not key.isdecimal():
        return False
    if kind == "cases.result":
        results = Result.objects.filter(pk=key, dossier__code__in=opened)
        return results.filter(revoked_at=None, signed_at__isnull=False).exists()
    papers = Document.objects.filter(dossier__code__in=opened)
    return papers.filter(Q(pk=key) | Q(reused_from=key)).exists()
