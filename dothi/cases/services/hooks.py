"""Systems that subscribed are told of facts about dossiers that they may see."""

from datetime import datetime

from django.db import transaction

from dothi.accounts import selectors as accounts
from dothi.cases import selectors
from dothi.core.clock import local
from dothi.core.events.registry import Event
from dothi.core.hooks import selectors as hooks
from dothi.core.hooks.services import put


@transaction.atomic
def tell_hooks(*, event: Event, code: str, at: datetime) -> int:
    """Lay out a message for each hook whose program may see the dossier now. Return how many."""
    wanted = hooks.hooks_for(event.name)
    if not wanted:
        return 0
    machines = accounts.machines_by_subject(hook.owner for hook in wanted)
    on = local(at).date()
    seeing = {
        subject
        for subject, machine in machines.items()
        if selectors.dossiers_of_machine(machine, scopes=machine.scopes, on=on)
        .filter(code=code)
        .exists()
    }
    told = [hook for hook in wanted if hook.owner in seeing]
    return put(
        hooks=told, event=event.name, data=event.model_dump(mode="json"), happened_at=at, at=at
    )
