"""Lives of reports, in processes of their own: `python -m bench.lives COUNT SEED`."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, kw_only=True)
class Lived:
    rate: float  # Lives per second.
    python: float  # Milliseconds of processor a life, in the processes that call the verbs.
    database: float  # And in the database.


def live_in_processes(
    count: int,
    processes: int,
    database_seconds: Callable[[], float] = lambda: 0.0,
    *,
    module: str = "bench.lives",
) -> Lived:
    """Let so many of something live in so many processes side by side; reports, if not said.

    `module` is run with a count and a seed, says "ready", waits for a line, and says how many
    seconds of processor it took. The time runs from the moment when all are ready to the one when
    the last event is delivered.
    """
    from dothi.core.events.services import drain_all

    children = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(count // processes), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ), text=True,
        )
        for seed in range(processes)
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    before, mine, started = database_seconds(), time.process_time(), time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    spent = [float(child.communicate()[0]) for child in children]
    assert not any(child.returncode for child in children)
    drain_all()
    seconds = time.perf_counter() - started
    return Lived(
        rate=count / seconds,
        python=(sum(spent) + time.process_time() - mine) / count * 1000,
        database=(database_seconds() - before) / count * 1000,
    )


def _live(count: int, seed: int) -> None:
    from dothi.accounts.choices import Role
    from dothi.core import clock
    from dothi.core.events.services import drain_all
    from dothi.feedback import selectors, services
    from dothi.run.demo.feedback_story import somebody, somewhere

    chance = random.Random(seed)
    at = clock.now()
    # Where it is, and who takes it, is known before: a door knows its caller, too.
    places = [somewhere(at, chance) for _ in range(count)]
    officer_of = cache(lambda role, unit: somebody(Role(role), unit, at))
    selectors.public_ticket("nothing", at=at)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    for number, place in enumerate(places):
        at = clock.now()
        text = f"Đèn đường tắt ở hẻm {number}"
        ticket = services.submit(text=text, category="lighting", place=place, at=at).ticket
        officer = officer_of(ticket.handling_role, ticket.handling_unit_id)
        assert officer is not None
        services.assign(ticket=ticket, to=officer, by=officer, at=at)
        services.resolve(ticket=ticket, text="Đã thay bóng.", by=officer, at=at)
        assert selectors.public_ticket(ticket.code, at=at)
        if number % 20 == 19:
            drain_all()
    drain_all()
    print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    _live(int(sys.argv[1]), int(sys.argv[2]))
