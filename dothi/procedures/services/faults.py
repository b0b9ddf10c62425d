"""What is wrong with one value of a definition, in words that say what is asked for."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By the code that pydantic gives; its own words are English and speak of types.
SAYS: dict[str, Promise] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such entry. Please take it out."),
    "string_pattern_mismatch": gettext_lazy("This is not written as it has to be."),
    "string_too_long": gettext_lazy("At most %(max_length)s letters, please."),
    "string_too_short": gettext_lazy("At least %(min_length)s letters, please."),
    "too_long": gettext_lazy("At most %(max_length)s entries, please."),
    "too_short": gettext_lazy("At least %(min_length)s entries, please."),
    "greater_than_equal": gettext_lazy("Please write %(ge)s or more."),
    "greater_than": gettext_lazy("Please write more than %(gt)s."),
    "less_than_equal": gettext_lazy("Please write %(le)s or less."),
    "less_than": gettext_lazy("Please write less than %(lt)s."),
    "enum": gettext_lazy("Please choose one of: %(expected)s."),
    "literal_error": gettext_lazy("Please choose one of: %(expected)s."),
    "value_error": gettext_lazy("This does not go together with what is said elsewhere."),
}
# The beginning of a code → what is asked for.
KINDS: dict[str, Promise] = {
    "int_": gettext_lazy("Please write a whole number."),
    "float_": gettext_lazy("Please write a number."),
    "bool_": gettext_lazy("Please write yes or no."),
    "date_": gettext_lazy("Please write a day, as in 2026-12-31."),
    "string_": gettext_lazy("Please write a text."),
    "list_": gettext_lazy("Please write a list."),
    "tuple_": gettext_lazy("Please write a list."),
    "dict_": gettext_lazy("Please write an entry with names and values."),
    "model_": gettext_lazy("Please write an entry with names and values."),
}


# What the definition itself refuses, by its words.
OWN: dict[str, Promise] = {
    "a procedure of the counter only is not submitted online": gettext_lazy(
        "A procedure of the counter only is not submitted online."
    ),
}


def said(error: Mapping[str, Any]) -> str:
    """In the language of the reader."""
    code, context = str(error["type"]), error.get("ctx", {})
    text = (
        OWN.get(str(context.get("error", "")))
        or SAYS.get(code)
        or next((one for start, one in KINDS.items() if code.startswith(start)), None)
    )
    if text is None:
        return _("This cannot be read.")
    return str(text) % {name: str(value).replace(" or ", ", ") for name, value in context.items()}
