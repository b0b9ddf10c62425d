"""What the pages of all worklists share; the frame of the page is `web/worklist.html`.

What is shown, in which order and which columns, stands in the address: it can be kept under a
name, sent to a colleague, and taken out as a file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dothi.core.verbs.refusals import Refused
from dothi.core.worklists import selectors, services
from dothi.core.worklists.services import BatchReport, Coded

Row = TypeVar("Row", bound=Model)
Named = tuple[str, str, str, int | None, str]  # Title, `show`, `whose`, how many, tone.
MOST = 200  # Ticked at once.
ADDRESSES = ("queue", "batch", "save_filter", "forget_filter", "export", "export_xlsx")


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A worklist that many need, one tap away, with how much is in it."""

    title: str
    query: str
    count: int | None
    tone: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that can be left out; the address says which are shown, so a filter keeps them."""

    name: str
    title: str
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One of many that something is done to: what is said of it before and after."""

    code: str
    title: str
    state: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """The worklist of a domain: `ADDRESSES` are in the namespace `code` of its `urls`.

    `columns` can be left out, by name and title. `narrowing` are the parts of the address that
    leave rows out. `many` says how many of its matters there are: "3 dossiers".
    """

    code: str
    title: Any
    many: Callable[[int], str]
    columns: Mapping[str, Any]
    narrowing: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """How its addresses are called, for the template: `{% url worklist.names.batch %}`."""
        return {name: f"{self.code}:{name}" for name in ADDRESSES}

    def context(
        self, request: HttpRequest, *, tabs: Iterable[Named], following: str
    ) -> dict[str, Any]:
        """What the frame of the page shows; `following` is the mark of the next page."""
        asked = asked_for(request.GET)
        return {
            "worklist": self,
            "heading": self.title,
            "tabs": tabs_of(tabs, asked),
            "cols": urlencode({"cols": self._ticked(request.GET)}, doseq=True),
            "columns": self.columns_of(request.GET),
            "narrowed": any(asked.get(name) for name in self.narrowing),
            "saved": selectors.filters_of(worklist=self.code, person_id=_person(request)),
            "query": asked.urlencode(),
            "next_url": _with(asked, after=following) if following else "",
            "first_url": _with(asked, after="") if request.GET.get("after") else "",
        }

    def columns_of(self, data: QueryDict) -> dict[str, Column]:
        """The columns of the list: those that were ticked, or all."""
        shown = self._ticked(data) or list(self.columns)
        return {
            name: Column(name=name, title=str(title), shown=name in shown)
            for name, title in self.columns.items()
        }

    def _ticked(self, data: QueryDict) -> list[str]:
        return [name for name in self.columns if name in data.getlist("cols")]

    def address(self, request: HttpRequest) -> str:
        """The list that a form came from, as it was narrowed."""
        query = _sent(request)
        home = reverse(self.names["queue"])
        return f"{home}?{query}" if query else home

    def save_filter(self, request: HttpRequest) -> HttpResponse:
        """Keep the worklist as it is narrowed now."""
        try:
            services.save_filter(
                worklist=self.code, person_id=_person(request),
                name=request.POST.get("name", ""), query=_sent(request),
            )  # fmt: skip
        except Refused as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The filter is kept. You find it above the list."))
        return redirect(self.address(request))

    def forget_filter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Remove one of one's own filters."""
        services.forget_filter(worklist=self.code, person_id=_person(request), pk=pk)
        messages.success(request, _("The filter is removed."))
        return redirect(self.names["queue"])

    def batch(
        self, request: HttpRequest, act: tuple[str, str], matters: Sequence[Shown], *,
        form: forms.Form | None, do: Callable[[Mapping[str, Any]], BatchReport],
    ) -> HttpResponse:  # fmt: skip
        """First what was ticked and what the act needs to be told; then what became of each.

        `act` is its code and its name; without a `form` it needs nothing.
        """
        if not matters:
            messages.warning(request, _("Please tick at least one in the list."))
            return redirect(self.address(request))
        code, name = act
        context: dict[str, Any] = {
            "act": code, "act_name": name, "worklist": self, "back": self.address(request),
        }  # fmt: skip
        if form is None or form.is_valid():
            report = do(form.cleaned_data if form else {})
            return render(request, "web/batch_done.html", context | self._told(report, matters))
        context |= {
            "form": form, "matters": matters, "many": self.many(len(matters)),
            "query": request.POST.get("query", ""),
        }  # fmt: skip
        return render(request, "web/batch.html", context, status=422 if form.is_bound else 200)

    def _told(self, report: BatchReport, matters: Sequence[Shown]) -> dict[str, Any]:
        by_code = {one.code: one for one in matters}
        return {
            "done": [by_code[code] for code in report.done],
            "how_many_done": self.many(len(report.done)),
            "failed": [(by_code[code], why) for code, why in report.failed],
            "how_many_failed": self.many(len(report.failed)),
        }


def said(request: HttpRequest) -> QueryDict | None:
    """What was filled in for an act on many; None when it is only asked what is needed."""
    return request.POST if request.POST.get("said") == "1" else None


def tabs_of(named: Iterable[Named], asked: QueryDict) -> list[Tab]:
    here = (asked.get("show", ""), asked.get("whose", ""))
    return [
        Tab(
            title=title,
            query="&".join(f"{k}={v}" for k, v in (("show", show), ("whose", whose)) if v),
            count=count,
            tone=tone if count else "",
            current=here == (show, whose),
        )
        for title, show, whose, count, tone in named
    ]


def asked_for(data: QueryDict) -> QueryDict:
    """The address without the page: what is saved, exported, and led back to."""
    kept = data.copy()
    kept.pop("after", None)
    for name in [name for name, value in kept.items() if not value]:
        kept.pop(name)
    return kept


def ticked(request: HttpRequest, rows: QuerySet[Row]) -> list[Row]:
    """Of the rows that a person sees those that were ticked, in the order of the list."""
    codes = request.POST.getlist("codes")[:MOST]
    found = {cast(Coded, row).code: row for row in rows.filter(code__in=codes)} if codes else {}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def one_of(value: str | None) -> frozenset[str]:
    """What a list is narrowed to when a form asks for one value or none."""
    return frozenset({value} if value else ())


def _sent(request: HttpRequest) -> str:
    return asked_for(QueryDict(request.POST.get("query", "")[:500])).urlencode()


def _with(asked: QueryDict, *, after: str) -> str:
    kept = asked.copy()
    if after:
        kept["after"] = after
    return f"?{kept.urlencode()}"


def _person(request: HttpRequest) -> int:
    assert request.user.pk is not None  # The doors of staff let nobody else through.
    return request.user.pk
