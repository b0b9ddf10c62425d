"""A small server that hears run events: it may be ill for a while, and refuse some."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dothi.connectors.played import Answer, Request


@dataclass
class Listener:
    """What it heard. `ill` answers are faults first; jobs named in `refused` are not taken."""

    ill: int = 0
    key: str = ""
    refused: set[str] = field(default_factory=set)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return Answer(status=401)
        if request.path != "/api/v1/lineage":
            return Answer(status=404)
        if self.ill:
            self.ill -= 1
            return Answer(status=503)
        event = json.loads(request.body)
        if event["job"]["name"] in self.refused:
            return Answer(status=422)
        self.heard.append(event)
        return Answer(status=201)

    @property
    def states(self) -> Counter[str]:
        return Counter(event["eventType"] for event in self.heard)
