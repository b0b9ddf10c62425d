"""The copy of what is held about a person, for paper. It is made when it is taken, never kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from dothi.core.clock import local
from dothi.core.papers import services as papers
from dothi.datastore.rights import registry
from dothi.datastore.rights.models import RightsRequest
from dothi.units import selectors as units

MOST_LINES = 5000
TITLE = {"vi": "Bản sao dữ liệu cá nhân", "en": "Copy of personal data"}


def pdf(asked: RightsRequest, copy: Mapping[str, Any], *, at: datetime) -> bytes:
    """The copy as PDF/A, in the language of the person."""
    on, language = local(at), asked.person.language if asked.person.language in TITLE else "vi"
    with translation.override(language):
        address = f"{settings.PUBLIC_URL}{reverse('rights:mine', args=[asked.code])}"
        agency = units.root(on=on.date()).name
        parts = [
            [str(registry.holders[code].title), list(_lines(value))[:MOST_LINES]]
            for code, value in copy["parts"].items()
        ]
    data = {
        "language": language, "code": asked.code, "number": asked.code, "parts": parts,
        "day": [on.year, on.month, on.day], "title": TITLE[language],
        "subtitle": asked.person.get_full_name(), "agency": agency, "agency_above": "",
        "signer_title": "", "signer": "", "state_name": papers.MOTTO[language][0],
        "motto": papers.MOTTO[language][1], "place_and_date": f"{on:%d/%m/%Y %H:%M}",
        "label_number": papers.LABELS[language]["number"], "label_verify": "",
        "verify_at": address,
    }  # fmt: skip
    return papers.render("personal_data_copy", data, qr_of=address)


def _lines(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value with the way to it."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _lines(one, f"{path} › {key}" if path else str(key))
    elif isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _lines(one, f"{path} {number}")
    elif value not in (None, ""):
        yield path, str(value)
