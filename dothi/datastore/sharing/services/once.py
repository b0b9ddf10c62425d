"""One page, one look: what its parts show of a dataset is one opening."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.datastore.sharing.services.opening import NothingYet, NotShared, Opening, open_dataset
from dothi.datastore.tables.selectors import VersionClosed


def open_once(
    page: object, code: str, user: User | AnonymousUser, *, at: datetime
) -> Opening | None:
    """The newest version, opened, written down and counted once for all parts of a page.

    `page` is what the parts have in common, such as the request. None: nothing to be seen there.
    """
    kept: dict[str, Opening | None] = vars(page).setdefault("_openings", {})
    if code not in kept:
        try:
            kept[code] = open_dataset(code, user, at=at)
        except (NotShared, NothingYet, VersionClosed):
            kept[code] = None
    return kept[code]
