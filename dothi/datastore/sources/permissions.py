"""Who may say where data comes from: who may bring it in by hand."""

from datetime import date

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.ingestion.choices import Power


def may_manage(user: User, unit: int | None = None, *, on: date) -> bool:
    return accounts.may(user, Power.BRING_IN, unit, on=on)


def may_open_rows(user: User, unit: int | None, *, on: date) -> bool:
    return accounts.may(user, Power.OPEN_LINES, unit, on=on)


def may_publish(user: User, unit: int | None, *, on: date) -> bool:
    """Who may also say that what comes is published by itself."""
    return accounts.may(user, Power.PUBLISH, unit, on=on)
