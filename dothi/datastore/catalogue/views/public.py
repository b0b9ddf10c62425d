"""The doors of readers: the search, one dataset, its contract."""

import json
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from dothi.core import clock
from dothi.datastore.catalogue import forms, registry, selectors
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.rules import odcs
from dothi.datastore.catalogue.selectors import Filters
from dothi.datastore.catalogue.views.shared import (
    absolute,
    all_shown,
    dictionary,
    next_url,
    page_number,
    panels_of,
    shown,
    versions_of,
)
from dothi.lib import text_vi

PAGE = 20
# JSON inside a page: what could end the script element or begin another is spelled out.
_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def datasets(request: HttpRequest) -> HttpResponse:
    """Everything that this reader may find, or what holds the words and fits the filters."""
    on = clock.now().date()
    units, places = selectors.keepers_and_places(request.user, on=on)
    form = forms.SearchForm(request.GET or None, units=units, places=places)
    asked = form.cleaned_data if form.is_valid() else {}
    words = text_vi.tidy(asked.get("q", ""))
    page = page_number(request)
    filters = Filters(
        **{name: asked.get(name) or "" for name in ("theme", "unit", "place", "column")},
        on=asked.get("on"),
    )
    found = selectors.search(
        words, filters, request.user, on=on, start=(page - 1) * PAGE, limit=PAGE
    )
    return render(
        request,
        "catalogue/list.html",
        {
            "form": form,
            "words": words,
            "datasets": all_shown(found.datasets),
            "total": found.total,
            "meant": found.meant,
            "narrowed": any(value for name, value in request.GET.items() if name != "page"),
            "more_filters": any(asked.get(name) for name in ("place", "column", "on")),
            "next_url": next_url(request, page) if found.more else "",
            "first_url": request.path if page > 1 else "",
        },
    )


def found_for(request: HttpRequest, code: str) -> Dataset:
    """The dataset, if this reader may see it; else there is none."""
    seen = selectors.datasets_seen_by(request.user, on=clock.now().date())
    dataset = seen.filter(code=code).first()
    if dataset is None:
        raise Http404
    return dataset


def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """One dataset: what it is, who answers for it, what its columns hold, what was agreed."""
    found = found_for(request, code)
    return render(
        request,
        "catalogue/dataset.html",
        {
            "dataset": shown(found),
            "columns": dictionary(found.agreed),
            "versions": versions_of(selectors.contract_versions(found)),
            "contract_url": reverse("catalogue_contract", args=[code]),
            "canonical": absolute(request.path),
            "facts": _for_machines(found),
            "panels": panels_of(registry.panels, request, code),
        },
    )


def _for_machines(found: Dataset) -> SafeString:
    """What search engines read of it (schema.org)."""
    item = shown(found)
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": item.title,
        "description": item.description,
        "identifier": item.code,
        "url": absolute(item.url),
        "inLanguage": item.title_lang or get_language(),
        "keywords": [*item.keywords, *(label for _theme, label in item.themes)],
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": item.agency or item.unit},
        "license": item.licence_url or None,
        "spatialCoverage": item.place or None,
        "temporalCoverage": _period(item.covers_from, item.covers_to),
        "datePublished": item.published_at and clock.local(item.published_at).isoformat(),
        "dateModified": clock.local(item.changed_at).isoformat(),
        "includedInDataCatalog": {"@type": "DataCatalog", "url": absolute("/data/")},
    }
    said = {name: value for name, value in facts.items() if value}
    return mark_safe(json.dumps(said, ensure_ascii=False).translate(_SAFE))


def _period(first: date | None, end: date | None) -> str:
    return f"{first or '..'}/{end or '..'}" if first or end else ""


def contract(request: HttpRequest, code: str) -> HttpResponse:
    """The contract that holds, or an older one, as a document of the standard."""
    found = found_for(request, code)
    number = request.GET.get("version", "")
    version = found.contract
    if number.isdecimal() and len(number) < 6:
        version = found.versions.filter(number=int(number)).first()
    if version is None:
        raise Http404
    response = HttpResponse(
        odcs.dump(version.document), content_type="application/yaml; charset=utf-8"
    )
    name = f"{found.code}-{version.number}.odcs.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
