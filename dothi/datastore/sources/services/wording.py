"""What is so with a source, in a sentence that says what to do, in the active language."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dothi.datastore.ingestion import wording as deliveries
from dothi.datastore.sources.choices import Fault


def fault(code: str, facts: Mapping[str, Any]) -> str:
    """Why nothing came, and what to do."""
    if code == Fault.REFUSED:
        return " ".join(deliveries.refusal(str(facts.get("refusal", "")), facts))
    if code == Fault.SETTING:
        return _("The setting “%(name)s” does not fit.") % {"name": facts.get("setting", "")}
    return _sentences().get(code, "") % _Facts(facts)


def taken_away(reason: str) -> str:
    """The note beside files that were refused, for who sends them."""
    said = _("The file held somebody who had their data erased, and was taken away.")
    ask = _("Please send it again without them.")
    return f"{said} {ask} {reason}".strip()


def masked(address: str) -> str:
    """Enough of an address to know it again, not enough to write to it."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}" if at else ""


class _Facts(dict[str, Any]):
    """Facts of a fault; what a sentence asks for and nobody knows is a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def _sentences() -> dict[str, str]:
    return {
        Fault.UNREACHABLE: _("%(host)s does not answer. It is tried again by itself."),
        Fault.STATUS: _("%(host)s answers with error %(status)s. It is tried again by itself."),
        Fault.SLOW: _("%(host)s took too long. It is tried again by itself."),
        Fault.NOT_ALLOWED: _(
            "This house does not ask %(host)s. Who looks after the house adds it to "
            "DOTHI_SOURCE_HOSTS."
        ),
        Fault.DENIED: _("%(host)s refuses us. Check name, password or token."),
        Fault.HOST_KEY: _(
            "%(host)s shows the key %(found)s, which is not the agreed one. Ask its owner before "
            "you accept it."
        ),
        Fault.NO_FOLDER: _("The folder %(folder)s is not there."),
        Fault.NO_TABLE: _("The table %(table)s is not there, or we may not read it."),
        Fault.NO_COLUMN: _("The column %(column)s is not in the table."),
        Fault.NO_RESOURCE: _("The package has no resource %(resource)s."),
        Fault.NO_RECORDS: _("No list of records is in the answer at “%(path)s”."),
        Fault.TOO_LARGE: _("What came is larger than the house takes."),
        Fault.LOOP: _("The pages go in a circle: the same page came twice."),
        Fault.BROKEN: _("The answer cannot be read: %(what)s."),
        Fault.MODE: _(
            "The contract does not fit this way of fetching. What is only new needs “changes by "
            "key”, or “more rows” without overlap; the whole needs anything but “more rows”."
        ),
        Fault.NO_CONTRACT: _("No contract is agreed for this dataset yet."),
        Fault.NO_KIND: _("Nothing in this house fetches from such a source any more."),
        Fault.UNEXPECTED: _("A fault of the program (%(name)s). Please tell who looks after it."),
        Fault.GIVEN_UP: _(
            "The last delivery was given up. Start the source again to fetch it anew."
        ),
        Fault.NOT_PUBLISHED: _(
            "The last delivery could not be published by itself (%(name)s). Look at it."
        ),
    }


def waits() -> str:
    return _("A delivery waits to be looked at and published.")


def unreadable(reason: str) -> str:
    return deliveries.unreadable(reason)


def misfit(departures: Mapping[str, Any]) -> list[str]:
    """How the columns of a source stand to the contract."""
    return deliveries.refusal("shape", departures)


def schedule(every_minutes: int | None, daily_at: time | None) -> str:
    """When a source is fetched."""
    if daily_at is not None:
        return _("every day at %(time)s") % {"time": f"{daily_at:%H:%M}"}
    return ngettext("every %(n)s minute", "every %(n)s minutes", every_minutes or 0) % {
        "n": every_minutes
    }
