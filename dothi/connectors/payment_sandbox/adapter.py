"""The sandbox as a payment service of dossiers. No money moves."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from dothi.cases.ports import Ask, NotGenuine, NotReached, Standing, Told
from dothi.connectors.payment_sandbox import client


class Sandbox:
    """A service that speaks as real ones do: redirect, signed callback, question for the state."""

    code = "sandbox"
    sample = True

    @property
    def name(self) -> str:
        return _("Payment sandbox (no money moves)")

    def ready(self) -> bool:
        return bool(settings.PAYMENT_SANDBOX_URL and settings.PAYMENT_SANDBOX_KEY)

    def begin(self, ask: Ask) -> str:
        value = {
            "reference": ask.reference, "amount": ask.amount, "text": ask.text,
            "return_url": ask.return_url, "callback_url": ask.callback_url,
            "language": ask.language,
        }  # fmt: skip
        try:
            answer = client.posted(_url("/v1/payments"), _key(), value, at=ask.at)
            where = str(answer["pay_url"])
        except (httpx.HTTPError, client.NotSigned, ValueError, KeyError) as error:
            raise NotReached from error
        if urlsplit(where).scheme not in {"http", "https"}:
            raise NotReached
        return where

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        try:
            client.check(_key(), body, headers, at=at)
            return _told(json.loads(body))
        except (client.NotSigned, ValueError, KeyError, TypeError) as error:
            raise NotGenuine from error

    def asked(self, reference: str, *, at: datetime) -> Told:
        try:
            told = _told(client.read(_url(f"/v1/payments/{reference}"), _key(), at=at))
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                # It never heard of it: nothing was begun, nothing can be paid.
                return Told(
                    reference=reference, standing=Standing.FAILED, amount=0, provider_ref=""
                )
            raise NotReached from error
        except (httpx.HTTPError, client.NotSigned, ValueError, KeyError, TypeError) as error:
            raise NotReached from error
        if told.reference != reference:
            raise NotReached
        return told


def _told(value: Any) -> Told:
    return Told(
        reference=str(value["reference"])[:32],
        standing=Standing(value["state"]),
        amount=int(value["amount"]),
        provider_ref=str(value["payment_id"])[:64],
    )


def _url(path: str) -> str:
    return f"{settings.PAYMENT_SANDBOX_URL}{path}"


def _key() -> str:
    key: str = settings.PAYMENT_SANDBOX_KEY
    return key
