"""Where the sign-in library asks the house. Network and pages are its work, facts are ours."""

import secrets
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from dothi.accounts import selectors, services
from dothi.accounts.choices import Level
from dothi.accounts.models import User
from dothi.accounts.services.second_steps import PURPOSE
from dothi.core import clock
from dothi.core.crypto import services as crypto
from dothi.lib.text_vi import nfc


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, addresses and messages."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        staff = selectors.is_staff(request.user, on=clock.now().date())
        return home("desk/" if staff else "my/")

    def new_user(self, request: HttpRequest) -> User:
        user: User = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def generate_unique_username(self, txts: list[str], regex: str | None = None) -> str:
        """A citizen signs in by e-mail; the name behind it says nothing and is nobody's."""
        return f"cd-{secrets.token_hex(8)}"

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            user = email_address.user
            services.reach_level(user=user, level=Level.CONTACT, at=clock.now(), by=user.actor)
        return confirmed

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Every change of how somebody signs in is recorded and told to the address."""
        what = template_prefix.rpartition("/")[2]
        services.record_sign_in_change(user=user, what=what, at=clock.now())
        super().send_notification_mail(template_prefix, user, context, email)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second steps: their secrets are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return str(crypto.encrypt(text, purpose=PURPOSE))

    def decrypt(self, encrypted_text: str) -> str:
        return str(crypto.decrypt(encrypted_text, purpose=PURPOSE))

    def get_totp_label(self, user: User) -> str:
        return user.username if selectors.is_staff(user, on=clock.now().date()) else user.email

    def build_totp_url(self, user: User, secret: str) -> str:
        """With the issuer before the name: authenticator apps sort by it."""
        url = str(super().build_totp_url(user, secret))
        issuer = quote(self.get_totp_issuer())
        return url.replace("otpauth://totp/", f"otpauth://totp/{issuer}:", 1)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The national identity: who proves it there is known here at the highest level."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        account: SocialAccount = sociallogin.account
        _refuse_two_subjects(account.extra_data)
        # Of all that the provider tells, only this is kept: not numbers, birthdays, addresses.
        account.extra_data = {"identity": proves_identity(account.extra_data)}
        if account.pk:
            account.save(update_fields=["extra_data"])
            self._raise_level(account)

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user: User = super().populate_user(request, sociallogin, {**data, "username": ""})
        user.full_name = nfc(data.get("name") or "")[:200]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = super().save_user(request, sociallogin, form)
        self._raise_level(sociallogin.account)
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        self._raise_level(socialaccount)
        return reverse("socialaccount_connections")

    def _raise_level(self, account: SocialAccount) -> None:
        if account.extra_data.get("identity"):
            services.reach_level(
                user=account.user,
                level=Level.IDENTITY,
                at=clock.now(),
                by=f"machine:{account.provider}",
            )


def _refuse_two_subjects(told: dict[str, Any]) -> None:
    """Token and user info must be of one person (OIDC Core 1.0, section 5.3.2)."""
    subjects = {str(part["sub"]) for part in told.values() if isinstance(part, dict) and part}
    if len(subjects) > 1:
        raise PermissionDenied


def proves_identity(claims: dict[str, Any]) -> bool:
    """Whether the signed ID token says in the agreed claim that an identity was proved.

    The claim and the values that count are the house's to set (OIDC Core 1.0, section 2: `acr`).
    What the provider tells outside the signed token does not count.
    """
    value = (claims.get("id_token") or {}).get(settings.OIDC_IDENTITY_CLAIM)
    return value is not None and str(value) in settings.OIDC_IDENTITY_VALUES


def home(path: str) -> str:
    """A page in the language of now."""
    language = get_language() or settings.LANGUAGE_CODE
    return f"/{path}" if language == settings.LANGUAGE_CODE else f"/{language}/{path}"
