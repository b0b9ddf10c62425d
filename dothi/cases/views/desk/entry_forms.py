"""The boxes of quick entry: who applies, how it came, which papers are there."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dothi.cases.choices import Delivery
from dothi.cases.models import Agency
from dothi.cases.rules import NAME_LENGTH
from dothi.cases.services import Given
from dothi.cases.views.desk.forms import Choices, choose
from dothi.procedures import wording
from dothi.procedures.choices import Applicant, PaperForm, Way
from dothi.procedures.rules.definition import Definition

WAYS: Choices = [(str(way.value), way.label) for way in (Way.DIRECT, Way.POST)]


def _line(label: Any, *, most: int, key: str = "", **more: Any) -> Any:
    attrs = {"autocomplete": "off"} | ({"accesskey": key} if key else {})
    attrs |= more.pop("attrs", {})
    more.setdefault("required", False)
    return forms.CharField(label=label, max_length=most, widget=forms.TextInput(attrs), **more)


class ApplicantForm(forms.Form):
    """Who applies, and who acts for them; a scan of the card fills in the first five."""

    prefix = "who"  # The form of a procedure may call its fields alike.

    name = _line(_("Full name"), most=NAME_LENGTH, key="1", required=True)
    citizen_id = _line(_("Personal identification number"), most=20, attrs={"inputmode": "numeric"})
    born_on = forms.DateField(
        label=_("Day of birth"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    sex = forms.ChoiceField(
        label=_("Sex"),
        required=False,
        choices=[("", "—"), ("female", _("Female")), ("male", _("Male"))],
    )
    address = _line(_("Address"), most=300)
    phone = _line(_("Telephone"), most=20, attrs={"type": "tel"})
    email = _line(_("E-mail"), most=254, attrs={"type": "email"})
    kind = forms.ChoiceField(label=_("Applies as"))
    tax_code = _line(_("Tax code"), most=14)
    summary = _line(_("What it is about, in short"), most=300)
    agent_name = _line(_("Full name of who acts for the applicant"), most=NAME_LENGTH)
    agent_citizen_id = _line(_("Identification number of who acts"), most=20)
    agent_phone = _line(_("Telephone of who acts"), most=20)
    proof = _line(_("By what they act"), most=300)

    def __init__(self, *args: Any, allowed: Sequence[Applicant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.value, one.label) for one in (allowed or list(Applicant))]
        choose(self, "kind", kinds)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("agent_name") and not data.get("proof"):
            self.add_error("proof", _now("Please say by what you act for somebody else."))
        return data

    @property
    def applicant(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("name", "citizen_id", "born_on", "address", "phone", "email", "tax_code")
        sex = {"female": True, "male": False}.get(data["sex"])
        kind = Applicant(data["kind"])
        return {name: data[name] for name in names} | {"female": sex, "kind": kind}

    @property
    def agent(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not data["agent_name"]:
            return None
        return {
            "name": data["agent_name"], "citizen_id": data["agent_citizen_id"],
            "phone": data["agent_phone"], "proof": data["proof"],
        }  # fmt: skip

    @property
    def card(self) -> list[Any]:
        """What stands on every page."""
        return [self[name] for name in ("name", "citizen_id", "born_on", "sex", "address", "phone")]

    @property
    def rest(self) -> list[Any]:
        shown = {box.name for box in self.card}
        return [box for box in self if box.name not in shown]

    @property
    def rest_is_used(self) -> bool:
        """Whether the folded part has something in it, or something wrong."""
        return any(box.errors or (box.name not in ("kind",) and box.value()) for box in self.rest)


class HowForm(forms.Form):
    """Where it is received, who decides, and how the result is wanted."""

    prefix = "how"

    receiving = forms.ChoiceField(label=_("Received at"))
    unit = forms.ChoiceField(label=_("Decides"))
    way = forms.ChoiceField(label=_("Came in by"), choices=WAYS)
    delivery = forms.ChoiceField(label=_("Result wanted"), choices=Delivery.choices)
    post_to = _line(
        _("Address for the post"), most=300,
        help_text=_("Empty: the address of the applicant."),
    )  # fmt: skip
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=999, required=False)
    pages = forms.IntegerField(
        label=_("Pages of each copy"), min_value=1, max_value=9999, required=False
    )
    language = forms.ChoiceField(
        label=_("Language of the papers"), choices=[("vi", "Tiếng Việt"), ("en", "English")]
    )

    def __init__(
        self, *args: Any, here: Sequence[Agency], agencies: Sequence[Agency], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "receiving", [(one.unit.code, one.unit.name) for one in here])
        choose(self, "unit", [(one.unit.code, one.unit.name) for one in agencies])


class PapersForm(forms.Form):
    """The papers of the version, each to be ticked with its form and number; and others."""

    prefix = "papers"

    other = forms.CharField(label=_("Another paper"), required=False, max_length=300)

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = definition.papers
        for paper in self.asked:
            name = wording.said(paper.name)
            self.fields[f"has-{paper.code}"] = forms.BooleanField(label=name, required=False)
            self.fields[f"form-{paper.code}"] = forms.ChoiceField(
                label=_("Form of: %(name)s") % {"name": name}, choices=PaperForm.choices,
                required=False, initial=paper.form.value,
            )  # fmt: skip
            self.fields[f"number-{paper.code}"] = forms.IntegerField(
                label=_("Number of: %(name)s") % {"name": name}, min_value=1, max_value=99,
                required=False, initial=paper.number,
            )  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "has": self[f"has-{one.code}"],
                "form": self[f"form-{one.code}"],
                "number": self[f"number-{one.code}"],
                "required": one.required and one.when is None,
                "perhaps": one.when is not None,
            }
            for one in self.asked
        ]

    @property
    def given(self) -> list[Given]:
        """What was ticked."""
        data = self.cleaned_data
        found = [
            Given(
                code=one.code,
                form=PaperForm(data[f"form-{one.code}"] or one.form),
                number=data[f"number-{one.code}"] or one.number,
            )
            for one in self.asked
            if data[f"has-{one.code}"]
        ]
        if data["other"]:
            found.append(Given(code="other_1", name=data["other"], form=PaperForm.COPY))
        return found
