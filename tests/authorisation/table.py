"""How the tables are written: every door of dossiers and procedures, and what it answers to whom.

A line of `page`, `deed` and the like says one word for each actor. A number is a status, after
which nothing may have changed; `in` is the way to the sign-in; `ok` is done, and something changed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from tests.authorisation.house import House

PUBLIC = ("nobody", "owner", "other")
STAFF = ("outsider", "clerk", "counter", "handler", "leader", "auditor", "steward")
ACTORS = (*PUBLIC, *STAFF)
SEES = frozenset({"counter", "handler", "leader", "auditor"})  # Dossiers of the ward.
DESK = "in 403 403"
# Where everybody hears the same, and what is posted is not looked at, these few are asked.
SOME = frozenset({"nobody", "other", "outsider"})


def each(word: str) -> str:
    """The same word for every actor."""
    return " ".join([word] * len(ACTORS))


EVERYBODY, DONE, GONE, AWAY = each("200"), each("ok"), each("404"), each("302")

Of = Callable[[House], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way through a door. `codes`, `personal`: who reads codes, or people, in the answer."""

    name: str
    method: str
    args: Of
    data: Of
    query: str
    told: Mapping[str, str]
    codes: frozenset[str]
    personal: frozenset[str] = frozenset()
    note: str = ""

    def url(self, house: House) -> str:
        found = reverse(self.name, kwargs=dict(self.args(house)))
        return f"{found}?{self.query}" if self.query else found

    @property
    def title(self) -> str:
        return f"{self.method} {self.name} {self.note}".strip()


@dataclass
class Table:
    """Rows as they are written down."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self, name: str, words: str, *, method: str, args: Of = lambda house: {},
        data: Of = lambda house: {}, query: str = "", codes: Iterable[str] = SEES,
        personal: Iterable[str] = (), note: str = "",
        only: bool = False,
    ) -> None:  # fmt: skip
        told = dict(zip(ACTORS, words.split(), strict=True))
        if only or len(set(told.values())) == 1:
            told = {actor: word for actor, word in told.items() if actor in SOME}
        self.rows.append(
            Row(name=name, method=method, args=args, data=data, query=query, told=told,
                codes=frozenset(codes), personal=frozenset(personal), note=note)
        )  # fmt: skip

    def page(self, name: str, words: str, *, noted: bool = False, **more: Any) -> None:
        """A page that is read; what is posted to it is not looked at. `noted`: that it was read."""
        self.add(name, words, method="get", **more)
        self.add(name, words.replace("200", "ok") if noted else words, method="post", only=True,
                 **more)  # fmt: skip

    def form(self, name: str, words: str, posted: str, *, data: Of, **more: Any) -> None:
        """A page, and what is posted to it."""
        self.add(name, words, method="get", **more)
        self.add(name, posted, method="post", data=data, **more)

    def deed(self, name: str, words: str, *, asks_first: bool = False, **more: Any) -> None:
        """A door for posts only: who asks it for a page is told so, if not turned away before."""
        self.add(name, words, method="post", **more)
        asked = [word if word == "in" or (word == "403" and (asks_first or index < 3)) else "405"
                 for index, word in enumerate(words.split())]  # fmt: skip
        more = {key: value for key, value in more.items() if key != "personal"}
        self.add(name, " ".join(asked), method="get", **more)


TABLE = Table()
page, form, deed, add = TABLE.page, TABLE.form, TABLE.deed, TABLE.add
ANYBODY = frozenset(ACTORS)


def of(name: str, **more: Any) -> Of:
    """A dossier of this name."""
    return lambda house: {"code": house[name].code, **more}
