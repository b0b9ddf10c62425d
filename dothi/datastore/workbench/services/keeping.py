"""Questions that somebody keeps, alone or with the unit."""

from datetime import datetime

from dothi.accounts.models import User
from dothi.datastore.workbench.choices import Reach
from dothi.datastore.workbench.models import Question
from dothi.datastore.workbench.rules import gate
from dothi.lib import codes
from dothi.units.models import Unit


def keep(
    *, title: str, text: str, owner: User, unit: Unit | None, at: datetime, of: str = ""
) -> Question:
    """Keep a question, or keep it anew where `of` names one of the owner's. With a unit, everybody
    of the unit finds it; rows follow who asks it, not who wrote it.

    Raises:
        Refused: it is no question that may be asked.
    """
    gate.tables_of(text)
    reach = Reach.UNIT if unit is not None else Reach.OWN
    changed = Question.objects.filter(code=of, owner=owner).first() if of else None
    if changed is None:
        changed = Question(code=codes.public_code("CH", at), owner=owner, made_at=at)
    changed.title, changed.text, changed.unit, changed.reach = title, text, unit, reach
    changed.changed_at = at
    changed.save()
    return changed


def drop(question: Question) -> None:
    """Throw a question away. The door asks first: it does not come back."""
    question.delete()
