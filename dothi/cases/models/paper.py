"""Which paper was issued for which move of a dossier."""

from typing import ClassVar

from django.db import models

from dothi.cases.models.dossier import Dossier, Move


class IssuedPaper(models.Model):
    """A paper of a dossier; each move has at most one of a kind. `paper` is its code in core."""

    personal: ClassVar[dict[str, str]] = {}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    move = models.ForeignKey(Move, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    paper = models.CharField(max_length=24, unique=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "kind"], name="case_paper_once_a_move")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.paper}"
