"""What is known of a person before they fill in a form."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.procedures import registry
from dothi.procedures.choices import Prefill
from dothi.procedures.rules.definition import Form


def prefilled(form: Form, user: User | AnonymousUser, *, at: datetime) -> dict[str, Any]:
    """Answers from the own profile, and from what other domains offer (`registry`).

    Fields of a repeated group are not filled in: nobody knows which row is the person's own.
    """
    if not isinstance(user, User):
        return {}
    known: dict[str, Any] = {}
    for field in form.fields:
        if field.prefill is None:
            continue
        value = _from(field.prefill, user, at)
        if value not in (None, ""):
            known[field.code] = value
    return known


def _from(source: Prefill, user: User, at: datetime) -> Any:
    match source:
        case Prefill.NAME:
            return user.full_name
        case Prefill.EMAIL:
            return user.email
        case _:
            ask = registry.offered(source)
            return ask(user, at) if ask is not None else None
