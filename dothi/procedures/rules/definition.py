"""What a procedure is: one document, valid for a period, that never changes once published.

Each part that the law asks of a procedure stands here (Nghị định 63/2010/NĐ-CP, điều 8), and what
the office needs to handle a dossier: internal steps, time limits, fees, the form. It is kept as
JSON and travels as a file. Amounts are whole dong.
"""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dothi.core.clocks.choices import TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.procedures.choices import (
    Applicant,
    At,
    Channel,
    Collected,
    FeeKind,
    FieldType,
    Level,
    PaperForm,
    Part,
    Per,
    Prefill,
    Signing,
    Trust,
    Way,
)
from dothi.procedures.rules.conditions import Condition

PROCEDURE_CODE = r"^\d\.\d{6}$"  # Of the national catalogue, such as 1.001193.
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Dong = Annotated[int, Field(ge=0, le=10**12)]
# What holds for every dossier where nothing else is said: working days, one request for papers,
# one extension, asked at least a day ahead (NĐ 61/2018, điều 19, kept by NĐ 118/2025/NĐ-CP).
FRAME = Spec(
    amount=0, unit=TimeUnit.WORK_DAYS, max_pauses=1, max_extensions=1, extend_ahead=1
).to_json()


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Document):
    """An official text in both languages."""

    vi: str = Field(min_length=1, max_length=4000)
    en: str = Field(min_length=1, max_length=4000)

    def of(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Source(_Document):
    """Where a value comes from, how well it is known, and as of when."""

    text: str = Field(max_length=300)
    trust: Trust = Trust.CHECKED
    as_of: date

    @property
    def to_confirm(self) -> bool:
        return self.trust in {Trust.LIKELY, Trust.UNSURE}


class Paper(_Document):
    """A paper that a dossier has to hold; with `when`, only where the condition holds.

    `kind` names what it is wherever it is asked for, so that one given once is offered again.
    """

    code: Code
    name: Words
    form: PaperForm = PaperForm.ORIGINAL
    number: int = Field(default=1, ge=1, le=20)
    required: bool = True
    when: dict[str, Any] | None = None
    kind: str = Field(default="", max_length=40)
    help: Words | None = None


class Tier(_Document):
    """From this piece on (the first is 1) each costs so much."""

    since: int = Field(ge=1)
    amount: Dong


class Fee(_Document):
    """One line of the tariff. Empty `ways` and `places` mean all; the closest line counts.

    An amount holds for the whole dossier, a copy, or a page of each copy. `tiers` replace the
    amount where later pages cost another one; `cap` is the most that one copy costs.
    """

    code: Code
    name: Words
    kind: FeeKind
    amount: Dong
    per: Per = Per.DOSSIER
    tiers: tuple[Tier, ...] = ()
    cap: Dong | None = None
    collected: Collected = Collected.RECEIVING
    ways: tuple[Way, ...] = ()
    places: tuple[str, ...] = ()  # Codes of units; what lies below one is meant, too.
    valid_from: date | None = None
    valid_to: date | None = None  # Exclusive.
    when: dict[str, Any] | None = None
    source: Source


class Limit(_Document):
    """A time limit as the spec of a clock; the first whose condition holds counts."""

    spec: dict[str, Any]
    when: dict[str, Any] | None = None
    name: Words | None = None
    source: Source

    @property
    def clock(self) -> Spec:
        """The spec of the clock.

        Raises:
            ValueError, TypeError, KeyError: its parts contradict one another or are unknown.
        """
        return Spec.from_json(FRAME | self.spec)


class Result(_Document):
    """What the applicant gets in the end."""

    code: Code
    name: Words
    kind: str = Field(default="", max_length=40)  # As of `Paper.kind`: it may be asked for later.
    months: int | None = Field(default=None, ge=1)  # How long it is valid.


class Basis(_Document):
    """A law or decision, and the article, that a procedure stands on."""

    name: Words
    article: str = Field(default="", max_length=100)


class Outcome(_Document):
    """How a step may end: another step, or an end (`choices.End`)."""

    code: Code
    name: Words
    to: str = Field(max_length=40)


class Step(_Document):
    """One internal step: which post does it, in whose house, in how many working hours."""

    code: Code
    name: Words
    role: str = Field(max_length=20)
    at: At = At.COMPETENT
    hours: int = Field(ge=0, le=2000)
    outcomes: tuple[Outcome, ...]


class Option(_Document):
    code: Code
    name: Words


class FormField(_Document):
    """A field of a form, or a repeated group of fields (one level)."""

    code: Code
    type: FieldType
    name: Words
    help: Words | None = None
    required: bool = True
    when: dict[str, Any] | None = None
    options: tuple[Option, ...] = ()
    least: float | None = None  # Of a number; days from the day of filling in, of a date; rows.
    most: float | None = None
    prefill: Prefill | None = None
    sensitive: bool = False  # Encrypted, and opened one by one.
    fields: tuple["FormField", ...] = ()


class Section(_Document):
    """One page of a form."""

    code: Code
    name: Words
    help: Words | None = None
    fields: tuple[FormField, ...]


class Form(_Document):
    sections: tuple[Section, ...] = ()

    @property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(field for section in self.sections for field in section.fields)


class Definition(_Document):
    """A procedure as it holds for a time. See the module."""

    code: str = Field(pattern=PROCEDURE_CODE)
    name: Words
    area: Code  # Lĩnh vực: the field of administration.
    level: Level = Level.COMMUNE
    channel: Channel
    ways: tuple[Way, ...] = (Way.DIRECT, Way.ONLINE, Way.POST)
    signing: Signing = Signing.CONFIRM  # Of what is sent in online.
    applicants: tuple[Applicant, ...] = ()
    agency: Words | None = None
    occasions: tuple[Words, ...] = ()  # What happened to people who need it: "sinh con".
    sequence: Words | None = None
    manner: Words | None = None
    conditions: Words | None = None
    papers: tuple[Paper, ...] = ()
    no_papers: bool = False  # Said on purpose: nothing but the form is asked for.
    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    results: tuple[Result, ...] = ()
    basis: tuple[Basis, ...] = ()
    steps: tuple[Step, ...] = ()
    form: Form = Form()
    sources: dict[Part, Source] = {}

    @model_validator(mode="after")
    def _online_needs_a_door(self) -> Self:
        if self.channel == Channel.COUNTER and Way.ONLINE in self.ways:
            raise ValueError("a procedure of the counter only is not submitted online")
        return self

    @property
    def to_confirm(self) -> frozenset[Part]:
        """The parts with a value that is still to be confirmed."""
        doubted = {part for part, source in self.sources.items() if source.to_confirm}
        if any(limit.source.to_confirm for limit in self.limits):
            doubted.add(Part.LIMIT)
        if any(fee.source.to_confirm for fee in self.fees):
            doubted.add(Part.FEE)
        return frozenset(doubted)

    @property
    def as_of(self) -> date | None:
        """The day of the oldest value: what the page tells as the date of its data."""
        days = [source.as_of for source in self.sources.values()]
        days += [limit.source.as_of for limit in self.limits]
        days += [fee.source.as_of for fee in self.fees]
        return min(days, default=None)

    def conditions_of(self) -> list[tuple[str, Condition]]:
        """Every condition with the place where it stands."""
        found: list[tuple[str, Condition]] = []
        for kind, rows in (("papers", self.papers), ("fees", self.fees)):
            found += [(f"{kind}.{row.code}", row.when) for row in rows if row.when is not None]
        found += [
            (f"limits.{number}", limit.when)
            for number, limit in enumerate(self.limits)
            if limit.when is not None
        ]
        for field in self.form.fields:
            inner = [(f"form.{field.code}.{one.code}", one.when) for one in field.fields]
            for place, when in [(f"form.{field.code}", field.when), *inner]:
                if when is not None:
                    found.append((place, when))
        return found
