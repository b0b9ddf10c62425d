"""How a request is shown to the person and to the office."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404

from dothi.accounts.http import SignedInRequest
from dothi.accounts.models import User
from dothi.core.clocks import selectors as clocks
from dothi.core.papers.http import issued
from dothi.core.papers.models import Paper
from dothi.datastore.rights import selectors
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.models import RightsRequest
from dothi.datastore.rights.rules import masked
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.choices import PersonBy

MOST_DIGITS = 18
TONES = {
    State.OPEN: "near",
    State.DONE: "good",
    State.REFUSED: "overdue",
    State.WITHDRAWN: "neutral",
}


def papers_of(asked: RightsRequest) -> QuerySet[Paper]:
    """The papers that prove what was erased for this request."""
    return tables.papers_on(tables.proofs_for(asked.code))


def paper(asked: RightsRequest, number: str) -> FileResponse:
    """Raises Http404 where it is not about this request."""
    found = papers_of(asked).filter(code=number).first()
    if found is None:
        raise Http404
    return issued(found.subject, number)


def confirmed_of(user: User) -> list[dict[str, Any]]:
    """What officers saw on paper, each masked."""
    return [
        {"pk": one.pk, "what": PersonBy(one.named_by).label, "value": masked(one.value),
         "at": one.at, "unit": one.request.unit.name}
        for one in selectors.confirmed_of(user)
    ]  # fmt: skip


def number(request: SignedInRequest) -> int:
    """Which row of a list a button belongs to; 0 for none."""
    said = request.POST.get("number", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < MOST_DIGITS else 0


def shown(asked: RightsRequest, *, at: datetime, explained: bool = False) -> dict[str, Any]:
    kept = clocks.clocks_of(asked.subject) if explained else ()
    return {
        "row": asked,
        "right": Right(asked.right).label,
        "state": State(asked.state).label,
        "tone": TONES[State(asked.state)],
        "clocks": [{"name": one.name, "view": clocks.view(one, at=at)} for one in kept],
    }
