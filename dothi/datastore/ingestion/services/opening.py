"""Look into a line that was put aside. It may hold anything, so every look is written down."""

import base64
import json
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.datastore.ingestion.models import Aside


def open_line(
    aside: Aside, *, by: User, at: datetime, post: str = ""
) -> tuple[bytes, dict[str, str]]:
    """The bytes as they came, and the cells by their heads (none where there are none)."""
    with transaction.atomic():
        opened(
            record=f"{aside.run.subject}:{aside.line}", by=by.actor, purpose="mend a delivery",
            fields=["raw", "cells"], post=post, at=at,
        )  # fmt: skip
    cells = json.loads(aside.cells) if aside.cells else {}
    return base64.b64decode(aside.raw), {head: text or "" for head, text in cells.items()}
