"""Commands that look after what the house keeps: the audit trail and the keys."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from dothi.run.database import in_the_house
from dothi.run.words import CannotWork, say


def audit_verify(options: argparse.Namespace) -> int:
    """Walk the audit trail; print every fault. Ends with 1 when there is one."""
    with in_the_house():
        from dothi.core import clock
        from dothi.core.audit import services

        report = services.verify(at=clock.now(), below=services.seal_all())
        for finding in report.findings:
            say(str(finding))
        say(f"{report.sealed} rows sealed, {len(report.findings)} faults")
        return 0 if report.is_sound else 1


def signatures_verify(options: argparse.Namespace) -> int:
    """Compare every signed application with what its dossier says now, its files byte by byte.
    Ends with 1 when one differs."""
    with in_the_house():
        from dothi.cases import selectors, services

        seen = wrong = 0
        for signature in selectors.all_signatures():
            altered = services.differences(signature, bytes_too=True)
            seen, wrong = seen + 1, wrong + bool(altered)
            for one in altered:
                say(f"{signature.dossier.code}: {one.value}")
        say(f"{seen} signed applications, {wrong} not as they were signed")
        return 1 if wrong else 0


def keys_rotate(options: argparse.Namespace) -> int:
    """A new key for encrypted fields; every value goes over to it; unused keys are put away."""
    with in_the_house() as home:
        from dothi.core import clock
        from dothi.core.crypto import services

        at = clock.now()
        try:
            key_id = services.add_key(by="system", at=at)
        except services.KeysFromEnvironment:
            # Whoever keeps the keys elsewhere has added the new one there.
            key_id = services.active_key()
        rotation = services.re_encrypt(
            by="system", at=at, tell=lambda name, done: say(f"  {name}: {done}")
        )
        retired = services.retire_keys(by="system", at=at)
        say(
            f"key {key_id} is active; {rotation.values} values encrypted anew; "
            f"put away: {retired or 'none'}"
        )
        say(f"Copy {home.keys} to its safe place again.")
        if rotation.unreadable:
            say(f"{rotation.unreadable} values do not open with any key; they stay as they are.")
    return 1 if rotation.unreadable else 0


def keys_import_signer(options: argparse.Namespace) -> int:
    """Bring in the key of a post, as an authority hands it over."""
    try:
        packed = Path(options.file).read_bytes()
    except OSError as error:
        raise CannotWork(f"{options.file} cannot be read.") from error
    password = _password(options.password_file)
    with in_the_house() as home:
        from dothi.core.papers import signing

        try:
            signer = signing.bring_signer(packed=packed, password=password, **_post_of(options))
        except signing.CannotSign as error:
            raise CannotWork(error.message) from error
        say(f"{signer} signs papers until {signer.valid_to:%Y-%m-%d}.")
        say(f"Copy {home.keys} to its safe place again, and put {options.file} away.")
    return 0


def keys_make_signer(options: argparse.Namespace) -> int:
    """Certify a post by the house itself."""
    with in_the_house() as home:
        from dothi.core.papers import signing

        signer = signing.make_signer(**_post_of(options))
        say(f"{signer} signs papers until {signer.valid_to:%Y-%m-%d}.")
        say("Nobody outside trusts this certificate: it is for trying.")
        say(f"Copy {home.keys} to its safe place again.")
    return 0


def _password(file: str | None) -> str:
    if file:
        try:
            return Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise CannotWork(f"{file} cannot be read.") from error
    if not sys.stdin.isatty():
        raise CannotWork("the password is asked for at a terminal: name a --password-file here.")
    return getpass.getpass("password of the file: ")


def _post_of(options: argparse.Namespace) -> dict[str, Any]:
    """Which post it is, as papers name it."""
    from dothi.accounts.choices import Role
    from dothi.accounts.models import Post, in_force
    from dothi.core import clock
    from dothi.units import selectors as units
    from dothi.units.models import Unit

    at = clock.now()
    try:
        unit = units.unit_of(options.unit, on=at.date())
    except Unit.DoesNotExist as error:
        raise CannotWork(f"there is no unit {options.unit} today.") from error
    if options.role not in Role.values:
        raise CannotWork(f"there is no role {options.role}; there are: {', '.join(Role.values)}.")
    held = Post.objects.filter(in_force(at.date()), unit=unit, role=options.role).exclude(title="")
    first = held.order_by("id").first()
    post = options.post or (first.title if first else "")
    if not post:
        raise CannotWork("nobody holds this post with a title today: name it by --post.")
    return {
        "unit_code": unit.code, "role": options.role, "post": post,
        "agency": options.agency or f"Ủy ban nhân dân {unit.name_vi}", "by": "system", "at": at,
    }  # fmt: skip
