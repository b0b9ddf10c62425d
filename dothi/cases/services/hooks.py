"""Systems that subscribed are told of facts about dossiers that they may see."""

from collections.abc import Sequence
from datetime import datetime

from dothi.accounts import selectors as accounts
from dothi.cases import selectors
from dothi.core.clock import local
from dothi.core.events.registry import Event
from dothi.core.hooks import selectors as hooks
from dothi.core.hooks.models import Hook
from dothi.core.hooks.services import put
from dothi.core.transactions import joined


@joined
def tell_hooks(*, events: Sequence[tuple[Event, str]], at: datetime) -> int:
    """Lay out a message of each fact, with the code of its dossier, for each hook whose program
    may see that dossier now. Return how many.
    """
    wanted = hooks.hooks_for({event.name for event, _code in events})
    return sum(
        _tell(event, code, hooked, at=at)
        for event, code in events
        if (hooked := wanted.get(event.name))
    )


def _tell(event: Event, code: str, wanted: Sequence[Hook], *, at: datetime) -> int:
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
