"""The doors of citizens: find a procedure, read what it takes, take it along as a file."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from dothi.core import clock
from dothi.lib import text_vi
from dothi.procedures import permissions, selectors, services, wording
from dothi.procedures.choices import Channel, Part, Way
from dothi.procedures.models import Version
from dothi.procedures.rules.definition import Definition, Source, Words

WORDS = 100
NATIONAL_PORTAL = "https://dichvucong.gov.vn"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One procedure in a list."""

    code: str
    name: str
    area: str
    limit: str
    occasions: str


def procedures(request: HttpRequest) -> HttpResponse:
    """Find a procedure by what happened, by name or by field."""
    on = clock.now().date()
    words = text_vi.tidy(request.GET.get("q", ""))[:WORDS]
    area = text_vi.written(request.GET.get("area", ""))
    found = selectors.search(words, on=on, area=area)
    return render(
        request,
        "procedures/list.html",
        {
            "items": [_item(version) for version in found.versions],
            "words": words,
            "meant": found.meant,
            "area": area,
            "areas": [(one.code, one.name) for one in selectors.areas(on=on)],
        },
    )


def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the law asks of the page of a procedure, as it holds on a day."""
    now = clock.now()
    on = _day(request.GET.get("on", ""), now)
    version = selectors.version_of(code, on=on)
    if version is None:
        raise Http404
    office = permissions.may_see_doubts(request.user, on=now.date())
    context = page_of(version.content, office=office) | {
        "area": version.procedure.area,
        "number": version.number,
        "valid_from": version.valid_from,
        "past": on < now.date() and version.valid_to is not None,
    }
    return render(request, "procedures/page.html", context)


def page_of(definition: Definition, *, office: bool) -> dict[str, Any]:
    """What the page of a procedure says; the office reads what is to be confirmed, too."""
    return {
        "code": definition.code,
        "name": _said(definition.name),
        "parts": _parts(definition),
        "papers": _papers(definition),
        "limits": _limits(definition),
        "fees": _fees(definition),
        "results": _results(definition),
        "basis": [(_said(one.name), one.article) for one in definition.basis],
        "fields": [
            (_said(section.name), [_said(field.name) for field in section.fields])
            for section in definition.form.sections
        ],
        "national": NATIONAL_PORTAL if definition.channel == Channel.NATIONAL else "",
        "own": definition.channel == Channel.OWN and Way.ONLINE in definition.ways,
        "counter": definition.channel == Channel.COUNTER,
        "as_of": definition.as_of,
        "doubts": [Part(part).label for part in sorted(definition.to_confirm)] if office else [],
        "sources": _sources(definition) if office else [],
    }


def as_file(request: HttpRequest, code: str) -> HttpResponse:
    """The version that holds today, as the file that another house can read."""
    version = selectors.version_of(code, on=clock.now().date())
    if version is None:
        raise Http404
    response = HttpResponse(services.exported(version), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{code}.json"'
    return response


def _day(text: str, now: datetime) -> date:
    try:
        return date.fromisoformat(text) if text else now.date()
    except ValueError as error:
        raise Http404 from error


def _said(words: Words) -> str:
    return words.of(get_language() or "vi")


def _item(version: Version) -> Item:
    definition = version.content
    plain = [limit for limit in definition.limits if limit.when is None]
    return Item(
        code=version.procedure.code,
        name=_said(definition.name),
        area=version.procedure.area.name,
        limit=wording.limit(plain[0]) if plain else "",
        occasions=", ".join(_said(one) for one in definition.occasions),
    )


def _parts(definition: Definition) -> dict[str, str]:
    stated = {
        "sequence": definition.sequence, "manner": definition.manner,
        "conditions": definition.conditions, "agency": definition.agency,
    }  # fmt: skip
    parts = {name: _said(words) for name, words in stated.items() if words is not None}
    parts["ways"] = ", ".join(str(way.label) for way in definition.ways)
    parts["applicants"] = ", ".join(str(one.label) for one in definition.applicants)
    return parts


def _papers(definition: Definition) -> list[dict[str, Any]]:
    return [
        {
            "name": _said(paper.name),
            "form": paper.form.label,
            "copies": wording.copies(paper.number),
            "conditional": paper.when is not None or not paper.required,
            "help": _said(paper.help) if paper.help else "",
        }
        for paper in definition.papers
    ]


def _limits(definition: Definition) -> list[tuple[str, str]]:
    return [
        (_said(one.name) if one.name and one.when else "", wording.limit(one))
        for one in definition.limits
    ]


def _fees(definition: Definition) -> list[dict[str, Any]]:
    return [
        {
            "name": _said(fee.name),
            "said": wording.fee(fee),
            "ways": ", ".join(str(way.label) for way in fee.ways),
            "since": fee.valid_from,
        }
        for fee in definition.fees
    ]


def _results(definition: Definition) -> list[tuple[str, int | None]]:
    return [(_said(one.name), one.months) for one in definition.results]


def _sources(definition: Definition) -> list[tuple[str, Source]]:
    stated = [(str(part.label), source) for part, source in definition.sources.items()]
    stated += [(str(Part.LIMIT.label), one.source) for one in definition.limits]
    stated += [(str(Part.FEE.label), one.source) for one in definition.fees]
    return stated
