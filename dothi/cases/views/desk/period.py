"""The days that a page of figures is about, in its address."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest
from dothi.cases import permissions, rules, services
from dothi.cases.models import Dossier
from dothi.cases.rules import Period
from dothi.procedures import selectors as procedures
from dothi.units.models import Unit

LONGEST = 366
DAY = timedelta(days=1)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class PeriodForm(forms.Form):
    """From which day to which, both counted; without them the days that are `usual`."""

    since = _day(gettext_lazy("From the day"))
    until = _day(gettext_lazy("Until the day"))

    def __init__(self, asked: Any, *, usual: Period) -> None:
        data = asked.copy()
        if not data.get("since") and not data.get("until"):
            data["since"] = usual.since.isoformat()
            data["until"] = (usual.until - DAY).isoformat()
        super().__init__(data)
        self.usual = usual

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not since <= until < since + timedelta(days=LONGEST):
            raise forms.ValidationError(
                _("Please choose days in their order, and at most one year.")
            )
        return given

    @property
    def period(self) -> Period:
        """What is asked for; with one day only, its month from or until there."""
        given = self.cleaned_data if self.is_valid() else {}
        since, until = given.get("since"), given.get("until")
        if since is None:
            return rules.month_of(until) if until else self.usual
        end = until + DAY if until else rules.month_of(since).until
        return Period(since=since, until=end)

    def query(self, **more: str) -> str:
        """The period for a link, with something added."""
        period = self.period
        days = {"since": period.since.isoformat(), "until": (period.until - DAY).isoformat()}
        return urlencode({name: value for name, value in (days | more).items() if value})


class FiguresForm(PeriodForm):
    """The present month of all one's units, unless it is said otherwise."""

    by = forms.ChoiceField(
        label=gettext_lazy("One line for each"),
        required=False,
        choices=[
            ("procedure", gettext_lazy("Procedure")),
            ("unit", gettext_lazy("Unit")),
        ],
    )

    field_order = ("since", "until", "unit", "by")

    def __init__(self, asked: Any, *, units: list[Unit], on: date) -> None:
        super().__init__(asked, usual=rules.month_of(on))
        self.units = units
        self.fields["unit"] = forms.ChoiceField(
            label=_("Unit"),
            required=False,
            choices=[("", _("All my units")), *((one.code, one.name) for one in self.units)],
        )

    @property
    def unit_code(self) -> str:
        return str(self.cleaned_data.get("unit", "")) if self.is_valid() else ""

    @property
    def by_unit(self) -> bool:
        return self.is_valid() and self.cleaned_data["by"] == "unit"

    def query(self, **more: str) -> str:
        asked = {"unit": self.unit_code, "by": "unit" if self.by_unit else ""}
        return super().query(**(asked | more))


def figures_form(request: SignedInRequest, at: datetime) -> FiguresForm:
    """The form of a page of figures, for those who see a unit."""
    units = permissions.units_seen(request.user, on=at.date())
    if not units:
        raise PermissionDenied
    return FiguresForm(request.GET, units=units, on=at.date())


def shown(rows: Iterable[Dossier]) -> list[dict[str, Any]]:
    """Dossiers as the lists of figures name them, without the people in them."""
    language = get_language() or "vi"
    return [
        {
            "dossier": row,
            "name": procedures.content_of(row.version_id).name.of(language),
            "url": services.desk_url(row.code),
        }
        for row in rows
    ]
