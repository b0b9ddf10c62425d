"""An indicator as a steward puts it together."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.indicators.choices import Better, How, Operator
from dothi.datastore.indicators.rules.recipe import (
    DAYS,
    NUMBERS,
    Condition,
    Recipe,
    usable,
)
from dothi.datastore.indicators.services import Content, Trial

CONDITIONS, TESTS = 4, 2
NONE = [("", "–")]
LINES = {"rows": 4, "class": "digits", "spellcheck": "false"}


class ChooseForm(forms.Form):
    """Over which dataset."""

    dataset = forms.ChoiceField(label=_("Dataset"))

    def __init__(self, *args: Any, datasets: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "dataset", [(one.code, one.title) for one in datasets])


class MakeForm(forms.Form):
    """All of it on one page, without a script: empty lines of conditions count for nothing."""

    slug = forms.RegexField(
        label=_("Code"), regex=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60,
        help_text=_("Small letters, digits and _. Others read the indicator by it; it stays."),
    )  # fmt: skip
    title_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=200)
    title_en = forms.CharField(label=_("Name in English"), max_length=200)
    help_vi = forms.CharField(
        label=_("Meaning in Vietnamese"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    help_en = forms.CharField(
        label=_("Meaning in English"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    how = forms.ChoiceField(label=_("What is worked out"), choices=How.choices)
    column = forms.ChoiceField(label=_("Of which column (sum, mean)"), required=False)
    unit_of_measure = forms.CharField(label=_("Unit of measure"), max_length=40, required=False)
    better = forms.ChoiceField(label=_("Which way is good"), choices=Better.choices)
    unit_column = forms.ChoiceField(label=_("Column with the code of the unit"))
    moment = forms.ChoiceField(
        label=_("Column with the moment or day"), required=False,
        help_text=_("Without one, rows count as they stand, and only kept versions know the past."),
    )  # fmt: skip
    until = forms.ChoiceField(
        label=_("Column that says since when a row no longer counts"), required=False
    )
    window = forms.IntegerField(
        label=_("Only rows of so many days before"), required=False, min_value=1, max_value=3660
    )
    dimensions = forms.MultipleChoiceField(
        label=_("Can be taken apart by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    public = forms.BooleanField(label=_("Everybody may read it"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, dataset: str, columns: Iterable[Field], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        known = usable(columns)
        if not is_new:
            del self.fields["slug"]
        _offer(self, "column", NONE + _named(known, NUMBERS))
        _offer(self, "unit_column", _named(known, (Type.TEXT,)))
        for name in ("moment", "until"):
            _offer(self, name, NONE + _named(known, DAYS))
        _offer(self, "dimensions", _named(known, (Type.TEXT, Type.BOOLEAN)))
        for part, label in (
            ("where", _("Rows for which")),
            ("of", _("of them count those for which")),
        ):
            for place in range(CONDITIONS):
                self._condition(f"{part}_{place}", label, known)
        for place in range(TESTS):
            self._test(f"test_{place}")

    def _condition(self, name: str, label: Any, known: list[Field]) -> None:
        every = NONE + _named(known, tuple(Type))
        self.fields[f"{name}_column"] = forms.ChoiceField(
            label=label, choices=every, required=False
        )
        self.fields[f"{name}_operator"] = forms.ChoiceField(
            label=_("compares"), choices=Operator.choices, required=False
        )
        self.fields[f"{name}_value"] = forms.CharField(
            label=_("with"), max_length=200, required=False
        )

    def _test(self, name: str) -> None:
        self.fields[f"{name}_rows"] = forms.CharField(
            label=_("Sample rows as CSV, names of columns first"),
            required=False,
            max_length=20_000,
            widget=forms.Textarea(attrs=LINES),
        )
        self.fields[f"{name}_at"] = forms.CharField(
            label=_("Measured at, such as 2026-03-02T12:00"), required=False, max_length=40
        )
        self.fields[f"{name}_expected"] = forms.FloatField(
            label=_("Value that must come out (empty: none)"), required=False
        )

    def condition_rows(self) -> dict[str, list[list[forms.BoundField]]]:
        return {
            part: [
                [self[f"{part}_{place}_{name}"] for name in ("column", "operator", "value")]
                for place in range(CONDITIONS)
            ]
            for part in ("where", "of")
        }

    def test_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"test_{place}_{name}"] for name in ("rows", "at", "expected")]
            for place in range(TESTS)
        ]

    @property
    def content(self) -> Content:
        said = self.cleaned_data
        words = {name: said[name] for name in
                 ("title_vi", "title_en", "help_vi", "help_en", "unit_of_measure", "better",
                  "public")}  # fmt: skip
        return Content(
            **words,
            recipe=Recipe(
                dataset=self.dataset,
                how=How(said["how"]),
                unit_column=said["unit_column"],
                where=self._conditions("where"),
                of=self._conditions("of") if said["how"] == How.SHARE else (),
                column=said["column"] if said["how"] in (How.SUM, How.MEAN) else "",
                moment=said["moment"],
                until=said["until"],
                window=said["window"],
                dimensions=tuple(said["dimensions"]),
            ),
            tests=tuple(
                Trial(
                    rows=said[f"test_{place}_rows"],
                    at=said[f"test_{place}_at"],
                    expected=said[f"test_{place}_expected"],
                )
                for place in range(TESTS)
                if said[f"test_{place}_rows"].strip()
            ),
        )

    def _conditions(self, part: str) -> tuple[Condition, ...]:
        said = self.cleaned_data
        return tuple(
            Condition(
                column=said[f"{part}_{place}_column"],
                operator=Operator(said[f"{part}_{place}_operator"] or Operator.IS),
                value=said[f"{part}_{place}_value"],
            )
            for place in range(CONDITIONS)
            if said[f"{part}_{place}_column"]
        )


def initial_of(content: Content, revision: int) -> dict[str, Any]:
    """A saved indicator as the form shows it."""
    recipe = content.recipe
    shown: dict[str, Any] = {
        name: getattr(content, name)
        for name in ("title_vi", "title_en", "help_vi", "help_en", "unit_of_measure", "better",
                     "public")
    } | {
        name: getattr(recipe, name)
        for name in ("how", "unit_column", "column", "moment", "until", "window")
    }  # fmt: skip
    for part, conditions in (("where", recipe.where), ("of", recipe.of)):
        for place, one in enumerate(conditions):
            shown |= {
                f"{part}_{place}_column": one.column,
                f"{part}_{place}_operator": one.operator,
                f"{part}_{place}_value": one.value,
            }
    for place, test in enumerate(content.tests):
        shown |= {
            f"test_{place}_rows": test.rows, f"test_{place}_at": test.at,
            f"test_{place}_expected": test.expected,
        }  # fmt: skip
    return shown | {"dimensions": list(recipe.dimensions), "revision": revision}


def _named(known: Iterable[Field], types: tuple[Type, ...]) -> list[tuple[str, str]]:
    return [(one.name, f"{one.title_vi} ({one.name})") for one in known if one.type in types]


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
