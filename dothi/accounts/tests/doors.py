"""Go through the doors as an officer with a second step."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from dothi.accounts.models import User


def signed_in(client: Client, user: User) -> Client:
    """Sign somebody in who has set up the second step."""
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    return client


def answers(client: Client, user: User, paths: Iterable[str]) -> list[int]:
    """How each page answers to somebody."""
    signed_in(client, user)
    found = []
    for path in paths:
        answer = client.get(path)
        found.append(answer.status_code)
        close_files(answer)
    return found


def close_files(answer: Any) -> None:
    """Close what a response would send; `close()` would end the test's connection as well."""
    for close in answer._resource_closers:
        close()
