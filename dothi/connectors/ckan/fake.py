"""A small CKAN portal: one package with two resources, one of them with rows in the DataStore."""

from dataclasses import dataclass, field
from typing import Any

from dothi.connectors.played import Answer, Request


@dataclass
class Portal:
    """What it holds. It gives at most `most` rows at once, whatever it is asked for."""

    url: str = ""
    body: bytes = b"id,at,level\n1,2026-11-26 08:00,1.5\n"
    modified: str = "2026-11-26T01:00:00"
    rows: list[dict[str, Any]] = field(default_factory=list)
    most: int = 2

    def answer(self, request: Request) -> Answer:
        if request.path == "/files/nuoc.csv":
            return Answer(body=self.body)
        action = request.path.removeprefix("/api/3/action/")
        if action == "package_show" and request.query["id"] == "muc-nuoc":
            return Answer(value={"success": True, "result": {"resources": self._resources()}})
        if action == "datastore_search" and request.query["resource_id"] == "r-2":
            start = int(request.query["offset"])
            here = self.rows[start : start + min(self.most, int(request.query["limit"]))]
            numbered = [{"_id": start + n, **row} for n, row in enumerate(here, start=1)]
            result = {"records": numbered, "total": len(self.rows)}
            return Answer(value={"success": True, "result": result})
        return Answer(value={"success": False, "error": {"__type": "Not Found Error"}}, status=404)

    def _resources(self) -> list[dict[str, Any]]:
        return [
            {"id": "r-1", "name": "Tệp", "url": f"{self.url}/files/nuoc.csv",
             "last_modified": self.modified},
            {"id": "r-2", "name": "Bảng", "url": f"{self.url}/files/other.csv",
             "datastore_active": True},
        ]  # fmt: skip
