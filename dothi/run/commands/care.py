"""Commands that look after what the house keeps: the audit trail and the keys."""

import argparse

from dothi.run.database import in_the_house
from dothi.run.words import say


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
