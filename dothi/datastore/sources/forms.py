"""What is asked about a source: the settings of its kind, when, and what is published by itself."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.sources import rules
from dothi.datastore.sources.choices import Language, Publishing
from dothi.datastore.sources.ports import Kind, Setting, Widget
from dothi.datastore.sources.services import Plan

MINUTES, DAILY = "minutes", "daily"
LONGEST_EVERY = 60 * 24 * 366


def name_of(setting: str) -> str:
    """The field of a setting; apart from the fields that every source has."""
    return f"set_{setting}"


class SourceForm(forms.Form):
    """A new source, or an old one said anew; then without the dataset."""

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        datasets: Iterable[tuple[str, str]],
        kept: Collection[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kind, self.kept = kind, kept
        if kept is None:
            self.fields["dataset"] = forms.ChoiceField(
                label=_("For which dataset?"), choices=[("", _("Choose a dataset")), *datasets]
            )
        self.fields["title"] = forms.CharField(
            label=_("Name of the source"), max_length=120,
            help_text=_("As you speak of it: “Sensors of the canal”, for example."),
        )  # fmt: skip
        for one in kind.settings:
            self.fields[name_of(one.name)] = _field(one, kept is not None and one.name in kept)
        self._ask_when()

    def _ask_when(self) -> None:
        self.fields["rhythm"] = forms.ChoiceField(
            label=_("When is it fetched?"), initial=DAILY,
            choices=[(DAILY, _("Every day")), (MINUTES, _("Every few minutes"))],
        )  # fmt: skip
        self.fields["daily_at"] = forms.TimeField(
            label=_("At"), required=False, initial="02:00",
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            help_text=_("In the time of the city; for “every day”."),
        )  # fmt: skip
        self.fields["every_minutes"] = forms.IntegerField(
            label=_("Minutes between two fetches"), required=False, initial=60,
            min_value=rules.SHORTEST_EVERY, max_value=LONGEST_EVERY,
            help_text=_("For “every few minutes”."),
        )  # fmt: skip
        self.fields["publishing"] = forms.ChoiceField(
            label=_("Is it published by itself?"), choices=Publishing.choices,
            initial=Publishing.BY_HAND,
        )  # fmt: skip
        self.fields["contact"] = forms.EmailField(
            label=_("E-mail of who sends the data"), required=False,
            help_text=_(
                "Outside of the house. They are written to when a delivery is due or overdue, and "
                "can stop that themselves."
            ),
        )  # fmt: skip
        self.fields["contact_language"] = forms.ChoiceField(
            required=False,
            label=_("Language of the letters"),
            choices=Language.choices,
            initial=Language.VI,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wanted = "daily_at" if cleaned.get("rhythm") == DAILY else "every_minutes"
        if cleaned.get(wanted) is None and wanted not in self.errors:
            self.add_error(wanted, _("Please say when."))
        return cleaned

    @property
    def plan(self) -> Plan:
        cleaned = self.cleaned_data
        daily = cleaned["rhythm"] == DAILY
        said = {one.name: cleaned[name_of(one.name)].strip() for one in self.kind.settings}
        return Plan(
            title=cleaned["title"],
            settings={name: value for name, value in said.items() if name not in self.kind.secrets},
            secrets={name: said[name] for name in self.kind.secrets if said[name]},
            every_minutes=None if daily else cleaned["every_minutes"],
            daily_at=cleaned["daily_at"] if daily else None,
            publishing=Publishing(cleaned["publishing"]),
            contact=cleaned["contact"],
            contact_language=cleaned["contact_language"] or Language.VI,
        )


def _field(one: Setting, is_kept: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": one.label, "required": one.required and not is_kept,
        "help_text": _("Kept already. Leave it empty to keep it.") if is_kept else one.help,
        "initial": one.default, "max_length": 20_000,
    }  # fmt: skip
    match one.widget:
        case Widget.CHOICE:
            del common["max_length"]
            return forms.ChoiceField(choices=one.choices, **{**common, "required": True})
        case Widget.SECRET:
            # What is kept is never shown again, and no browser fills in somebody's own password.
            shown = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            return forms.CharField(widget=shown, strip=False, **common)
        case Widget.LONG_SECRET:
            return forms.CharField(widget=_Unshown(attrs={"rows": 4, "autocomplete": "off"}),
                                   **common)  # fmt: skip
        case Widget.LONG:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
        case Widget.NUMBER:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                                   **common)  # fmt: skip
    return forms.CharField(**common)


class _Unshown(forms.Textarea):
    """A secret of several lines: what was typed is not sent back."""

    def format_value(self, value: Any) -> str | None:
        return None


class BackfillForm(forms.Form):
    """From which day on to fetch again."""

    since = forms.DateField(
        label=_("From"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty to fetch everything again."),
    )  # fmt: skip
