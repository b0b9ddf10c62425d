"""The way out to other systems: one POST, to an address that was looked at first.

A name is looked up once, every address that it has is held against the rules, and the connection
goes to the one that was looked at: a name that answers otherwise the next moment leads nowhere.
"""

import socket
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from dothi.core.hooks import rules

TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class NotReached(Exception):
    """No answer: the message is tried again."""


class NotAllowed(Exception):
    """The address lies in a network that messages do not go to."""


def address_of(url: str) -> str:
    """The address behind a URL.

    Raises:
        NotAllowed: it is none that messages go to.
        NotReached: the name is not known.
    """
    local: bool = settings.WEBHOOKS_LOCAL
    if not rules.is_address(url, local=local):
        raise NotAllowed
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached("the name is not known") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (local or all(rules.is_public(one) for one in addresses)):
        raise NotAllowed
    return addresses[0]


def post(url: str, *, headers: dict[str, str], body: str) -> int:
    """The status of the answer; what it says besides is not read.

    Raises:
        NotReached, NotAllowed: see there.
    """
    parts = urlsplit(url)
    target = httpx.URL(url).copy_with(host=address_of(url))
    with httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
        request = client.build_request(
            "POST", target, content=body.encode(), headers={**headers, "host": parts.netloc},
            # The certificate has to be that of the name, whatever address it is reached by.
            extensions={"sni_hostname": parts.hostname},
        )  # fmt: skip
        try:
            answer = client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise NotReached(type(error).__name__) from error
        answer.close()
        return answer.status_code
