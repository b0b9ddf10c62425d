"""What each act of the desk does: one verb, with what its form says."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import permissions, services
from dothi.cases.choices import Act, Delivery, FeeType
from dothi.cases.models import Consultation, Document, Dossier
from dothi.cases.services import Asked, BadText, Given, Parcel
from dothi.core.clock import local
from dothi.procedures.choices import PaperForm
from dothi.units import selectors as units
from dothi.units.models import Unit

Data = Mapping[str, Any]


class Deed(Protocol):
    def __call__(self, *, user: User, dossier: Dossier, data: Data, at: datetime) -> object: ...


def do(act: Act, *, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    """Do it. Raises what the verb raises."""
    return DEEDS[act](user=user, dossier=dossier, data=data, at=at)


def _simple(verb: Callable[..., object], **words: str) -> Deed:
    """A deed whose verb takes values of the form under names of its own."""

    def deed(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
        said = {name: data[key] for name, key in words.items()}
        return verb(dossier=dossier, by=user, at=at, **said)

    return deed


def _ask(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    return services.ask(
        dossier=dossier, what=data["text"], documents=data.get("papers", []), by=user, at=at
    )


def _supply(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    papers = [Given(code=code) for code in data["papers"]]
    if data["other"]:
        form = PaperForm(data["form"] or PaperForm.COPY)
        papers.append(Given(code=_free_code(dossier), name=data["other"], form=form))
    return services.supply(dossier=dossier, papers=papers, said=data["text"], by=user, at=at)


def _free_code(dossier: Dossier) -> str:
    """How a paper is called that the version does not name."""
    before = Document.objects.filter(dossier=dossier, code__startswith="other_").count()
    return f"other_{before + 1}"


def _charge(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    duties = []
    if data["amount"]:
        duties.append(
            Asked(
                name=data["name"], amount=data["amount"], source=data["source"],
                kind=FeeType(data["kind"] or FeeType.DUTY),
            )
        )  # fmt: skip
    return services.charge(dossier=dossier, reason=data["text"], duties=duties, by=user, at=at)


def _assign(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    person = user if data["person"] == user.pk else User.objects.get(pk=data["person"])
    if not permissions.may_assign_to(user, person, dossier, on=local(at).date()):
        raise services.NotYours
    return services.assign(dossier=dossier, to=person, by=user, at=at)


def _give(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    parcel = None
    if data["how"] == Delivery.POST:
        parcel = Parcel(number=data["number"], carrier=data["carrier"], address=data["address"])
    return services.give(dossier=dossier, by=user, at=at, note=data["text"], parcel=parcel)


def _consult(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    unit = None
    if data["unit"]:
        try:
            unit = units.unit_of(data["unit"], on=local(at).date())
        except Unit.DoesNotExist as error:
            raise BadText(_("Please say which agency is asked.")) from error
    return services.consult(
        dossier=dossier, question=data["text"], due_on=data["due_on"], unit=unit,
        agency=data["agency"], by=user, at=at,
    )  # fmt: skip


def _consulted(*, user: User, dossier: Dossier, data: Data, at: datetime) -> object:
    row = Consultation.objects.get(pk=data["consultation"], dossier=dossier)
    return services.consulted(
        dossier=dossier, consultation=row, answer=data["text"], by=user, at=at
    )


DEEDS: dict[Act, Deed] = {
    Act.RECEIVE: _simple(services.receive, summary="summary"),
    Act.REFUSE: _simple(services.refuse, reason="text"),
    Act.BEGIN: _simple(services.begin),
    Act.ASK: _ask,
    Act.SUPPLY: _supply,
    Act.CHARGE: _charge,
    Act.SETTLE: _simple(services.settle, note="text"),
    Act.WITHDRAW: _simple(services.withdraw, reason="text"),
    Act.STOP: _simple(services.stop, reason="text"),
    Act.CORRECT: _simple(services.correct, step="step", reason="text"),
    Act.GIVE: _give,
    Act.HAND_OVER: _simple(services.advance, outcome="outcome", note="text"),
    Act.SEND_BACK: _simple(services.send_back, step="step", reason="text"),
    Act.ASSIGN: _assign,
    Act.RELEASE: _simple(services.release),
    Act.EXTEND: _simple(services.extend, amount="amount", reason="text"),
    Act.CONSULT: _consult,
    Act.CONSULTED: _consulted,
    Act.PROPOSE: _simple(services.propose, text="text"),
}
