"""Dossiers come in: online, at the counter, by post, from another system."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases import events, rules, selectors
from dothi.cases.choices import Act, Delivery, Duty, Origin, Parameter, Part, Status
from dothi.cases.models import Document, Dossier, Move, Party, Posting
from dothi.cases.services import moving, receiving
from dothi.cases.services.applying import Application, Given, Person, Submitted, checked_person
from dothi.cases.services.documents import add_document
from dothi.cases.services.fees.assessing import assess
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.numbering import next_code
from dothi.cases.services.refusals import BadAnswers, BadApplicant, NoAgency, NotOffered
from dothi.core.clock import local
from dothi.core.clocks import services as clocks
from dothi.core.clocks.choices import Kind, TimeUnit
from dothi.core.clocks.models import Clock
from dothi.core.clocks.rules import Spec
from dothi.core.events.services import publish
from dothi.core.rows import append
from dothi.core.transactions import joined
from dothi.lib import codes, text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Channel, PaperForm, Way
from dothi.procedures.rules import forms
from dothi.procedures.rules.conditions import holds
from dothi.procedures.rules.definition import Definition, Paper
from dothi.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class _Content:
    """An application that was looked at: what is kept of it."""

    version_id: int
    definition: Definition
    area: str
    answers: dict[str, Any]
    sealed: dict[str, Any] = field(default_factory=dict)


@joined
def submit(
    *,
    application: Application,
    origin: Origin,
    by: Actor,
    at: datetime,
    way: Way = Way.ONLINE,
    receiving_unit: Unit | None = None,
    account: User | None = None,
    visit: str = "",
    source: str = "",
    source_ref: str = "",
) -> Submitted:
    """A dossier comes in ("newly submitted") and lies at the counter of the receiving unit.

    The office has `Parameter.REPLY_HOURS` to look at it. Its version is the one in force on the
    day. `receiving_unit`: where it was handed in, if not at the unit that decides.

    Raises:
        NotOffered, NoAgency, BadAnswers, BadApplicant: see there.
    """
    on = local(at).date()
    where = receiving_unit or application.unit
    agency = selectors.agency_of(where, on=on)
    if agency is None:
        raise NoAgency
    content = _checked(application, origin=origin, way=way, on=on)
    applicant = checked_person(application.applicant, allowed=content.definition.applicants)
    agent = checked_person(application.agent) if application.agent else None
    if agent is not None and not agent.proof:
        raise BadApplicant("proof", _("Please say by what you act for somebody else."))
    post_to = _post_to(application, applicant)
    secret = codes.secret()
    dossier = Dossier(
        code=next_code(agency, at=at),
        secret_hash=codes.hash_secret(secret),
        version_id=content.version_id,
        procedure=application.procedure,
        area=content.area,
        summary=text_vi.tidy(application.summary)[:300],
        answers=content.answers,
        sealed=json.dumps(content.sealed, ensure_ascii=False) if content.sealed else "",
        copies=_how_many(content.answers, "copies", application.copies),
        pages=_how_many(content.answers, "pages", application.pages),
        language=application.language,
        way=way,
        origin=origin,
        entered_by=actor_of(by),
        visit=visit,
        receiving_unit=where,
        unit=application.unit,
        status=Status.NEW.value,
        handling_unit=where,
        handling_role=Role.COUNTER.value,
        submitted_at=at,
        changed_at=at,
        news=application.news,
        delivery=application.delivery,
        source=source,
        source_ref=source_ref,
    )
    dossier.reply_clock = _reply_clock(dossier, at=at, on=on)
    append(dossier)
    if post_to:
        append(Posting(dossier=dossier, address=post_to))
    _keep(dossier, applicant, Part.APPLICANT, account if agent is None else None)
    if agent is not None:
        _keep(dossier, agent, Part.AGENT, account)
    _lay_in(dossier, content, application.papers, by=by, at=at)
    _tell(dossier, by=by, at=at)
    assess(dossier, content.definition, content.answers | content.sealed, by=by, at=at)
    moving.put_duty(dossier, at=at)
    return Submitted(dossier=dossier, secret=secret)


@joined
def enter(
    *,
    application: Application,
    by: User,
    at: datetime,
    receiving_unit: Unit,
    way: Way = Way.DIRECT,
    visit: str = "",
) -> Submitted:
    """An officer writes a dossier down at the counter or from the post, and receives it at once.

    Raises:
        PapersMissing: a required paper is not there; and what `submit` raises.
    """
    origin = Origin.POST if way == Way.POST else Origin.COUNTER
    done = submit(
        application=application, origin=origin, by=by, at=at, way=way,
        receiving_unit=receiving_unit, visit=visit,
    )  # fmt: skip
    receiving.receive(dossier=done.dossier, by=by, at=at)
    return done


def _post_to(application: Application, applicant: Person) -> str:
    """Where the result is sent; empty where nobody wants it by post.

    Raises:
        BadApplicant: no address is known.
    """
    if application.delivery != Delivery.POST:
        return ""
    address = text_vi.tidy(application.post_to)[:300] or applicant.address
    if not address:
        raise BadApplicant(
            "post_to", _("Please give an address for the post, or choose another way.")
        )
    return address


def _how_many(answers: Mapping[str, Any], field: str, given: int) -> int:
    """Copies, or pages of one: what a form asks for by this name, or what was given beside it.

    Raises:
        BadApplicant: more than an office can make.
    """
    said = answers.get(field)
    number = said if isinstance(said, int) and said > 0 else given
    if number > rules.MOST_PIECES:
        raise BadApplicant(
            field, _("At most %(most)d can be asked for at once.") % {"most": rules.MOST_PIECES}
        )
    return number


def _checked(application: Application, *, origin: Origin, way: Way, on: date) -> _Content:
    version_id = procedures.key_of(application.procedure, on=on)
    if version_id is None:
        raise NotOffered
    definition = procedures.content_of(version_id)
    closed = origin == Origin.OWN and definition.channel != Channel.OWN
    if way not in definition.ways or closed:
        raise NotOffered
    unknown = forms.unknown(definition.form, application.answers)
    answers = forms.cleaned(definition.form, application.answers)
    mistakes = forms.mistakes(definition.form, answers, on=on)
    # Somebody who applied on the national portal filled in the form there: it comes as a paper.
    if (mistakes or unknown) and origin != Origin.NATIONAL:
        raise BadAnswers(mistakes, unknown=unknown)
    sensitive = {one.code for one in definition.form.fields if one.sensitive}
    return _Content(
        version_id=version_id,
        definition=definition,
        area=definition.area,
        answers={code: said for code, said in answers.items() if code not in sensitive},
        sealed={code: said for code, said in answers.items() if code in sensitive},
    )


def _keep(dossier: Dossier, person: Person, part: Part, account: User | None) -> None:
    append(
        Party(
            dossier=dossier,
            part=part,
            kind=person.kind,
            name=person.name,
            folded=text_vi.fold(person.name),
            phone=person.phone,
            email=person.email,
            address=person.address,
            born_on=person.born_on,
            female=person.female,
            tax_code=person.tax_code,
            citizen_id=person.citizen_id,
            citizen_id_hash=selectors.number_hash(person.citizen_id),
            account_hash=selectors.account_hash(account) if account else "",
            proof=person.proof,
        )
    )


def papers_of(definition: Definition, answers: Mapping[str, Any]) -> list[Paper]:
    """The papers that a version asks of somebody with these answers."""
    return [paper for paper in definition.papers if holds(paper.when, answers)]


def _lay_in(
    dossier: Dossier, content: _Content, given: Sequence[Given], *, by: Actor, at: datetime
) -> None:
    """Open a line for each paper that is asked for, and note those that were handed in."""
    handed = {one.code: one for one in given}
    everything = {**content.answers, **content.sealed}
    for paper in papers_of(content.definition, everything):
        one = handed.pop(paper.code, None)
        document = Document(
            dossier=dossier,
            code=paper.code,
            kind=paper.kind,
            name=paper.name.of(dossier.language),
            form=one.form if one and one.form else paper.form,
            number=one.number if one else paper.number,
        )
        add_document(document, one, by=by, at=at)
    for one in handed.values():
        add_document(
            Document(
                dossier=dossier,
                code=one.code,
                name=text_vi.tidy(one.name)[:300] or one.code,
                form=one.form or PaperForm.ELECTRONIC,
                number=one.number,
            ),
            one,
            by=by,
            at=at,
        )


def _reply_clock(dossier: Dossier, *, at: datetime, on: date) -> Clock:
    hours = selectors.setting(Parameter.REPLY_HOURS, on=on)
    return clocks.start(
        subject=dossier.subject,
        kind=Kind.NORM,
        spec=Spec(amount=hours, unit=TimeUnit.WORK_HOURS),
        at=at,
        name=Duty.REPLY.value,
        unit_code=dossier.receiving_unit.code,
    )


def _tell(dossier: Dossier, *, by: Actor, at: datetime) -> None:
    publish(
        events.DossierSubmitted(
            code=dossier.code,
            procedure=dossier.procedure,
            area=dossier.area,
            way=dossier.way,
            origin=dossier.origin,
            unit_code=dossier.unit.code,
            receiving_unit=dossier.receiving_unit.code,
            submitted_at=at,
        ),
        at=at,
    )
    moving.note(
        dossier,
        Move(
            dossier=dossier, act=Act.SUBMIT.value, now=dossier.status, at=at, actor=actor_of(by)
        ),
    )  # fmt: skip
