"""The actions that only read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from dothi.datastore.catalogue import ports, selectors
from dothi.datastore.catalogue.api.asking import (
    AT_MOST,
    Asked,
    Invalid,
    NotFound,
    NotUnderstood,
)
from dothi.datastore.catalogue.api.packages import (
    counted,
    group,
    licences,
    organization,
    package,
    resources_of,
    tag,
)
from dothi.datastore.catalogue.api.query import BadQuery, ordered, parse, with_format
from dothi.datastore.catalogue.choices import Licence, Theme
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.selectors import Filters
from dothi.units.models import Unit

FACETS = {
    "organization": "unit__code", "groups": "themes", "tags": "keywords", "license_id": "licence",
}  # fmt: skip


def site_read(asked: Asked) -> bool:
    return True


def status_show(asked: Asked) -> dict[str, Any]:
    return {
        "ckan_version": "2.11", "site_url": settings.PUBLIC_URL, "site_title": "dothi",
        "site_description": "", "error_emails_to": None, "locale_default": settings.LANGUAGE_CODE,
        "extensions": [],
    }  # fmt: skip


def package_list(asked: Asked) -> list[str]:
    start, limit = asked.number("offset", 0, most=10**9), asked.number("limit", AT_MOST)
    codes = asked.seen.order_by("code").values_list("code", flat=True)
    return list(codes[start : start + limit])


def package_show(asked: Asked) -> dict[str, Any]:
    return _packages(asked, [asked.dataset()])[0]


def _packages(asked: Asked, datasets: Iterable[Dataset]) -> list[dict[str, Any]]:
    """With the files of their rows, asked for all at once."""
    listed = list(datasets)
    files = ports.files(listed, asked.user, at=asked.at)
    return [package(one, files.get(one.code, ())) for one in listed]


def all_packages(asked: Asked) -> list[dict[str, Any]]:
    start, limit = asked.number("offset", 0, most=10**9), asked.number("limit", 50)
    found = asked.seen.order_by("-changed_at", "code")
    return _packages(asked, found[start : start + limit])


def package_search(asked: Asked) -> dict[str, Any]:
    """Words without marks will do; `fq`, `sort`, `rows`, `start` and facets as in CKAN."""
    narrow = [asked.text("fq"), *asked.names("fq_list")]
    try:
        query = parse(asked.text("q"), " ".join(narrow))
        found, _meant = selectors.matching(
            query.words, Filters(), asked.seen.filter(query.narrows), on=asked.at.date()
        )
        rows = ordered(found, asked.text("sort"))
    except BadQuery as error:
        raise NotUnderstood(f"Search Query is invalid: {error}") from error
    start, limit = asked.number("start", 0, most=10**9), asked.number("rows", 10)
    facets = {name: _facet(asked, found, name) for name in asked.names("facet.field")}
    return {
        "count": found.count(),
        "sort": asked.text("sort") or "score desc, metadata_modified desc",
        "results": _packages(asked, rows[start : start + limit]),
        "facets": {
            name: {item["name"]: item["count"] for item in items} for name, items in facets.items()
        },
        "search_facets": {name: {"title": name, "items": items} for name, items in facets.items()},
    }


def _facet(asked: Asked, found: Any, name: str) -> list[dict[str, Any]]:
    if name == "res_format":
        counts = {form: found.filter(with_format(form)).count() for form in ("YAML", *ports.FORMS)}
        return [
            {"name": form, "display_name": form, "count": count}
            for form, count in counts.items()
            if count
        ]
    if name not in FACETS:
        raise Invalid({"facet.field": [f"no such field: {name}"]})
    counts = counted(found, FACETS[name])
    most = asked.number("facet.limit", 50)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return [
        {"name": shown, "display_name": title, "count": count}
        for value, count in ranked[:most]
        for shown, title in [_called(name, value)]
    ]


def _called(field: str, value: str) -> tuple[str, str]:
    with translation.override("vi"):
        match field:
            case "organization":
                unit = Unit.objects.filter(code=value).order_by("-valid_from").first()
                return f"unit-{value.lower()}", unit.name_vi if unit else value
            case "groups":
                return value, str(Theme(value).label)
            case "license_id":
                return value, str(Licence(value).label)
    return value, value


def resource_show(asked: Asked) -> dict[str, Any]:
    code, _, _part = asked.text("id").partition(".")
    dataset = asked.seen.filter(code=code).first()
    if dataset is None:
        raise NotFound
    files = ports.files([dataset], asked.user, at=asked.at).get(code, ())
    for resource in resources_of(dataset, files):
        if resource["id"] == asked.text("id"):
            return resource
    raise NotFound


def resource_search(asked: Asked) -> dict[str, Any]:
    """`query` is `format:csv` or a list of such; every one has to be in its field."""
    given = asked.data.get("query") or []
    terms = [str(one).partition(":") for one in (given if isinstance(given, list) else [given])]
    for field, _colon, _word in terms:
        if field not in {"name", "format", "url", "description", "mimetype", "id"}:
            raise Invalid({"query": [f"no such field: {field[:40]}"]})
    found = [
        resource
        for one in _packages(asked, asked.seen.order_by("code"))
        for resource in one["resources"]
        if all(word.lower() in str(resource[field]).lower() for field, _colon, word in terms)
    ]
    start, limit = asked.number("offset", 0, most=10**9), asked.number("limit", AT_MOST)
    return {"count": len(found), "results": found[start : start + limit]}


def organization_list(asked: Asked) -> list[Any]:
    counts = counted(asked.seen, "unit_id")
    found = [
        organization(unit, counts[unit.pk])
        for unit in Unit.objects.filter(pk__in=counts).order_by("code")
    ]
    return found if asked.flag("all_fields") else [one["name"] for one in found]


def organization_show(asked: Asked) -> dict[str, Any]:
    code = asked.text("id").removeprefix("unit-")
    mine = asked.seen.filter(unit__code__iexact=code).order_by("code")
    first = mine.first()
    if first is None:
        raise NotFound
    shown = organization(first.unit, mine.count())
    if asked.flag("include_datasets"):
        shown["packages"] = _packages(asked, mine[:AT_MOST])
    return shown | {"users": [], "extras": [], "tags": [], "groups": []}


def group_list(asked: Asked) -> list[Any]:
    counts = counted(asked.seen, "themes")
    with translation.override("vi"):
        found = [group(theme, counts[theme]) for theme in Theme if theme in counts]
    return found if asked.flag("all_fields") else [one["name"] for one in found]


def group_show(asked: Asked) -> dict[str, Any]:
    name = asked.text("id")
    if name not in Theme.values:
        raise NotFound
    mine = asked.seen.filter(themes__contains=[name]).order_by("code")
    with translation.override("vi"):
        shown = group(Theme(name), mine.count())
    if asked.flag("include_datasets"):
        shown["packages"] = _packages(asked, mine[:AT_MOST])
    return shown | {"users": [], "extras": [], "tags": [], "groups": []}


def tag_list(asked: Asked) -> list[Any]:
    words = sorted(counted(asked.seen, "keywords"))
    query = asked.text("query").casefold()
    kept = [word for word in words if query in word.casefold()]
    return [tag(word) for word in kept] if asked.flag("all_fields") else kept


def tag_show(asked: Asked) -> dict[str, Any]:
    word = asked.text("id")
    mine = asked.seen.filter(keywords__contains=[word]).order_by("code")
    if not mine.exists():
        raise NotFound
    shown = tag(word)
    if asked.flag("include_datasets"):
        shown["packages"] = _packages(asked, mine[:AT_MOST])
    return shown


def license_list(asked: Asked) -> list[dict[str, Any]]:
    return licences()


ACTIONS: dict[str, Callable[[Asked], Any]] = {
    "site_read": site_read,
    "status_show": status_show,
    "package_list": package_list,
    "package_show": package_show,
    "package_search": package_search,
    "current_package_list_with_resources": all_packages,
    "resource_show": resource_show,
    "resource_search": resource_search,
    "organization_list": organization_list,
    "organization_show": organization_show,
    "group_list": group_list,
    "group_show": group_show,
    "tag_list": tag_list,
    "tag_show": tag_show,
    "license_list": license_list,
}
