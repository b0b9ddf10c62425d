"""A dataset as plain values, as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language

from dothi.datastore.catalogue import wording
from dothi.datastore.catalogue.choices import (
    Classification,
    Kind,
    Licence,
    Rhythm,
    Share,
    State,
    Theme,
    Type,
)
from dothi.datastore.catalogue.models import ContractVersion, Dataset, in_language
from dothi.datastore.catalogue.registry import Panel
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.rules.difference import Difference, between
from dothi.datastore.catalogue.rules.vocabulary import LICENCE_URLS

SUMMARY = 220
STATE_TONES = {State.DRAFT: "stopped", State.PUBLISHED: "good", State.RETIRED: "paused"}
SHARE_TONES = {
    Share.OPEN: "good", Share.DEFAULT: "met", Share.REQUEST: "near", Share.CLOSED: "paused",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A dataset on a page. Texts come with their language, empty where it is that of the page."""

    code: str
    url: str
    desk_url: str
    title: str
    title_lang: str
    description: str
    description_lang: str
    summary: str
    kind: str
    share: str
    share_tone: str
    state: str
    state_label: str
    state_tone: str
    themes: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    unit: str
    unit_code: str
    agency: str
    agency_lang: str
    licence: str
    licence_url: str
    legal_basis: str
    source: str
    place: str
    covers_from: date | None
    covers_to: date | None
    rhythm: str
    sample: bool
    registered: bool
    number: int
    published_at: datetime | None
    changed_at: datetime


def shown(dataset: Dataset) -> Shown:
    title, title_lang = _text(dataset, "title")
    description, description_lang = _text(dataset, "description")
    agency, agency_lang = _text(dataset, "agency")
    licence, share, state = Licence(dataset.licence), Share(dataset.share), State(dataset.state)
    return Shown(
        code=dataset.code,
        url=reverse("catalogue:dataset", args=[dataset.code]),
        desk_url=reverse("catalogue:desk_dataset", args=[dataset.code]),
        title=title,
        title_lang=title_lang,
        description=description,
        description_lang=description_lang,
        summary=Truncator(description).chars(SUMMARY),
        kind=str(Kind(dataset.kind).label),
        share=str(share.label),
        share_tone=SHARE_TONES[share],
        state=state.value,
        state_label=str(state.label),
        state_tone=STATE_TONES[state],
        themes=tuple((theme, str(Theme(theme).label)) for theme in dataset.themes),
        keywords=tuple(dataset.keywords),
        unit=dataset.unit.name,
        unit_code=dataset.unit.code,
        agency=agency,
        agency_lang=agency_lang,
        licence=str(licence.label),
        licence_url=LICENCE_URLS.get(licence, ""),
        legal_basis=dataset.legal_basis,
        source=dataset.source,
        place=dataset.place.name if dataset.place else "",
        covers_from=dataset.covers_from,
        covers_to=dataset.covers_to,
        rhythm=str(Rhythm(dataset.rhythm).label),
        sample=dataset.sample,
        registered=dataset.registered,
        number=dataset.contract.number if dataset.contract else 0,
        published_at=dataset.published_at,
        changed_at=dataset.changed_at,
    )


def all_shown(datasets: Iterable[Dataset]) -> list[Shown]:
    return [shown(one) for one in datasets]


def _text(dataset: Dataset, name: str) -> tuple[str, str]:
    text, lang = in_language(dataset, name)
    return text, lang if text and lang != get_language() else ""


@dataclass(frozen=True, kw_only=True)
class ShownColumn:
    """One row of the dictionary."""

    name: str
    title: str
    title_lang: str
    help: str
    type: str
    unit: str
    required: bool
    key: bool
    personal: str  # How it is guarded; empty for what is not personal.
    limits: str


def dictionary(contract: Contract | None) -> list[ShownColumn]:
    """The columns as readers see them."""
    if contract is None:
        return []
    found = []
    for one in contract.fields:
        title, lang = in_language(one, "title")
        bounds = f"{one.minimum or '…'} – {one.maximum or '…'}"
        found.append(
            ShownColumn(
                name=one.name,
                title=title,
                title_lang=lang if lang != get_language() else "",
                help=in_language(one, "help")[0],
                type=str(Type(one.type).label),
                unit=one.unit,
                required=one.required,
                key=one.name in contract.key,
                personal=str(Classification(one.classification).label) if one.is_personal else "",
                limits=", ".join(one.allowed)
                or (bounds if one.minimum or one.maximum else one.pattern),
            )
        )
    return found


def told(differences: Iterable[Difference]) -> list[dict[str, str]]:
    """Differences as sentences, and whom each concerns."""
    return [
        {"text": wording.difference(one), "concerns": wording.concerned(one.concerns)}
        for one in differences
    ]


def versions_of(versions: list[ContractVersion]) -> list[dict[str, Any]]:
    """All contracts, newest first, each with what it changed."""
    contracts = [one.contract for one in versions]
    older: list[Contract | None] = [*contracts[1:], None][: len(contracts)]
    return [
        {
            "number": version.number,
            "at": version.valid_from,
            "note": version.note,
            "by": version.by,
            "first": before is None,
            "columns": len(contract.fields),
            "changes": told(between(before, contract)) if before is not None else [],
        }
        for version, contract, before in zip(versions, contracts, older, strict=True)
    ]


def panels_of(panels: Iterable[Panel], request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """What other parts of the store have to show of a dataset to this reader."""
    return [
        {"template": panel.template, "shown": there}
        for panel in panels
        if (there := panel.context(request, code)) is not None
    ]


def page_number(request: HttpRequest) -> int:
    """The page that is asked for, from 1."""
    number = request.GET.get("page", "")
    return max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1


def next_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page + 1)
    return f"?{query.urlencode()}"


def absolute(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}"
