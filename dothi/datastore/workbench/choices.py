"""The words of the workbench."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(StrEnum):
    """Why a question has no answer; `wording` makes a sentence of each."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_SQL = "not_sql"
    ONE_ONLY = "one_only"
    ONLY_SELECT = "only_select"
    NOT_ALLOWED = "not_allowed"
    FUNCTION = "function"
    UNKNOWN_TABLE = "unknown_table"
    PURPOSE = "purpose"
    UNKNOWN_COLUMN = "unknown_column"
    ENGINE = "engine"
    MEMORY = "memory"
    TIME = "time"
    SIZE = "size"
    CANCELLED = "cancelled"
    LOST = "lost"
    BUSY = "busy"
    BUSY_SELF = "busy_self"
    GONE = "gone"


class State(TextChoices):
    """How far a run of a question is."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not answered")


class Reach(TextChoices):
    """Who finds a saved question."""

    OWN = "own", _("Only me")
    UNIT = "unit", _("Everybody of my unit")


ASK = "workbench.ask"  # The power to ask at the desk.
