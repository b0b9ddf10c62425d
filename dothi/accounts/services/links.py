"""Ways in: the link that sets the first password, and the second step of the sample people."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import transaction

from dothi.accounts import rules, selectors
from dothi.accounts.choices import Role
from dothi.accounts.models import StartLink, User
from dothi.accounts.services import people
from dothi.core.audit.services import record
from dothi.lib.codes import hash_secret, secret
from dothi.units.models import Unit


class LinkDoesNotOpen(Exception):
    """It was used, it expired, a newer one was made, or it never was one."""


class InvitationsNeedAPerson(Exception):
    """Who left cannot be invited."""


@transaction.atomic
def invite(*, user: User, at: datetime, by: str) -> str:
    """Make a one-time link for setting a password; older ones of the person close.

    Returns its token, which is kept nowhere: the caller hands it over.

    Raises:
        InvitationsNeedAPerson: the account is locked.
    """
    if not user.is_active:
        raise InvitationsNeedAPerson
    StartLink.objects.filter(user=user, used_at=None).delete()
    token = secret()
    StartLink.objects.create(
        user=user,
        token_hash=hash_secret(token),
        made_by=by,
        made_at=at,
        expires_at=at + rules.LINK_LASTS,
    )
    record("accounts.invite", subject=user.subject, by=by, at=at)
    return token


@transaction.atomic
def first_admin_link(
    *, username: str, full_name: str, email: str, unit: Unit, at: datetime, by: str = "system"
) -> str:
    """Make the first administrator of an empty house and return the address of the start page.

    Asked again for the same person (the link was lost), it makes a new link.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = people.create_staff(
            username=username, full_name=full_name, email=email, at=at, by=by
        )
    if not selectors.holds(user, Role.ADMINISTRATOR, unit, on=at.date()):
        people.appoint(
            user=user, unit=unit, role=Role.ADMINISTRATOR, valid_from=at.date(), at=at, by=by
        )
    return start_url(invite(user=user, at=at, by=by))


def start_url(token: str) -> str:
    """The whole address, as it is printed or sent."""
    return f"{settings.PUBLIC_URL}/accounts/start/{token}/"


@transaction.atomic
def start_with(*, token: str, password: str, at: datetime) -> User:
    """Set the password of the person whose link this is; the link closes.

    Raises:
        LinkDoesNotOpen: used, expired or unknown. Of two who use it at once, one gets this.
    """
    user = selectors.start_link_user(token, at=at)
    used = StartLink.objects.filter(token_hash=hash_secret(token), used_at=None, expires_at__gt=at)
    if user is None or not used.update(used_at=at):
        raise LinkDoesNotOpen
    user.set_password(password)
    user.save(update_fields=["password"])
    record("accounts.start", subject=user.subject, by=user.actor, at=at)
    return user


@transaction.atomic
def enrol_demo_totp(user: User, seed: str = "") -> None:
    """Give a sample person an authenticator app with a known secret (base32).

    Without a seed the secret follows from the user name.

    Raises:
        OnlyInTheDemo: the house is no demo.
    """
    if not settings.DEMO:
        raise selectors.OnlyInTheDemo
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, seed or rules.demo_seed(user.username))


@transaction.atomic
def record_sign_in_change(*, user: User, what: str, at: datetime) -> None:
    """Keep in the record that a person changed how they sign in, e.g. "totp_activated"."""
    record("accounts.sign_in_change", subject=user.subject, by=user.actor, at=at, what=what)
