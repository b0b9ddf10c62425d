"""The Action API of CKAN: what a package holds, and the rows of a resource."""

from collections.abc import Iterator, Mapping
from typing import Any

from dothi.connectors.web import Web
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

PAGE = 5_000
PAGES_AT_MOST = 100_000
OWN = "_id"  # Number of the row in CKAN's table.


def resource(web: Web, root: str, package: str, wanted: str) -> dict[str, Any]:
    """A resource of a package by its id or name; the only one where none is named.

    Raises:
        NotFetched: there is none, or several and none was named.
    """
    found = _asked(web, root, "package_show", {"id": package})
    resources = [one for one in found.get("resources", []) if isinstance(one, dict)]
    fitting = [one for one in resources if wanted in (one.get("id"), one.get("name"))]
    if not wanted and len(resources) == 1:
        fitting = resources
    if len(fitting) != 1:
        names = ", ".join(str(one.get("name") or one.get("id")) for one in resources)
        raise NotFetched(Fault.NO_RESOURCE, resource=f"“{wanted}” ({names[:200]})")
    return fitting[0]


def rows(web: Web, root: str, resource_id: str, size: int = PAGE) -> Iterator[Mapping[str, Any]]:
    """The rows of a resource in the DataStore, in the order in which they were added."""
    offset = 0
    for _ in range(PAGES_AT_MOST):
        found = _asked(
            web, root, "datastore_search",
            {"resource_id": resource_id, "limit": str(size), "offset": str(offset), "sort": OWN},
        )  # fmt: skip
        records = found.get("records")
        if not isinstance(records, list):
            raise NotFetched(Fault.NO_RECORDS, path="result.records")
        for one in records:
            yield {name: value for name, value in one.items() if name != OWN}
        # A portal may give fewer rows than it is asked for: its end is an empty page.
        if not records or offset + len(records) == found.get("total"):
            return
        offset += len(records)
    raise NotFetched(Fault.LOOP)


def _asked(web: Web, root: str, action: str, query: Mapping[str, str]) -> dict[str, Any]:
    page = web.json(f"{root}/api/3/action/{action}", query)
    value = page.value
    if not isinstance(value, dict) or not value.get("success"):
        raise NotFetched(Fault.BROKEN, what=action)
    result = value.get("result")
    if not isinstance(result, dict):
        raise NotFetched(Fault.BROKEN, what=action)
    return result
