"""The newest versions on the steward's page of a dataset."""

from typing import Any

from dothi.accounts.http import SignedInRequest
from dothi.datastore.tables import selectors

LAST = 3


def versions(request: SignedInRequest, code: str) -> dict[str, Any] | None:
    found = list(selectors.versions(code)[:LAST])
    return {"code": code, "versions": found} if found else None
