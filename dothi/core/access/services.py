"""Log every opening of personal data, before the data leaves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dothi.core.access.models import Look


def opened(
    *, record: str, by: str, at: datetime, purpose: str, fields: Sequence[str], post: str = ""
) -> None:
    """Note that `by` is about to see `fields` of `record`.

    Call it before the values are read. `post` says in what capacity ("Specialist, Phường …"), and
    is what the citizen reads; names of officers are not kept here.

    Raises:
        ValueError: no purpose or no field is given. Nobody opens personal data just so.
    """
    if not purpose.strip() or not fields:
        raise ValueError("an opening has a purpose and names the fields")
    Look(record=record, actor=by, post=post, purpose=purpose, fields=list(fields), at=at).save(
        force_insert=True
    )


def opened_many(
    *,
    records: Iterable[str],
    by: str,
    at: datetime,
    purpose: str,
    fields: Sequence[str],
    post: str = "",
) -> None:
    """The same for a list that leaves as one file: one line for each record in it.

    Raises:
        ValueError: see `opened`.
    """
    if not purpose.strip() or not fields:
        raise ValueError("an opening has a purpose and names the fields")
    kept = list(fields)
    Look.objects.bulk_create(
        (
            Look(record=record, actor=by, post=post, purpose=purpose, fields=kept, at=at)
            for record in records
        ),
        batch_size=2000,
    )
