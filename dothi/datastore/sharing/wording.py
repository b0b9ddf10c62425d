"""Requests, grants and uses in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from dothi.datastore.sharing.choices import Door, State
from dothi.datastore.tables.choices import How, Rule

RULES: dict[Rule, Any] = {
    Rule.KEEP: _("As it is"),
    Rule.TOKEN: _("As a token: alike for alike values"),
    Rule.MASK: _("Masked"),
    Rule.DROP: _("Left out"),
}
HOWS: dict[How, Any] = {
    How.ONE_OF: _("is one of"),
    How.FROM: _("from (included)"),
    How.BEFORE: _("before (not included)"),
}
DOORS: dict[Door, Any] = {
    Door.PAGE: _("Page"),
    Door.DOWNLOAD: _("Download"),
    Door.API: _("Program"),
    Door.WORKBENCH: _("Workbench"),
    Door.FIGURES: _("Figures"),
}
TONES = {
    State.ASKED: "near",
    State.RETURNED: "paused",
    State.GRANTED: "good",
    State.REFUSED: "overdue",
    State.WITHDRAWN: "neutral",
}
