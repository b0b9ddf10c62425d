"""What programs do with dossiers: each act of the house by its verb."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings

from dothi.accounts.bearer import MachineRequest, Problem
from dothi.accounts.models import User
from dothi.cases import permissions, rules, services
from dothi.cases.api import asking, showing
from dothi.cases.api.shapes import ActIn, PaperIn, PersonIO, SubmitIn, SubmittedOut
from dothi.cases.choices import Act, Origin, Scope, Status
from dothi.cases.models import Dossier
from dothi.cases.services import Application, Given, Parcel, Person
from dothi.core.clock import local

Verb = Callable[[Dossier, ActIn, User, datetime], object]


def _words(function: Callable[..., object], *names: str) -> Verb:
    """A verb that takes these words of the request under its names (`reason`, `what=reason`)."""
    pairs = [(name.partition("=")[0], name.partition("=")[2] or name) for name in names]

    def run(dossier: Dossier, said: ActIn, by: User, at: datetime) -> object:
        given = {mine: getattr(said, theirs) for mine, theirs in pairs}
        return function(dossier=dossier, by=by, at=at, **given)

    return run


def _supply(dossier: Dossier, said: ActIn, by: User, at: datetime) -> None:
    services.supply(
        dossier=dossier, by=by, at=at, said=said.note,
        papers=[given_of(paper) for paper in said.papers],
    )  # fmt: skip


def _give(dossier: Dossier, said: ActIn, by: User, at: datetime) -> None:
    parcel = Parcel(number=said.parcel, carrier=said.carrier) if said.parcel else None
    services.give(dossier=dossier, by=by, at=at, note=said.note, parcel=parcel)


VERBS: Mapping[Act, Verb] = {
    Act.RECEIVE: _words(services.receive, "summary=note"),
    Act.REFUSE: _words(services.refuse, "reason"),
    Act.BEGIN: _words(services.begin),
    Act.ASK: _words(services.ask, "what=reason", "documents"),
    Act.SUPPLY: _supply,
    Act.CHARGE: _words(services.charge, "reason"),
    Act.SETTLE: _words(services.settle, "note"),
    Act.WITHDRAW: _words(services.withdraw, "reason"),
    Act.STOP: _words(services.stop, "reason"),
    Act.HAND_OVER: _words(services.advance, "outcome", "note"),
    Act.SEND_BACK: _words(services.send_back, "step", "reason"),
    Act.EXTEND: _words(services.extend, "amount", "reason"),
    Act.PROPOSE: _words(services.propose, "text=reason"),
    Act.CORRECT: _words(services.correct, "step", "reason"),
    Act.RELEASE: _words(services.release),
    Act.GIVE: _give,
}
# What the applicant does, and so the program through which the applicant came.
FOR_APPLICANT = frozenset({Act.SUPPLY, Act.WITHDRAW})


def acts_for(request: MachineRequest, dossier: Dossier, *, at: datetime) -> list[Act]:
    """What this program may do with the dossier now."""
    on = local(at).date()
    return [act for act in VERBS if _may(request, act, dossier, on=on)]


def _may(request: MachineRequest, act: Act, dossier: Dossier, *, on: date) -> bool:
    machine = request.auth
    brought = dossier.source == machine.code and Scope.SUBMIT in request.scopes
    if act in FOR_APPLICANT and brought and _is_lawful(act, dossier):
        return True
    return Scope.ACT in request.scopes and permissions.may(machine.user, act, dossier, on=on)


def _is_lawful(act: Act, dossier: Dossier) -> bool:
    before = Status(dossier.status_before) if dossier.status_before else None
    return rules.may(act, now=Status(dossier.status), before=before)


def act(
    request: MachineRequest, dossier: Dossier, what: Act, said: ActIn, *, at: datetime
) -> Dossier:
    """Do it, and return the dossier as it is then.

    Raises:
        Problem: it is not for this program, cannot be done now, or lacks something.
    """
    if what not in VERBS:
        raise Problem(404, "Programs do not do this.", code="not-served")
    if said.seen is not None and said.seen != dossier.changed_at:
        raise Problem(
            409, "The dossier was moved since. Please read it again.", code="too-late",
            changed_at=dossier.changed_at.isoformat(),
        )  # fmt: skip
    with asking.refusals_told():
        if not _is_lawful(what, dossier):
            raise services.NotAllowedNow(dossier.code, Status(dossier.status))
        if not _may(request, what, dossier, on=local(at).date()):
            raise services.NotYours
        VERBS[what](dossier, said, request.auth.user, at)
    return dossier


def submit(request: MachineRequest, said: SubmitIn, *, at: datetime) -> dict[str, Any]:
    """Send in an application for somebody; it lies at the counter like any other.

    Raises:
        Problem: the unit is not one of the program's, or something of the application is wrong.
    """
    machine = request.auth
    unit = asking.unit_of(request, said.unit, at=at)
    with asking.refusals_told():
        done = services.submit(
            application=Application(
                procedure=said.procedure,
                unit=unit,
                applicant=_person(said.applicant),
                agent=_person(said.agent) if said.agent else None,
                answers=said.answers,
                papers=[given_of(paper) for paper in said.papers],
                summary=said.summary,
                copies=said.copies,
                pages=said.pages,
                news=said.news,
                delivery=said.delivery,
                post_to=said.post_to,
                language=said.language,
            ),
            origin=Origin.MACHINE,
            by=machine.user,
            at=at,
            source=machine.code,
            source_ref=said.ref,
        )
    shown = SubmittedOut(
        dossier=showing.dossier_out(done.dossier, machine=machine, at=at),
        secret=done.secret,
        url=f"{settings.PUBLIC_URL}/api/v1/cases/{done.dossier.code}",
    )
    return shown.model_dump(mode="json")


def given_of(paper: PaperIn) -> Given:
    return Given(
        code=paper.code, name=paper.name, form=paper.form, number=paper.number, files=paper.files
    )


def _person(person: PersonIO) -> Person:
    return Person(**person.model_dump())
