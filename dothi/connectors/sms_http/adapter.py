"""Short messages by a service that speaks JSON over HTTP (`docs/howto/sms.md` has the fields)."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from dothi.core.notices import ports
from dothi.core.notices.choices import Channel
from dothi.lib import sms

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
MOST = 64 * 1024
# A report that is older is not believed; who has to say it again signs it again.
FRESH = timedelta(minutes=10)
STAMP, MARK, SIGNATURE = "x-timestamp", "x-message-id", "x-signature"
# What a service cannot do now, and may do later; any other 4xx is about the message itself.
LATER = frozenset({401, 402, 403, 404, 408, 409, 425, 429})


class Http:
    """The service of `SMS_URL`. It knows its keys: the same one again is the same message."""

    code = "sms"
    channel = Channel.SMS
    capability = ports.Capability(
        segments=3, knows_keys=True, reports=True, needs_consent=True, keeps_quiet=True
    )
    sample = False

    def ready(self) -> bool:
        return bool(settings.SMS_URL and settings.SMS_TOKEN and settings.SMS_SENDER)

    def written(self, text: str) -> str:
        return sms.plain(text) if settings.SMS_PLAIN else text

    def hand_over(self, message: ports.Message) -> ports.Taken:
        size = sms.size(message.text)
        said = {
            "id": message.key, "to": message.address, "from": settings.SMS_SENDER,
            "text": message.text, "encoding": size.alphabet,
        }  # fmt: skip
        if settings.SMS_CALLBACK_KEY:
            said["report_url"] = message.report_url
        answer = _posted(said, key=message.key)
        segments = _number(answer.get("segments"), size.segments)
        return ports.Taken(
            ref=str(answer["id"])[:80], segments=segments,
            cost=_number(answer.get("cost"), segments * settings.SMS_PRICE),
        )  # fmt: skip

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> ports.Heard:
        mark = checked(settings.SMS_CALLBACK_KEY, body, headers, at=at)
        try:
            said = json.loads(body)
            return ports.Heard(
                mark=mark,
                reports=tuple(_report(one) for one in said.get("reports", [])),
                replies=tuple(
                    ports.Reply(address=str(one["from"]), text=str(one["text"])[:200])
                    for one in said.get("replies", [])
                ),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ports.NotGenuine("not in its form") from error


def _posted(said: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    """What the service answers.

    Raises:
        Refused, Later, Unknown: by what is to be done. Their text names no number and no word.
    """
    headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Idempotency-Key": key}
    try:
        with httpx.Client(
            timeout=TIMEOUT, trust_env=False, follow_redirects=False,
            headers={"User-Agent": "dothi"},
        ) as client:  # fmt: skip
            answer = client.post(settings.SMS_URL, json=said, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        raise ports.Later(f"no connection: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise ports.Unknown(f"no answer: {type(error).__name__}") from error
    status = answer.status_code
    if status >= 500:
        raise ports.Unknown(f"HTTP {status}")
    if status in LATER or 300 <= status < 400:
        raise ports.Later(f"HTTP {status}")
    if status >= 400:
        raise ports.Refused(f"HTTP {status}")
    try:
        value = json.loads(answer.content[:MOST])
        if isinstance(value, dict) and value.get("id"):
            return value
    except ValueError:
        pass
    raise ports.Unknown("an answer that is none")


def _number(said: Any, otherwise: int) -> int:
    return said if isinstance(said, int) and 0 <= said < 10_000_000 else otherwise


def _report(one: Mapping[str, Any]) -> ports.Report:
    return ports.Report(
        key=str(one["id"])[:60], outcome=ports.Outcome(one["status"]),
        why=str(one.get("reason", ""))[:120],
    )  # fmt: skip


def signed(key: str, body: bytes, *, mark: str, at: datetime) -> dict[str, str]:
    """The headers that vouch for a report; `mark` is of this call alone."""
    stamp = str(int(at.timestamp()))
    return {STAMP: stamp, MARK: mark, SIGNATURE: _signature(key, stamp, mark, body)}


def checked(key: str, body: bytes, headers: Mapping[str, str], *, at: datetime) -> str:
    """The mark of a call that is the service's own, and fresh.

    Raises:
        NotGenuine: it is not.
    """
    low = {name.lower(): value for name, value in headers.items()}
    stamp, mark, given = (low.get(name, "") for name in (STAMP, MARK, SIGNATURE))
    ours = _signature(key, stamp, mark, body)
    if not key or not mark or not hmac.compare_digest(ours.encode(), given.encode()):
        raise ports.NotGenuine("signature")
    # Only who has the key gets here, so the stamp is a number.
    if abs(at - datetime.fromtimestamp(int(stamp), UTC)) > FRESH:
        raise ports.NotGenuine("age")
    return mark[:80]


def _signature(key: str, stamp: str, mark: str, body: bytes) -> str:
    what = stamp.encode() + b"." + mark.encode() + b"." + body
    return hmac.new(key.encode(), what, hashlib.sha256).hexdigest()
