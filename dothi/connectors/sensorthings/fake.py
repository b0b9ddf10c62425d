"""A small SensorThings server: entities, `$filter` on phenomenonTime, pages with nextLink."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dothi.connectors.played import Answer, Request

PAGE = 3


@dataclass
class Sensors:
    """What it holds, and what breaks. The address of the server is set when it is up."""

    url: str = ""
    observations: list[dict[str, Any]] = field(default_factory=list)
    breaks_at: int | None = None

    def measure(self, at: str, result: float, stream: int = 1) -> None:
        self.observations.append(
            {
                "@iot.id": len(self.observations) + 1,
                "phenomenonTime": at,
                "result": result,
                "Datastream": {"@iot.id": stream},
            }
        )

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("/Datastreams"):
            return Answer(value={"value": [_stream(1, "Kênh Tân Hóa"), _stream(2, "Cầu Lạc Long")]})
        skip = int(request.query.get("$skip", "0"))
        if skip == self.breaks_at:
            return Answer(status=500)
        wanted = re.fullmatch(r"phenomenonTime ge (\S+)", request.query.get("$filter", ""))
        since = datetime.fromisoformat(wanted[1]) if wanted else None
        found = sorted(
            (one for one in self.observations if since is None or _begin(one) >= since),
            key=lambda one: (_begin(one), one["@iot.id"]),
        )
        value: dict[str, Any] = {"value": found[skip : skip + PAGE]}
        if skip + PAGE < len(found):
            query = urlencode({**request.query, "$skip": str(skip + PAGE)})
            value["@iot.nextLink"] = f"{self.url}{request.path}?{query}"
        return Answer(value=value)


def _begin(one: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(one["phenomenonTime"].partition("/")[0])


def _stream(number: int, name: str) -> dict[str, Any]:
    return {
        "@iot.id": number,
        "name": name,
        "unitOfMeasurement": {"symbol": "m"},
        "ObservedProperty": {"name": "Mực nước"},
        "Thing": {
            "@iot.id": number,
            "name": f"Trạm {number}",
            "Locations": [{"location": {"type": "Point", "coordinates": [106.65, 10.76]}}],
        },
    }
