"""Personal values are opened: the look is written down before they are read."""

from datetime import datetime

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.datastore.resolution import permissions, selectors
from dothi.datastore.resolution.models import Entity, Pair, Project, Record
from dothi.datastore.resolution.rules import golden
from dothi.datastore.resolution.services.refusals import NotOpen


def open_pair(
    *, pair: Pair, by: User, post: str, at: datetime
) -> tuple[dict[str, str], dict[str, str]]:
    """What the two rows say, by role.

    Raises:
        NotOpen: the purpose no longer holds.
    """
    left, right = _open(pair.project, [pair.left, pair.right], by=by, post=post, at=at)
    return left, right


def open_entity(
    *, entity: Entity, by: User, post: str, at: datetime
) -> tuple[list[tuple[Record, dict[str, str]]], list[golden.Value]]:
    """The rows of an entity with what they say, and the golden record.

    Raises:
        NotOpen: the purpose no longer holds.
    """
    rows = selectors.members(entity)
    values = _open(entity.project, rows, by=by, post=post, at=at)
    return list(zip(rows, values, strict=True)), selectors.golden_record(entity)


def _open(
    project: Project, records: list[Record], *, by: User, post: str, at: datetime
) -> list[dict[str, str]]:
    if not permissions.is_open(project, on=at.date()):
        raise NotOpen(project.expires_on, project.state)
    fields = list(selectors.model_of(project).roles)
    for one in records:
        opened(
            record=f"resolution.record:{one.pk}", by=by.actor, at=at, purpose=project.purpose[:200],
            fields=fields, post=post,
        )  # fmt: skip
    return [selectors.values_of(one) for one in records]
