"""Papers of dossiers: how long one takes to be set and kept, to be signed, and to be checked.

python -m bench.papers
COUNT=50 python -m bench.papers
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bench.house import Measured, said

if TYPE_CHECKING:
    from dothi.accounts.models import User
    from dothi.cases.models import Dossier

COUNT = int(os.environ.get("COUNT") or 200)
GOAL = 30  # Milliseconds for a paper.


def everything(house: Measured) -> Iterator[str]:
    from dothi.cases import services
    from dothi.cases.models import Result
    from dothi.core import clock
    from dothi.core.papers import selectors, signing
    from dothi.core.papers.models import Paper

    dossiers, moves, leader = _waiting()
    services.issue_for(move=moves.pop())  # The compiler of the template is made once a process.
    yield _timed("form 01 set and kept", [partial(services.issue_for, move=pk) for pk in moves])
    at = clock.now()
    services.sign_result(dossier=dossiers.pop(), by=leader, at=at)  # The library is loaded once.
    acts = [partial(services.sign_result, dossier=one, by=leader, at=at) for one in dossiers]
    yield _timed("a result set, signed and kept", acts, goal=None)
    results = Result.objects.order_by("id").values_list("paper", flat=True)
    papers: list[Paper] = [one for code in results if (one := selectors.by_code(code))]
    checks = [partial(signing.check, one) for one in papers]
    yield _timed("a signature checked", checks, goal=None)


def _waiting() -> "tuple[list[Dossier], list[int], User]":
    """Dossiers on the table of a leader who has a key, and the moves by which they came in."""
    from bench.cases_house import PROCEDURE, answers_to, furnish
    from dothi.accounts.choices import Role
    from dothi.cases import services
    from dothi.cases.choices import Act, Origin
    from dothi.cases.models import Agency, Move
    from dothi.core import clock
    from dothi.core.papers import signing
    from dothi.procedures import selectors as procedures
    from dothi.run.demo.feedback_story import somebody

    furnish()
    at, roles = clock.now(), (Role.COUNTER, Role.SPECIALIST, Role.LEADER)
    agency, (counter, officer, leader) = next(
        (one, people)
        for one in Agency.objects.select_related("unit").order_by("id")
        if all(people := [somebody(role, one.unit_id, at) for role in roles])
    )
    assert counter is not None
    assert officer is not None
    assert leader is not None
    signing.make_signer(
        unit_code=agency.unit.code, role=Role.LEADER, post="Chủ tịch", agency=agency.name_vi,
        by="system", at=at,
    )  # fmt: skip
    version = procedures.version_of(PROCEDURE, on=at.date())
    assert version is not None
    definition = procedures.content_of(version.pk)
    answers, papers = answers_to(definition), services.papers_of(definition, {})
    onward = {one.to: one.code for step in definition.steps for one in step.outcomes}["sign"]
    dossiers = []
    for number in range(COUNT + 1):
        application = services.Application(
            procedure=PROCEDURE, unit=agency.unit, answers=answers,
            applicant=services.Person(name=f"Nguyễn Thị Mẫu {number}", phone="0901234567"),
            papers=[services.Given(code=paper.code) for paper in papers],
        )  # fmt: skip
        done = services.submit(application=application, origin=Origin.OWN, by="public", at=at)
        services.receive(dossier=done.dossier, by=counter, at=at)
        services.begin(dossier=done.dossier, by=officer, at=at)
        services.advance(dossier=done.dossier, outcome=onward, by=officer, at=at)
        dossiers.append(done.dossier)
    moves = Move.objects.filter(act=Act.RECEIVE).order_by("id").values_list("pk", flat=True)
    return dossiers, list(moves), leader


def _timed(name: str, acts: Sequence[Callable[[], object]], *, goal: int | None = GOAL) -> str:
    spent = []
    processor = time.process_time()
    for act in acts:
        begun = time.perf_counter()
        act()
        spent.append((time.perf_counter() - begun) * 1000)
    processor = (time.process_time() - processor) * 1000 / len(acts)
    tail = statistics.quantiles(spent, n=20)[-1]
    needed = f" (needed {goal})" if goal else ""
    return (
        f"{name}: {statistics.median(spent):.1f} ms{needed}, p95 {tail:.1f}, of it {processor:.1f} "
        f"of processor in Python, {len(spent)} times"
    )


if __name__ == "__main__":
    sys.exit(said(everything))
