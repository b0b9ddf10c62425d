"""An operator arranges the figures of the wall: indicators, now or over the store."""

from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import add_totp
from dothi.datastore.indicators import registry
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators import services as measuring
from dothi.datastore.indicators.choices import Better, Run
from dothi.datastore.indicators.tests.factories import lamps_stored, make_lamps
from dothi.feedback.tests.factories import MONDAY_9AM, City, make_officer
from dothi.operations.wall import rules, selectors, services
from dothi.operations.wall.selectors import Place

pytestmark = pytest.mark.django_db
OPEN, LAMPS = "feedback.open", "test.lamps_out"


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Any) -> None:
    settings.STORE = tmp_path / "store"
    settings.PUBLIC_WALL = False


@pytest.fixture
def lamps() -> Any:
    yield make_lamps(LAMPS)
    registry.indicators.pop(LAMPS, None)


def arrange(by: User, *places: Place, revision: int = 0) -> None:
    services.arrange_wall(places=places, revision=revision, by=by, at=MONDAY_9AM)


def test_a_tile_over_the_store_shows_what_was_kept_and_as_of_when(
    city: City, lamps: object
) -> None:
    city.submit()
    row = {"code": "L-1", "unit_code": "00001", "kind": "LED", "out_at": MONDAY_9AM}
    lamps_stored([row], at=MONDAY_9AM)
    measuring.measure_store(at=MONDAY_9AM, codes=[LAMPS])
    arrange(city.operator, Place(code=LAMPS, run=Run.STORE, near=0, late=1), Place(code=OPEN))
    first, second = selectors.board(at=MONDAY_9AM.replace(hour=10)).tiles
    assert (first.value, first.tone, first.time) == (1, "near", "09:00")
    assert first.value == indicators.from_store(LAMPS, at=MONDAY_9AM).value.value
    assert (second.value, second.tone, second.time) == (1, "", "10:00")


def test_one_that_cannot_be_counted_leaves_its_tile_empty_and_no_other(
    city: City, lamps: object
) -> None:
    city.submit()
    arrange(city.operator, Place(code=LAMPS, run=Run.STORE), Place(code=OPEN))
    shown = selectors.board(at=MONDAY_9AM).tiles
    assert [(tile.words, tile.time) for tile in shown] == [("–", "–"), ("1", "09:00")]
    del registry.indicators[LAMPS]
    shown = selectors.board(at=MONDAY_9AM).tiles
    assert [tile.words for tile in shown] == ["–", "1"]


@pytest.mark.django_db(transaction=True)
def test_a_hot_run_that_fails_empties_its_own_tile_only(city: City) -> None:
    reads = {"no_such_table": {"unit_id": "int64", "out_at": "timestamp('UTC')"}}
    make_lamps(
        LAMPS, is_hot=True, reads=reads, stores={}, dimensions={},
        measure=lambda tables, at: tables["no_such_table"].group_by("unit_id").agg(
            numerator=tables["no_such_table"].count()
        ),
    )  # fmt: skip
    try:
        city.submit()
        arrange(city.operator, Place(code=LAMPS), Place(code=OPEN))
        board = selectors.board(at=MONDAY_9AM)
        assert [tile.words for tile in board.tiles] == ["–", "1"]
        assert board.wards[0].open == 1
    finally:
        del registry.indicators[LAMPS]


def test_what_everybody_sees_holds_nothing_that_is_for_staff(
    city: City, lamps: object, settings: Any
) -> None:
    arrange(city.operator, Place(code=LAMPS, run=Run.STORE), Place(code=OPEN))
    assert [tile.code for tile in selectors.board(at=MONDAY_9AM).tiles] == [LAMPS, OPEN]
    settings.PUBLIC_WALL = True
    assert [tile.code for tile in selectors.board(at=MONDAY_9AM).tiles] == [OPEN]


def test_of_two_who_arrange_the_later_is_told(city: City) -> None:
    arrange(city.operator, Place(code=OPEN))
    with pytest.raises(services.ArrangedMeanwhile):
        arrange(city.operator, Place(code="feedback.overdue"))
    arrange(city.operator, Place(code="feedback.overdue"), revision=1)
    assert [place.code for place in selectors.arranged()] == ["feedback.overdue"]


@pytest.mark.parametrize(
    ("value", "better", "near", "late", "tone"),
    [
        (90, Better.HIGHER, 90, 75, "good"), (89.9, Better.HIGHER, 90, 75, "near"),
        (74.9, Better.HIGHER, 90, 75, "late"), (0, Better.LOWER, 0, 0, "good"),
        (1, Better.LOWER, 0, 0, "late"), (1, Better.LOWER, 0, 2, "near"),
        (None, Better.LOWER, 0, 2, ""), (1, Better.NEITHER, 0, 2, ""),
        (1, Better.LOWER, None, None, ""),
    ],
)  # fmt: skip
def test_the_tone_follows_the_direction_that_is_good(
    value: float | None, better: Better, near: float | None, late: float | None, tone: str
) -> None:
    assert rules.tone_of(value, better, near, late) == tone


def desk_of(user: User) -> Client:
    add_totp(user)
    client = Client()
    client.force_login(user)
    return client


def lines(*shown: tuple[str, str, str, str], revision: int = 0) -> dict[str, Any]:
    said: dict[str, Any] = {"revision": revision}
    for number in range(8):
        code, run, near, late = shown[number] if number < len(shown) else ("", "now", "", "")
        said |= {
            f"{number}_place": number + 1, f"{number}_indicator": code, f"{number}_run": run,
            f"{number}_near": near, f"{number}_late": late,
        }  # fmt: skip
    return said


def test_an_operator_arranges_the_wall_without_a_script(city: City, monday: None) -> None:
    client = desk_of(city.operator)
    page = client.get("/en/operations/wall/tiles").content.decode()
    assert 'value="feedback.share_on_time"' in page
    assert "<datalist" in page
    said = lines(("feedback.open", "store", "5", "9"), ("overdue", "now", "0", "0"))
    said |= {"0_place": 2, "1_place": 1}
    client.post("/en/operations/wall/tiles", said)
    assert selectors.arranged() == (
        Place(code="feedback.overdue", near=0, late=0),
        Place(code="feedback.open", run=Run.STORE, near=5, late=9),
    )
    lost = client.post("/en/operations/wall/tiles", said).content.decode()
    assert "Somebody saved another arrangement" in lost


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("zzz", "now", "", ""), "No indicator is called so"),
        (("feedback.open", "now", "5", ""), "Give both limits or none"),
        (("feedback.open", "now", "9", "5"), "What is late lies beyond"),
        (("feedback.received_today", "now", "1", "2"), "neither good nor bad"),
        (("", "now", "", ""), "one figure at least"),
    ],
)
def test_what_cannot_be_shown_is_told_beside_its_field(
    city: City, monday: None, line: tuple[str, str, str, str], said: str
) -> None:
    page = desk_of(city.operator).post("/en/operations/wall/tiles", lines(line)).content.decode()
    assert said in page


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.SPECIALIST, 403), (Role.LEADER, 403), (Role.ADMINISTRATOR, 200)],
)
def test_who_may_arrange_the_wall(city: City, monday: None, role: Role, status: int) -> None:
    officer = make_officer("somebody", unit=city.root, role=role)
    assert desk_of(officer).get("/operations/wall/tiles").status_code == status
