"""The applicant's own dossiers."""

from django.db.models import QuerySet

from dothi.accounts.models import User
from dothi.cases.models import Dossier
from dothi.core.crypto.services import keyed_hash
from dothi.lib import codes


def loaded() -> QuerySet[Dossier]:
    """Dossiers with what verbs and pages need of them, in one question."""
    return Dossier.objects.select_related(
        "receiving_unit", "unit", "handling_unit", "handling_person",
        "clock", "step_clock", "reply_clock",
    )  # fmt: skip


def by_secret(text: str) -> Dossier | None:
    """The dossier that a tracking secret opens, however it was typed."""
    return loaded().filter(secret_hash=codes.hash_secret(text)).first()


def of_account(user: User) -> QuerySet[Dossier]:
    """The dossiers that a person sent in while signed in, or took over later; newest first."""
    mine = loaded().filter(parties__account_hash=account_hash(user)).distinct()
    return mine.order_by("-submitted_at", "-id")


def account_hash(user: User) -> str:
    """The keyed hash by which a person who signed in finds the own dossiers."""
    return keyed_hash(str(user.pk), purpose="cases.account")


def number_hash(citizen_id: str) -> str:
    """The keyed hash by which dossiers of an identification number are found."""
    digits = citizen_id.strip()
    return keyed_hash(digits, purpose="cases.citizen_id") if digits else ""
