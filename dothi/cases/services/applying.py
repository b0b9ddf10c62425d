"""What somebody applies for, and who: as every door hands it to the verbs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dothi.cases import rules
from dothi.cases.choices import Delivery, News
from dothi.cases.models import Dossier
from dothi.cases.services.refusals import BadApplicant
from dothi.lib import text_vi
from dothi.procedures.choices import Applicant, PaperForm
from dothi.units.models import Unit

_NUMBER = re.compile(r"[0-9]{12}")
_TAX_CODE = re.compile(r"[0-9]{10}(-[0-9]{3})?|[0-9]{12}")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who applies, or acts for who applies (then with `proof`: by what)."""

    name: str
    kind: Applicant = Applicant.CITIZEN
    phone: str = ""
    email: str = ""
    address: str = ""
    citizen_id: str = ""
    tax_code: str = ""
    born_on: date | None = None
    female: bool | None = None
    proof: str = ""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A paper that is handed in: by its code in the version, or another one by its name.

    `files` are codes of attachments that `held_by` owns, or nobody yet. `reused_from` is the id of
    a paper that was given before.
    """

    code: str
    name: str = ""
    form: PaperForm | None = None
    number: int = 1
    files: Sequence[str] = ()
    held_by: str = ""
    reused_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class Application:
    """What somebody applies for. `answers` are as `procedures.rules.forms` takes them."""

    procedure: str
    unit: Unit  # Who decides.
    applicant: Person
    answers: Mapping[str, Any]
    agent: Person | None = None
    papers: Sequence[Given] = ()
    summary: str = ""
    copies: int = 1
    pages: int = 1
    news: News = News.NONE
    delivery: Delivery = Delivery.COUNTER
    post_to: str = ""  # Where the result is sent by post; empty: to the address of the applicant.
    language: str = "vi"


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A dossier that came in, and the secret that opens it: shown once, stored as a hash."""

    dossier: Dossier
    secret: str


def checked_person(person: Person, *, allowed: Sequence[Applicant] = ()) -> Person:
    """The person in normal forms.

    Raises:
        BadApplicant: a value cannot be what it should be.
    """
    name = text_vi.tidy(person.name.replace("\x00", ""))
    if not name or len(name) > rules.NAME_LENGTH:
        raise BadApplicant("name", _("Please write the full name."))
    if allowed and person.kind not in allowed:
        raise BadApplicant("kind", _("This procedure is not for this kind of applicant."))
    phone = person.phone.strip() and text_vi.phone(person.phone)
    if phone is None:
        raise BadApplicant("phone", _("This is no phone number: please check it, or leave it out."))
    email = person.email.strip() and text_vi.email(person.email)
    if email is None:
        raise BadApplicant(
            "email", _("This is no e-mail address: please check it, or leave it out.")
        )
    number = re.sub(r"\s", "", person.citizen_id)
    if number and not _NUMBER.fullmatch(number):
        raise BadApplicant("citizen_id", _("A personal identification number has twelve digits."))
    tax_code = person.tax_code.strip()
    if tax_code and not _TAX_CODE.fullmatch(tax_code):
        raise BadApplicant("tax_code", _("A tax code has ten, thirteen or twelve digits."))
    return Person(
        name=name,
        kind=person.kind,
        phone=phone,
        email=email,
        address=text_vi.tidy(person.address)[:300],
        citizen_id=number,
        tax_code=tax_code,
        born_on=person.born_on,
        female=person.female,
        proof=text_vi.tidy(person.proof)[:300],
    )
