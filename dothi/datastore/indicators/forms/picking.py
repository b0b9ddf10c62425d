"""Pick an indicator by its name, code or steward: for any page that needs one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors import matching
from dothi.lib import text_vi


class IndicatorField(forms.CharField):
    """A field into which one types words; a list of what there is offers itself.

    `offer` says of which indicators: those that this person may see. Its value is the code. Works
    without a script: the browser offers the list, and what fits only one is taken for it.
    """

    default_error_messages = {
        "none": _("No indicator is called so. Type its name or code."),
        "many": _("Several fit: %(names)s. Please type more."),
    }

    def __init__(self, **kwargs: Any) -> None:
        self.offered: list[Indicator] = []
        self.list_id = ""
        super().__init__(max_length=200, **kwargs)

    def offer(self, indicators: Iterable[Indicator], *, list_id: str) -> None:
        """From which to choose; `list_id` is the id of the list on the page."""
        self.offered = list(indicators)
        self.list_id = list_id
        self.widget.attrs["list"] = list_id
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> str:
        words = str(super().clean(value) or "").strip()
        if not words:
            return ""
        folded = text_vi.fold(words)
        for one in self.offered:
            if words == one.code or folded == text_vi.fold(str(one.title)):
                return one.code
        found = matching(self.offered, words)
        if len(found) == 1:
            return found[0].code
        if not found:
            raise forms.ValidationError(self.error_messages["none"], code="none")
        names = "; ".join(str(one.title) for one in found[:4])
        raise forms.ValidationError(
            self.error_messages["many"], code="many", params={"names": names}
        )
