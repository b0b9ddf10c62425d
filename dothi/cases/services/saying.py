"""What an applicant answered, for rules that ask for it."""

import json
from typing import Any

from dothi.cases.models import Dossier


def everything_said(dossier: Dossier) -> dict[str, Any]:
    """All answers of a dossier, for conditions: the sensitive ones, too. Not for showing."""
    return {**dossier.answers, **(json.loads(dossier.sealed) if dossier.sealed else {})}
