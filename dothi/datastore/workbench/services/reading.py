"""The rows of an answer, for who asked, as long as they might ask again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Door
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.workbench.choices import State
from dothi.datastore.workbench.models import Run
from dothi.datastore.workbench.ports import answers
from dothi.datastore.workbench.services.opening import Asker


class Gone(Exception):
    """An answer that this person may not read any more: a dataset was closed to them, or a day is
    over."""


def rows_of(
    run: Run, user: Asker, *, at: datetime, start: int = 0, most: int | None = None
) -> Iterator[list[Any]]:
    """Rows of an answer, if everything that it read would be opened for this person now as then.

    Raises:
        Gone: see there.
    """
    for fact in run.opened:
        try:
            opening = sharing.open_dataset(
                fact["dataset"], user, at=at, version=int(fact["version"]),
                purpose=fact["grant"], door=Door.WORKBENCH,
            )  # fmt: skip
        except (
            sharing.NotShared,
            sharing.NothingYet,
            ObjectDoesNotExist,
            VersionClosed,
        ) as error:
            raise Gone from error
        if opening.path.stem != fact["file"]:
            raise Gone
    if run.state != State.DONE or not answers.place(run.pk).exists():
        raise Gone
    return answers.rows(run.pk, start=start, most=most)
