"""Who sees which part of a figure: small numbers of persons are hidden by every door."""

from collections.abc import Generator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.core import clock
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Classification
from dothi.datastore.catalogue.registry import Current, datasets
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.tests.factories import field, make_dataset
from dothi.datastore.indicators import registry, selectors, services
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.tests.factories import NOON, lamps_stored, make_lamps
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root, make_unit

pytestmark = pytest.mark.django_db
CODE = "test.lamps_out"
PAGE, API = f"/indicators/{CODE}", f"/api/v1/indicators/{CODE}"
FEBRUARY, MARCH = NOON - timedelta(days=5), NOON - timedelta(hours=3)
MONTHS_END = "2026-02-28T23:59:59.999999+07:00"
ALL = {"00001": 8, "00002": 3, "00003": 9}  # Of today; one each came in March, after February.
EVERYBODY = ("visitor", "citizen", "key of a citizen")
OFFICERS = ("officer", "officer elsewhere")
KEEPERS = ("steward", "leader", "key of a steward")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON)
    selectors.forget()


@pytest.fixture
def wards() -> dict[str, Unit]:
    root = make_root()
    return {"root": root, **{code: make_unit(code, f"Phường {code}") for code in ALL}}


@pytest.fixture
def lamps(wards: dict[str, Unit]) -> Generator[Indicator, None, None]:
    """The table says who looks after each lamp: it speaks of persons."""
    make_dataset(
        wards["root"], "lamps",
        contract=Contract(
            dataset="lamps", version=1, key=("code",),
            fields=(
                field("code", required=True, unique=True), field("unit_code"), field("kind"),
                field("keeper", classification=Classification.PERSONAL),
            ),
        ),
    )  # fmt: skip
    rows = [
        {"code": f"L-{code}-{n}", "unit_code": code, "out_at": FEBRUARY if n else MARCH,
         "kind": "LED" if code == "00002" else "Natri"}
        for code, count in ALL.items()
        for n in range(count)
    ]  # fmt: skip
    lamps_stored(rows)
    yield make_lamps(CODE, public=True)
    del registry.indicators[CODE]


def user_of(who: str, wards: dict[str, Unit]) -> User | None:
    match who.removeprefix("key of a "):
        case "visitor":
            return None
        case "citizen":
            return make_citizen()
        case "officer":
            return make_officer("lan", unit=wards["00002"], role=Role.SPECIALIST)
        case "officer elsewhere":
            return make_officer("minh", unit=wards["00003"], role=Role.SPECIALIST)
        case role:
            return make_officer("huong", unit=wards["root"], role=Role(role))


def come_in(who: str, client: Client, wards: dict[str, Unit]) -> dict[str, str]:
    """Sign in, or show the key of a program: what goes into the head of each question."""
    user = user_of(who, wards)
    if who.startswith("key"):
        assert user is not None
        return {"Authorization": catalogue.issue_key(user=user, name="program", at=NOON)}
    if user is not None:
        client.force_login(user)
    return {}


@pytest.mark.parametrize("who", [*EVERYBODY, *OFFICERS, *KEEPERS])
def test_each_door_tells_each_reader_what_the_policy_lets_them_see(
    client: Client, lamps: Indicator, wards: dict[str, Unit], who: str
) -> None:
    head = come_in(who, client, wards)
    told = client.get(API, headers=head).json()
    assert told["value"] == 20, "the whole is told to everybody, as of now"
    program = {row["unit_code"]: row["value"] for row in told["units"] if row["unit_code"] in ALL}
    if who in KEEPERS and head:
        assert program == ALL
    else:  # A page's session opens nothing to programs: they are anybody without a key.
        assert program == {"00001": None, "00002": None, "00003": 8}
        assert told["units_as_of"].startswith(MONTHS_END[:23])
    narrowed = client.get(f"{API}?unit=00002", headers=head).json()
    assert narrowed["value"] == (3 if who in KEEPERS and head else None)
    if head:
        return
    page = client.get(PAGE).context["units"]
    shown = {row["code"]: row["value"] for row in page["rows"] if row["code"] in ALL}
    small = {"00001": "ẩn", "00002": "ẩn"}
    if who in KEEPERS:
        assert shown == {code: str(count) for code, count in ALL.items()}
    elif who in OFFICERS:
        assert shown == {**small, "00003": "9"}
    else:
        assert shown == {**small, "00003": "8"}
        assert page["at"].isoformat() == MONTHS_END


@pytest.mark.parametrize("who", ["visitor", "officer", "steward"])
@pytest.mark.parametrize("by", ["unit", "kind"])
def test_why_it_moved_gives_no_small_number_away(
    client: Client, lamps: Indicator, wards: dict[str, Unit], who: str, by: str
) -> None:
    come_in(who, client, wards)
    told = client.get(f"{PAGE}?start=2026-01-15&end=2026-03-02&by={by}").context["why"]
    hidden = [row for row in told["rows"] if row["before"] == row["after"] == "ẩn"]
    assert told["after"] == ("17" if who == "visitor" else "20")
    assert len(hidden) == (0 if who == "steward" else 2)
    assert all(row["share"] == "" and not row["size"] for row in hidden)
    answer = client.get(f"{API}/why?start=2026-01-15&end=2026-03-02T12:00&by={by}").json()
    assert sum(one["hidden"] for one in answer["contributions"]) == 2
    assert all(one["share"] is None for one in answer["contributions"] if one["hidden"])


def test_everybody_sees_the_same_parts_on_any_day_of_a_month(
    client: Client, lamps: Indicator
) -> None:
    seen = {
        str(client.get(f"{API}?at={day}T12:00&boundaries=2025-01-01").json()["units"])
        for day in ("2026-03-01", "2026-03-02")
    }
    assert len(seen) == 1
    before = client.get(f"{API}?at=2026-02-28T12:00").json()
    assert before["units_as_of"].startswith("2026-01-31T23:59:59")


def test_a_month_ends_at_the_last_instant_of_it() -> None:
    guard = selectors.Guard(at_least=5, everybody=True)
    last = datetime.fromisoformat(MONTHS_END)
    assert selectors.moment_for(guard, last) == last
    assert selectors.moment_for(guard, last - timedelta(seconds=1)).date() == date(2026, 1, 31)
    assert selectors.moment_for(selectors.Guard(at_least=5), NOON) == NOON


def test_the_open_table_of_readings_holds_no_part_of_them(lamps: Indicator) -> None:
    hour = clock.now().replace(minute=0)
    services.measure_store(at=hour, codes=[CODE])
    kind = datasets["indicator-readings"].feed
    assert isinstance(kind, Current)
    rows: list[Any] = [row for row in kind.rows(None) if row["indicator"] == CODE]
    assert [(row["unit_code"], row["numerator"]) for row in rows] == [(None, 20.0)]
