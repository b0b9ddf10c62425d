"""A draft on its way through the steps: what is open, what comes next, where one is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dothi.cases import permissions, services
from dothi.cases.models import Draft
from dothi.core import clock
from dothi.core.clock import local
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.forms import answering
from dothi.procedures.rules.definition import Definition

START, WHO, PAPERS, WISHES, CHECK, SIGN = "start", "who", "papers", "wishes", "check", "sign"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One step: its name, where it is, and whether it was gone through."""

    code: str
    name: str
    url: str
    current: bool
    done: bool


@dataclass(kw_only=True)
class Work:
    """A draft that is open in front of somebody, and the text that opened it."""

    draft: Draft
    text: str
    at: datetime

    @cached_property
    def content(self) -> dict[str, Any]:
        return services.content_of(self.draft)

    @property
    def on(self) -> date:
        return local(self.at).date()

    @property
    def definition(self) -> Definition:
        return procedures.content_of(self.draft.version_id)

    @property
    def name(self) -> str:
        return wording.said(self.definition.name)

    @property
    def answers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.content.get("answers", {})
        return found

    @property
    def acting(self) -> bool:
        return bool(self.content.get("acting"))

    @property
    def kept_until(self) -> datetime:
        return self.draft.expires_at

    def url(self, step: str) -> str:
        if step.startswith("form."):
            return reverse("cases:section", args=[self.text, step.removeprefix("form.")])
        name = {PAPERS: "papers_step", SIGN: "sign_step"}.get(step, step)
        return reverse(f"cases:{name}", args=[self.text])

    def keep(self, *, done: str = "", **parts: Any) -> None:
        """Write what was filled in, and that a step was gone through."""
        passed = self.content.setdefault("done", [])
        if done and done not in passed:
            passed.append(done)
        self.content.update(parts)
        services.save_draft(
            draft=self.draft, content=self.content, at=self.at, unit=self.draft.unit
        )

    def steps(self) -> list[tuple[str, str]]:
        """The steps of this draft with their names; sections that ask nothing are left out."""
        way = answering.shown(self.definition.form, self.answers, on=self.on).way
        return [
            (START, _("Office and applicant")),
            (WHO, _("Who applies")),
            *((f"form.{one.code}", one.name) for one in way),
            *([(PAPERS, _("Papers to hand in"))] if self.definition.papers else []),
            (WISHES, _("News and result")),
            (CHECK, _("Check")),
            (SIGN, _("Sign and send")),
        ]

    def stops(self, here: str) -> Iterator[Stop]:
        passed = set(self.content.get("done", []))
        for code, name in self.steps():
            yield Stop(
                code=code, name=name, url=self.url(code), current=code == here,
                done=code in passed and code != here,
            )  # fmt: skip

    def after(self, here: str) -> str:
        """The address of the step that follows."""
        codes = [code for code, _name in self.steps()]
        at = codes.index(here) + 1 if here in codes else 0
        return self.url(codes[min(at, len(codes) - 1)])

    def before(self, here: str) -> str:
        codes = [code for code, _name in self.steps()]
        at = codes.index(here) if here in codes else 0
        return self.url(codes[at - 1]) if at > 0 else ""

    def first_open(self) -> str:
        """Where somebody who comes back goes on."""
        passed = set(self.content.get("done", []))
        return next((self.url(code) for code, _n in self.steps() if code not in passed), "")


def opened(request: HttpRequest, text: str) -> Work:
    """The draft that a secret or a link opens; whoever has it may see its files.

    Raises:
        services.LinkDoesNotOpen: there is none any more.
    """
    at = clock.now()
    draft = services.draft_of(text, at=at)
    permissions.remember(request, permissions.OPEN_DRAFTS, str(draft.pk))
    return Work(draft=draft, text=text, at=at)
