"""What the pages of operations may send."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.indicators.choices import Better, Run
from dothi.datastore.indicators.forms.picking import IndicatorField
from dothi.datastore.indicators.registry import Indicator
from dothi.operations.wall import rules
from dothi.operations.wall.selectors import Place

MOST = 8
LIST = "indicators-of-the-house"
PARTS = ("place", "indicator", "run", "near", "late")


class ArrangeForm(forms.Form):
    """The tiles of the wall, a line each; a line without an indicator shows nothing."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        indicators: Iterable[Indicator],
        places: Sequence[Place],
        revision: int,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {"revision": revision}
        self.offered = {one.code: one for one in indicators}
        for number, one in enumerate(places):
            initial |= {
                f"{number}_indicator": one.code, f"{number}_run": one.run,
                f"{number}_near": one.near, f"{number}_late": one.late,
            }  # fmt: skip
        initial |= {f"{number}_place": number + 1 for number in range(MOST)}
        super().__init__(*args, **{"initial": initial, **kwargs})
        for number in range(MOST):
            self._line(number)

    def _line(self, number: int) -> None:
        indicator = IndicatorField(label=_("Indicator"), required=False)
        indicator.offer(self.offered.values(), list_id=LIST)
        self.fields |= {
            f"{number}_place": forms.IntegerField(label=_("Place"), min_value=1, max_value=99),
            f"{number}_indicator": indicator,
            f"{number}_run": forms.ChoiceField(label=_("Counted over"), choices=Run.choices),
            f"{number}_near": forms.FloatField(label=_("Good up to"), required=False),
            f"{number}_late": forms.FloatField(label=_("Late beyond"), required=False),
        }

    def lines(self) -> list[list[forms.BoundField]]:
        return [[self[f"{number}_{part}"] for part in PARTS] for number in range(MOST)]

    def clean(self) -> dict[str, Any]:
        shown = []
        for number in range(MOST):
            line = {part: self.cleaned_data.get(f"{number}_{part}") for part in PARTS}
            if code := line["indicator"]:
                self._check(number, self.offered[code], line)
                shown.append((code, line["run"]))
        if len(set(shown)) < len(shown):
            self.add_error(None, _("The same figure stands here twice."))
        if not shown:
            self.add_error(None, _("The wall shows one figure at least."))
        return self.cleaned_data

    def _check(self, number: int, indicator: Indicator, line: dict[str, Any]) -> None:
        near, late = line["near"], line["late"]
        if line["run"] == Run.NOW and not indicator.is_hot:
            self.add_error(f"{number}_run", _("It is counted over the data store only."))
        if line["run"] == Run.STORE and not indicator.is_stored:
            self.add_error(f"{number}_run", _("It is not counted over the data store."))
        if (near is None) != (late is None):
            self.add_error(f"{number}_late", _("Give both limits or none."))
        elif near is not None and indicator.better == Better.NEITHER:
            self.add_error(f"{number}_near", _("It is neither good nor bad, so it has no limits."))
        elif near is not None and not rules.limits_are_in_order(
            Better(indicator.better), near, late
        ):
            self.add_error(f"{number}_late", _("What is late lies beyond what is still good."))

    @property
    def places(self) -> list[Place]:
        """What was arranged, in the order of the numbers."""
        said = self.cleaned_data
        lines = [number for number in range(MOST) if said[f"{number}_indicator"]]
        ordered = sorted(lines, key=lambda number: (said[f"{number}_place"], number))
        return [
            Place(
                code=said[f"{number}_indicator"], run=Run(said[f"{number}_run"]),
                near=said[f"{number}_near"], late=said[f"{number}_late"],
            )
            for number in ordered
        ]  # fmt: skip
