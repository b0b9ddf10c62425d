"""A service for short messages on this machine: takes them once a key, and reports when told to.

`python -m dothi.connectors.sms_http.fake PORT TOKEN KEY` runs it until it is interrupted.
"""

import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from dothi.connectors.played import Answer, Request, serving
from dothi.connectors.sms_http import adapter

FIELDS = {"id", "to", "from", "text", "encoding", "report_url"}


@dataclass
class Service:
    """Messages by key. `ill`: so many answers are faults first; `mute`: taken, but unanswered."""

    token: str
    key: str
    ill: list[int] = field(default_factory=list)
    mute: int = 0
    refused: set[str] = field(default_factory=set)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0

    def answer(self, request: Request) -> Answer:
        self.asked += 1
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(status=401)
        if self.ill:
            return Answer(status=self.ill.pop(0))
        said = json.loads(request.body)
        if set(said) - FIELDS or said["id"] != request.headers.get("idempotency-key"):
            return Answer(status=422)
        if said["to"] in self.refused:
            return Answer(status=422)
        known = self.messages.setdefault(said["id"], {**said, "ref": secrets.token_hex(6)})
        if self.mute:
            self.mute -= 1
            return Answer(status=504)
        return Answer(value={"id": known["ref"]}, status=202)

    def call(self, at: datetime, **said: Any) -> tuple[bytes, dict[str, str]]:
        """A signed call at the door for reports: the bytes, and what vouches for them."""
        body = json.dumps(said, ensure_ascii=False).encode()
        return body, adapter.signed(self.key, body, mark=secrets.token_hex(8), at=at)


def main(port: int, token: str, key: str) -> None:
    """Serve until somebody interrupts; each message is reported as delivered after a second."""
    service, told = Service(token=token, key=key), set[str]()
    with serving(service.answer, port=port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(1)
                for one in [one for one in service.messages if one not in told]:
                    told.add(one)
                    _tell(service, one)
        except KeyboardInterrupt:
            return


def _tell(service: Service, key: str) -> None:
    where = service.messages[key].get("report_url")
    if not where:
        return
    report = {"id": key, "status": "delivered"}
    body, headers = service.call(datetime.now(UTC), reports=[report])
    with httpx.Client(trust_env=False, timeout=adapter.TIMEOUT) as web:
        web.post(where, content=body, headers=headers)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
