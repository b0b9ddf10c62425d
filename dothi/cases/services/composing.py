"""What a draft holds, as the application that is sent: nothing of it comes from a posted form."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dothi.cases.choices import Delivery, News
from dothi.cases.models import Draft
from dothi.cases.services.applying import Application, Given, Person
from dothi.cases.services.drafts import content_of
from dothi.cases.services.intake import papers_of
from dothi.cases.services.refusals import BadApplicant, NoAgency
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Applicant
from dothi.procedures.rules import forms
from dothi.procedures.rules.definition import Definition, Paper


def application_of(draft: Draft) -> Application:
    """The application as it stands in the draft.

    Raises:
        NoAgency: it was not chosen who receives it.
        BadApplicant: it was not said who applies.
    """
    if draft.unit is None:
        raise NoAgency
    content = content_of(draft)
    definition = procedures.content_of(draft.version_id)
    answers = forms.cleaned(definition.form, content.get("answers", {}))
    wishes: Mapping[str, Any] = content.get("wishes", {})
    if not content.get("applicant", {}).get("name"):
        raise BadApplicant("name", _("Please write the full name."))
    acting = bool(content.get("acting"))
    mail = str(wishes.get("email", ""))
    # News go to whoever acts: to the agent where there is one.
    applicant = person_of(content.get("applicant", {}), kind=content.get("kind", ""), email=mail)
    agent = person_of(content.get("agent", {}), email=mail) if acting else None
    return Application(
        procedure=definition.code,
        unit=draft.unit,
        applicant=applicant,
        agent=agent,
        answers=answers,
        papers=[
            given
            for paper in papers_of(definition, answers)
            if (given := _given(paper, content)) is not None
        ],
        copies=int(wishes.get("copies", 1)),
        news=News(wishes.get("news", News.NONE)),
        delivery=Delivery(wishes.get("delivery", Delivery.COUNTER)),
        post_to=str(wishes.get("address", "")),
        language=draft.language,
    )  # fmt: skip


def missing_from(draft: Draft) -> list[Paper]:
    """The required papers that nothing was laid under yet."""
    content = content_of(draft)
    definition = procedures.content_of(draft.version_id)
    return [
        paper
        for paper in asked_of(definition, content)
        if paper.required and _given(paper, content) is None
    ]


def asked_of(definition: Definition, content: Mapping[str, Any]) -> list[Paper]:
    """The papers that a version asks for with the answers so far."""
    return papers_of(definition, forms.cleaned(definition.form, content.get("answers", {})))


def _given(paper: Paper, content: Mapping[str, Any]) -> Given | None:
    files = content.get("papers", {}).get(paper.code, [])
    reused = content.get("reused", {}).get(paper.code)
    if not files and reused is None:
        return None
    return Given(code=paper.code, files=list(files), reused_from=reused, number=paper.number)


def person_of(said: Mapping[str, Any], *, kind: str = "", email: str = "") -> Person:
    """Somebody as the draft tells of them."""
    born = said.get("born_on")
    return Person(
        name=said.get("name", ""),
        kind=Applicant(kind or Applicant.CITIZEN),
        phone=said.get("phone", ""),
        email=email,
        address=said.get("address", ""),
        citizen_id=said.get("citizen_id", ""),
        tax_code=said.get("tax_code", ""),
        born_on=date.fromisoformat(born) if born else None,
        proof=said.get("proof", ""),
    )
