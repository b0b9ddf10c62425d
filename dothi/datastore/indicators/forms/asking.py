"""What a reader asks of an indicator, and how one is picked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from dothi.core.clock import local
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors import UNIT, Guard
from dothi.units import selectors as units

PERIODS = ((30, _("30 days")), (90, _("90 days")), (365, _("A year")))
A_PERIOD = 90
BACK = timedelta(days=30)
OLDEST = 1900


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What was asked, with what is usual where nothing or nonsense was said."""

    days: int
    at: date | None
    run: Run | None
    on: date
    start: date
    end: date
    by: str
    wants_why: bool
    release: str = ""


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class AskForm(forms.Form):
    """Every field has a usual value: a wrong one is told beside it and the page still answers."""

    days = forms.TypedChoiceField(
        label=_("How far back"), choices=PERIODS, coerce=int, required=False
    )
    at = forms.DateField(label=_("As it was at the end of"), required=False, widget=_day())
    run = forms.ChoiceField(label=_("Counted over"), required=False)
    release = forms.ChoiceField(label=_("From the release"), required=False)
    on = forms.ChoiceField(label=_("On the boundaries of"), required=False)
    start = forms.DateField(label=_("From the end of"), required=False, widget=_day())
    end = forms.DateField(label=_("To the end of"), required=False, widget=_day())
    by = forms.ChoiceField(label=_("Taken apart by"), required=False)

    def __init__(
        self,
        said: Mapping[str, Any],
        *,
        indicator: Indicator,
        now: datetime,
        guard: Guard,
        releases: Iterable[tuple[str, datetime]] = (),
    ) -> None:
        self.today = now.date()
        days = [day for day in units.boundaries() if day <= self.today]
        usual = {
            "days": A_PERIOD, "on": "", "start": self.today - BACK, "end": self.today, "by": UNIT,
        }  # fmt: skip
        self.wants_why = any(said.get(name) for name in ("start", "end", "by"))
        # A form of the page sends its own fields; the others show what is usual.
        super().__init__({**usual, **{name: said[name] for name in said}})
        runs = [
            run for run in Run
            if (indicator.is_hot if run == Run.NOW else indicator.is_stored)
        ]  # fmt: skip
        self._choices("run", [(run.value, run.label) for run in runs])
        self._choices(
            "release",
            [
                ("", _("the newest rows")),
                *((code, f"{code} ({date_format(local(at))})") for code, at in releases),
            ],
        )
        self._choices(
            "on",
            [
                ("", _("those of today")),
                *((day.isoformat(), date_format(day)) for day in sorted(days)[::-1]),
            ],
        )
        if guard.at_least:  # Told on the boundaries of its day alone.
            del self.fields["on"]
        dimensions = [(name, one.title) for name, one in indicator.dimensions.items()]
        self._choices("by", [(UNIT, _("Unit")), *dimensions])

    def _choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_at(self) -> date | None:
        return self._not_later("at")

    def clean_start(self) -> date | None:
        return self._not_later("start")

    def clean_end(self) -> date | None:
        return self._not_later("end")

    def _not_later(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day is not None and day > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        if day is not None and day.year < OLDEST:
            raise forms.ValidationError(_("No figure reaches so far back."))
        return day

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and start >= end:
            self.add_error("start", _("The first day lies before the second."))
        return self.cleaned_data

    def answers(self) -> Asking:
        self.is_valid()
        said: dict[str, Any] = getattr(self, "cleaned_data", {})
        on = said.get("on")
        start, end = said.get("start"), said.get("end")
        return Asking(
            days=said.get("days") or A_PERIOD,
            at=said.get("at"),
            run=Run(said["run"]) if said.get("run") else None,
            on=date.fromisoformat(on) if on else self.today,
            start=start or (end or self.today) - BACK,
            end=end or self.today,
            by=said.get("by") or UNIT,
            wants_why=self.wants_why and not self.errors,
            release=said.get("release") or "",
        )
