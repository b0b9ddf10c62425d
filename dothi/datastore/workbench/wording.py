"""Why a question has no answer, and how it would be answered, in sentences."""

from django.utils.translation import gettext as _

from dothi.datastore.workbench.choices import Fault


def fault(fault: str, word: str = "", said: str = "") -> str:
    """One sentence that says what to do."""
    facts = {"word": word, "said": said}
    match fault:
        case Fault.EMPTY:
            return _("There is no question yet. Begin with SELECT.")
        case Fault.TOO_LONG:
            return _("The question is too long. Please make it shorter, or ask in parts.")
        case Fault.NOT_SQL:
            return _("This is no SQL that can be read; it stops at “%(word)s”.") % facts
        case Fault.ONE_ONLY:
            return _("Please ask one question at a time: there is more than one statement.")
        case Fault.ONLY_SELECT:
            return _("Only SELECT is answered here; nothing can be changed.")
        case Fault.NOT_ALLOWED:
            return _("“%(word)s” is not allowed in a question here.") % facts
        case Fault.FUNCTION:
            return _("The function “%(word)s” is not allowed here, or is not known.") % facts
        case Fault.UNKNOWN_TABLE:
            return _("There is no dataset “%(word)s” whose rows you may see.") % facts
        case Fault.PURPOSE:
            return _("You may use it for several purposes. Please name one: “%(word)s”.") % facts
        case Fault.UNKNOWN_COLUMN:
            return _("There is no column “%(word)s” that you may see.") % facts
        case Fault.GONE:
            return _("The version “%(word)s” is closed: its rows may not be read any more.") % facts
    return _of_run(fault, facts)


def _of_run(fault: str, facts: dict[str, str]) -> str:
    match fault:
        case Fault.MEMORY:
            return _("The question needs more memory than it may have. Please narrow it.")
        case Fault.TIME:
            return _("The question took longer than it may. Please narrow it.")
        case Fault.SIZE:
            return _("The answer is larger than it may be. Please ask for fewer rows or columns.")
        case Fault.CANCELLED:
            return _("You ended it before it was answered.")
        case Fault.BUSY_SELF:
            return _("A question of yours is still on its way. Wait for it, or end it.")
        case Fault.BUSY:
            return _("Many questions are on their way. Please try again in a moment.")
        case Fault.ENGINE:
            return _("The engine cannot answer it: %(said)s") % facts
    return _("The answer was lost on its way. Please ask again.")


def step(name: str, detail: str) -> str:
    """A step of the engine's plan in words."""
    kind = name.upper().replace("_", " ")
    facts = {"detail": detail}
    if "SCAN" in kind and "DUMMY" not in kind and "COLUMN DATA" not in kind:
        return _("Reads the rows of “%(detail)s”") % facts if detail else _("Reads rows")
    for mark, sentence in (
        ("JOIN", _("Puts rows side by side")),
        ("CROSS", _("Puts each row beside every other")),
        ("GROUP", _("Groups rows and counts within the groups")),
        ("AGGREGATE", _("Counts over all rows")),
        ("FILTER", _("Keeps the rows that meet the conditions")),
        ("TOP", _("Keeps the first rows in order")),
        ("ORDER", _("Puts rows in order")),
        ("LIMIT", _("Keeps no more rows than asked")),
        ("WINDOW", _("Looks at each row among its neighbours")),
        ("PROJECTION", _("Works out columns")),
        ("UNION", _("Puts rows one below the other")),
        ("CTE", _("Works out a named part first")),
    ):
        if mark in kind:
            return sentence
    return name
