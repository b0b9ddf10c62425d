"""Read back what a connector brought; for tests."""

import json
from typing import Any

from dothi.datastore.sources.ports import Fetched


def records(found: Fetched | None) -> list[dict[str, Any]]:
    assert found is not None
    assert found.heads is not None
    return [json.loads(line) for line in found.path.read_text("utf-8").splitlines()]
