"""Which words of the sign-in library our pages show: read from its own files."""

from collections.abc import Iterator
from pathlib import Path

import allauth

from tools.messages import Message, in_python, in_template

ROOT = Path(allauth.__file__).parent
# Ways in that this house does not open: telephone codes, codes by e-mail, passkey-only sign-up.
CLOSED = ("phone", "login_code", "by_passkey", "webauthn/signup", "mfa/trust", "email_change")
TEMPLATES = ("account", "mfa", "usersessions", "socialaccount")
MODULES = (
    "account/adapter.py",
    "account/forms.py",
    "account/fields.py",
    "account/models.py",
    "account/internal/userkit.py",
    "account/internal/flows/*.py",
    "core/internal/*.py",
    "mfa/adapter.py",
    "mfa/models.py",
    "mfa/base/*.py",
    "mfa/totp/*.py",
    "mfa/webauthn/*.py",
    "mfa/recovery_codes/*.py",
    "mfa/internal/flows/*.py",
    "socialaccount/adapter.py",
    "socialaccount/forms.py",
    "usersessions/forms.py",
)


def messages_shown() -> Iterator[Message]:
    for folder in TEMPLATES:
        for path in sorted((ROOT / "templates" / folder).rglob("*.*")):
            if not any(word in path.as_posix().rpartition("templates/")[2] for word in CLOSED):
                yield from in_template(path.read_text("utf-8"), path.name)
    for pattern in MODULES:
        for path in sorted(ROOT.glob(pattern)):
            yield from in_python(path.read_text("utf-8"), path.name)
