"""The rules of the news portal, as tables and pure functions."""

import re
from datetime import date
from difflib import SequenceMatcher
from hashlib import blake2b
from html import unescape
from typing import NamedTuple

from dothi.portal.choices import Deed, State

# Where the working copy may go from where it is. An edit of a published article starts a new
# draft; readers keep the live revision until the new one is published.
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.REVIEW, State.WITHDRAWN}),
    State.REVIEW: frozenset({State.DRAFT, State.APPROVED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.DRAFT, State.PUBLISHED, State.WITHDRAWN}),
    State.PUBLISHED: frozenset({State.DRAFT, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.DRAFT}),
}
# These moves take something away from somebody, so they need a reason.
NEEDS_REASON = frozenset(
    {(State.REVIEW, State.DRAFT), (State.APPROVED, State.DRAFT), (State.PUBLISHED, State.WITHDRAWN)}
)

# What a deed at the desk does to the state. Deeds that leave it as it is are not here.
DEED_MOVES: dict[Deed, State] = {
    Deed.SUBMIT: State.REVIEW,
    Deed.RETURN: State.DRAFT,
    Deed.APPROVE: State.APPROVED,
    Deed.PUBLISH: State.PUBLISHED,
    Deed.WITHDRAW: State.WITHDRAWN,
    Deed.REOPEN: State.DRAFT,
}

COUNTER_DIGITS = 8
ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scrap|monitor|uptime|headless|python-|curl/|wget/|"
    r"libwww|httpclient|go-http|java/|feed|facebookexternalhit|embedly|lighthouse",
    re.IGNORECASE,
)


def may_move(*, now: State, to: State) -> bool:
    return to in MOVES[now]


def needs_reason(*, now: State, to: State) -> bool:
    return (now, to) in NEEDS_REASON


def is_reader(*, method: str, agent: str, purpose: str) -> bool:
    """Whether a request is a person reading: no robot, no look-ahead of a browser.

    `purpose` is the header `Sec-Purpose` (Fetch Standard), `agent` the header `User-Agent`.
    """
    return method == "GET" and bool(agent) and "prefetch" not in purpose and not ROBOT.search(agent)


def reader_mark(*, salt: bytes, address: str, agent: str, page: str, on: date) -> bytes:
    """What tells today's readers of a page apart without a cookie: 16 bytes, worthless tomorrow.

    The salt is random and lives one day, so that nobody, the house included, can find out
    afterwards who it was or follow a reader from one day to the next.
    """
    text = "\0".join((on.isoformat(), page, address, agent)).encode()
    return blake2b(text, key=salt, digest_size=16).digest()


_BREAK = re.compile(r"</(?:p|h2|h3|li|blockquote|figcaption|caption|tr)>|<br>")
_IMAGE = re.compile(r'<img[^>]*?alt="([^"]*)"[^>]*>')
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_CELL = re.compile(r"</t[hd]>\s*(?=<t[hd])")
_TAGS = re.compile(r"<[^>]+>")
_PARTS = re.compile(r"\s+|\w+|[^\w\s]+")


class Change(NamedTuple):
    """A stretch of text: `same` in both, `gone` from the older, or `new` in the newer."""

    kind: str
    text: str


def lines_of(body: str) -> list[str]:
    """The words of a sanitised body, one line a paragraph; pictures and links are named."""
    text = _IMAGE.sub(r"[\1]", body)
    text = _LINK.sub(r"\2 (\1)", text)
    text = _CELL.sub(" | ", text)
    plain = unescape(_TAGS.sub("", _BREAK.sub("\n", text.replace("\n", " "))))
    return [line for raw in plain.split("\n") if (line := " ".join(raw.split()))]


def changes(older: list[str], newer: list[str]) -> list[list[Change]]:
    """What became of the lines: whole ones first, then word by word inside those that changed."""
    found: list[list[Change]] = []
    matcher = SequenceMatcher(a=older, b=newer, autojunk=False)
    for what, a0, a1, b0, b1 in matcher.get_opcodes():
        if what == "equal":
            found += [[Change("same", line)] for line in older[a0:a1]]
            continue
        pairs = min(a1 - a0, b1 - b0)
        found += [_words(older[a0 + n], newer[b0 + n]) for n in range(pairs)]
        found += [[Change("gone", line)] for line in older[a0 + pairs : a1]]
        found += [[Change("new", line)] for line in newer[b0 + pairs : b1]]
    return found


def _words(older: str, newer: str) -> list[Change]:
    a, b = _PARTS.findall(older), _PARTS.findall(newer)
    words = [[part for part in parts if not part.isspace()] for parts in (a, b)]
    alike = SequenceMatcher(a=words[0], b=words[1], autojunk=False).ratio()
    if alike < 0.4:  # Another sentence: mixing the two would be unreadable.
        return [Change("gone", older), Change("new", newer)]
    line: list[Change] = []
    matcher = SequenceMatcher(a=a, b=b, autojunk=False)
    for what, a0, a1, b0, b1 in matcher.get_opcodes():
        if what == "equal":
            line.append(Change("same", "".join(a[a0:a1])))
            continue
        if a0 < a1:
            line.append(Change("gone", "".join(a[a0:a1])))
        if b0 < b1:
            line.append(Change("new", "".join(b[b0:b1])))
    return line


def digits(count: int) -> list[str]:
    """The counter as the seed portal shows it: one digit a box, at least eight boxes."""
    return list(f"{count:0{COUNTER_DIGITS}d}")
