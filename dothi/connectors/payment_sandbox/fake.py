"""The sandbox's own server, on this machine: it begins payments, has a page to pay on, calls back.

`python -m dothi.connectors.payment_sandbox.fake PORT KEY` runs it until it is interrupted.
"""

import html
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx

from dothi.connectors.payment_sandbox import client
from dothi.connectors.played import Answer, Request, serving

PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Sandbox</title>
<h1>Sandbox</h1><p>{text}</p><p>{amount} VND</p>
<form method="post" action="/pay/{number}"><button name="do" value="pay">Thanh toán / Pay</button>
<button name="do" value="cancel">Hủy / Cancel</button></form></html>"""


@dataclass
class Bank:
    """Payments by reference. `silent`: it calls nobody back; `ill`: answers are faults first."""

    key: str
    url: str = ""
    silent: bool = False
    ill: int = 0
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        if self.ill:
            self.ill -= 1
            return Answer(status=503)
        if request.path.startswith("/pay/"):
            return self._page(request)
        what = request.body or request.path.encode()
        try:
            client.check(self.key, what, request.headers, at=_now())
        except client.NotSigned:
            return Answer(status=401)
        if request.path == "/v1/payments":
            return self._signed(self._begun(json.loads(request.body)))
        one = self.payments.get(request.path.rpartition("/")[2])
        return self._signed(self._told(one)) if one else Answer(status=404)

    def pay(self, reference: str, *, amount: int | None = None) -> None:
        """The payer pays, perhaps another amount than was asked."""
        one = self.payments[reference]
        one |= {"state": "paid", "paid": one["amount"] if amount is None else amount}

    def message(self, reference: str, *, at: datetime) -> tuple[bytes, dict[str, str]]:
        """What it says when it calls back: the bytes, and the headers that vouch for them."""
        body = json.dumps(self._told(self.payments[reference])).encode()
        return body, client.signed(self.key, body, at=at)

    def call(self, reference: str) -> int:
        """Call back; the status that the house answers."""
        one = self.payments[reference]
        body, headers = self.message(reference, at=_now())
        with httpx.Client(trust_env=False, timeout=client.TIMEOUT) as web:
            return web.post(one["callback_url"], content=body, headers=headers).status_code

    def _begun(self, value: dict[str, Any]) -> dict[str, Any]:
        known = self.payments.setdefault(
            value["reference"],
            {**value, "payment_id": secrets.token_hex(8), "state": "open", "paid": 0},
        )
        return {"pay_url": f"{self.url}/pay/{known['payment_id']}"}

    def _told(self, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "reference": one["reference"], "payment_id": one["payment_id"],
            "state": one["state"], "amount": one["paid"],
        }  # fmt: skip

    def _signed(self, value: dict[str, Any]) -> Answer:
        body = json.dumps(value).encode()
        return Answer(body=body, headers=client.signed(self.key, body, at=_now()))

    def _page(self, request: Request) -> Answer:
        number = request.path.rpartition("/")[2]
        one = next((row for row in self.payments.values() if row["payment_id"] == number), None)
        if one is None:
            return Answer(status=404)
        if request.body:
            if dict(parse_qsl(request.body.decode())).get("do") == "pay":
                self.pay(one["reference"])
            else:
                one["state"] = "failed"
            if not self.silent:
                self.call(one["reference"])
            return Answer(status=303, body=b"", headers={"Location": one["return_url"]})
        page = PAGE.format(
            text=html.escape(one["text"]), amount=one["amount"], number=one["payment_id"]
        )
        return Answer(body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _now() -> datetime:
    return datetime.now(UTC)


def main(port: int, key: str) -> None:
    """Serve until somebody interrupts."""
    bank = Bank(key=key)
    with serving(bank.answer, port=port) as server:
        bank.url = server.url
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
