"""What the news desk may send. Forms look at shape and size; rules and verbs decide the rest."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.portal.choices import Category, Deed, State
from dothi.units.models import Unit

BODY = 200_000
SUMMARY = 500
PLANNED = "planned"
STATES = [
    ("", _("All")),
    *State.choices[:3],
    (PLANNED, _("Planned")),
    *State.choices[3:],
]


class ListForm(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(label=_("Title or number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    category = forms.ChoiceField(
        label=_("Section"), required=False, choices=[("", _("All")), *Category.choices]
    )
    whose = forms.ChoiceField(
        label=_("Whose"), required=False, choices=[("", _("All")), ("mine", _("Last saved by me"))]
    )


class BeginForm(forms.Form):
    """The little that an article begins with."""

    title_vi = forms.CharField(
        label=_("Title"), max_length=200,
        help_text=_("Say what happened, in one sentence. The address is made of it."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Section"), choices=Category.choices)
    unit = forms.ChoiceField(label=_("For which unit?"))

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(unit.code, unit.name) for unit in units]


def _body(label: Any, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 18, "data-editor": ""})
    return forms.CharField(label=label, required=False, max_length=BODY, widget=widget, **more)


class ArticleForm(forms.Form):
    """The whole text of an article. All but the title may be missing in a draft."""

    title_vi = forms.CharField(label=_("Title"), max_length=200)
    category = forms.ChoiceField(label=_("Section"), choices=Category.choices)
    summary_vi = forms.CharField(
        label=_("Summary"), required=False, max_length=SUMMARY,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two sentences at most. Lists, searches and shared links show them."),
    )  # fmt: skip
    body_vi = _body(_("Text"))
    byline = forms.CharField(
        label=_("Byline"), required=False, max_length=120,
        help_text=_("Who wrote it, as readers see it: a person or an office."),
    )  # fmt: skip
    image = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    new_picture = forms.FileField(
        label=_("Add a picture"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,.heic"}),
        help_text=_("JPEG, PNG, WebP or HEIC. It becomes the picture on top."),
    )  # fmt: skip
    image_alt_vi = forms.CharField(
        label=_("What the picture shows"), required=False, max_length=300,
        help_text=_("For those who cannot see it: one sentence, without “picture of”."),
    )  # fmt: skip
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=200)
    summary_en = forms.CharField(
        label=_("Summary in English"), required=False, max_length=SUMMARY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    body_en = _body(_("Text in English"))
    image_alt_en = forms.CharField(
        label=_("What the picture shows, in English"), required=False, max_length=300
    )
    note = forms.CharField(
        label=_("What did you change?"), required=False, max_length=300,
        help_text=_("For your colleagues, beside the revision."),
    )  # fmt: skip
    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pictures: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures = set(pictures)

    def put(self, name: str, value: str) -> None:
        """Change what the form shows when it comes back."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[name] = value
        self.data = data

    def clean_image(self) -> str:
        code: str = self.cleaned_data["image"]
        if code and code not in self.pictures:
            raise forms.ValidationError(_("This picture does not belong to the article."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        shows = data.get("image") or data.get("new_picture")
        if shows and not data.get("image_alt_vi", "").strip():
            self.add_error("image_alt_vi", _("Please say what the picture shows."))
        if data.get("body_en") and not data.get("title_en"):
            self.add_error("title_en", _("The English text needs an English title."))
        return data


class ActForm(forms.Form):
    """One deed. `number` is the revision that the person had before the eyes."""

    deed = forms.ChoiceField(choices=[(deed.value, deed.value) for deed in Deed])
    reason = forms.CharField(required=False, max_length=1000)
    number = forms.IntegerField()
    publish_at = forms.DateTimeField(
        required=False, input_formats=["%Y-%m-%dT%H:%M", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M"]
    )
