"""Which figures the wall shows, in which order: what an operator arranged, or as it began."""

from dataclasses import dataclass

from dothi.datastore.indicators.choices import Run
from dothi.operations.wall.models import Wall, WallTile

MAIN = "main"
SHARE, OPEN, OVERDUE, TODAY = (
    "feedback.share_on_time",
    "feedback.open",
    "feedback.overdue",
    "feedback.received_today",
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One tile: an indicator, over what it is run, from which values on it warns."""

    code: str
    run: Run = Run.NOW
    near: float | None = None
    late: float | None = None


USUAL = (
    Place(code=SHARE, near=90, late=75),
    Place(code=OPEN),
    Place(code=OVERDUE, near=0, late=0),
    Place(code=TODAY),
)


def arranged(wall: str = MAIN) -> tuple[Place, ...]:
    """The tiles of a wall, in their order. One question to the database."""
    rows = WallTile.objects.filter(wall=wall).order_by("place")
    found = tuple(
        Place(code=one.indicator, run=Run(one.run), near=one.near, late=one.late) for one in rows
    )
    return found or USUAL


def revision_of(wall: str = MAIN) -> int:
    """The number of the arrangement; 0 for the one that the wall began with."""
    found = Wall.objects.filter(pk=wall).values_list("revision", flat=True).first()
    return found or 0
