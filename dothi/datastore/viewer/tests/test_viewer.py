"""Readers filter, sort, group, draw, share and embed rows; a link shows another the same."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_officer, make_root
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.sharing import services as sharing
from dothi.datastore.tables import services as tables
from dothi.datastore.viewer import services as viewer
from dothi.datastore.viewer.rules.look import Asked, Look
from dothi.datastore.workbench.tests.factories import AT, CODE, ROWS, SECRETS, make_trees, publish
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
VIEW = f"/data/{CODE}/view"


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def trees(root: Unit) -> Any:
    return make_trees(root)


def look(client: Client, *pairs: tuple[str, str], where: str = VIEW, status: int = 200) -> Any:
    answer = client.get(f"{where}?{urlencode(pairs)}")
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer


def cells(answer: Any) -> list[list[str]]:
    found: list[list[str]] = answer.context["rows"]
    return found


def test_rows_are_filtered_sorted_and_shown_in_chosen_columns(client: Client, trees: Any) -> None:
    found = look(client, ("c", "tree"), ("c", "height"), ("s", "-height"))
    assert [row[0] for row in cells(found)] == ["C-1", "C-2", "C-3"]
    assert [head.title for head in found.context["heads"]] == ["tree", "height"]
    by_words = look(client, ("q", "sao den"), ("c", "tree"))
    assert cells(by_words) == [["C-1"], ["C-3"]], "marks are not needed"
    for how, value, left in (
        ("is", "Sao đen", ["C-1", "C-3"]), ("not", "Sao đen", ["C-2"]),
        ("has", "RAI", ["C-2"]),
    ):  # fmt: skip
        answer = look(client, ("fc", "species"), ("fo", how), ("fv", value), ("c", "tree"))
        assert [row[0] for row in cells(answer)] == left, how
    two = (("fc", "height"), ("fo", "ge"), ("fv", "4.5"), ("fc", "height"), ("fo", "lt"),
           ("fv", "12.5"), ("c", "tree"))  # fmt: skip
    assert cells(look(client, *two)) == [["C-2"], ["C-3"]]
    on = (("fc", "planted_at"), ("fo", "is"), ("fv", "2020-02-17"), ("c", "tree"))
    assert cells(look(client, *on)) == [["C-1"]]
    empty = (("fc", "planted_at"), ("fo", "empty"), ("fv", ""), ("c", "tree"))
    assert cells(look(client, *empty)) == [["C-3"]]


def test_few_words_kept_as_numbers_are_found_as_any_other_text(
    client: Client, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dothi.datastore.tables.services.serving.MANY", 3)
    rows = [
        ("C-1", "Sao đen", 1.0, None, "", "", None, None),
        ("C-2", "Dầu rái", 2.0, None, "", "", None, None),
        ("C-3", None, 3.0, None, "", "", None, None),
    ]
    publish(rows, run="DR-words")
    with sharing.open_dataset(CODE, AnonymousUser(), at=AT).connect() as connection:
        assert connection.sql("select typeof(species) from data").fetchone() == (
            "ENUM('Dầu rái', 'Sao đen')",
        )
    for how, value, left in (
        ("is", "Sao đen", ["C-1"]), ("is", "Nobody planted it", []),
        ("not", "Sao đen", ["C-2", "C-3"]), ("not", "Nobody planted it", ["C-1", "C-2", "C-3"]),
        ("has", "SAO d", ["C-1"]), ("has", "lim", []), ("empty", "", ["C-3"]),
    ):  # fmt: skip
        answer = look(client, ("fc", "species"), ("fo", how), ("fv", value), ("c", "tree"))
        assert [row[0] for row in cells(answer)] == left, (how, value)
        assert answer.context["total"] == len(left)


def test_values_are_written_as_the_language_does_and_never_read_as_markup(
    client: Client, trees: Any
) -> None:
    planted = datetime(2020, 2, 17, 22, 5, tzinfo=UTC)
    rows = [("<b>&\"", "x" * 300, 1234.56789, planted, "", "", None, None),
            ("C-2", "", 1e20, None, "", "", None, None)]  # fmt: skip
    publish(rows, run="DR-written")
    chosen = [("c", name) for name in ("tree", "species", "height", "planted_at")]
    found = look(client, *chosen)
    assert cells(found)[0] == ['<b>&"', f"{'x' * 199}…", "1234,5679", "05:05 18/02/2020"]
    assert cells(found)[1] == ["C-2", "", "100000000000000000000", ""]
    assert "<td>&lt;b&gt;&amp;&quot;</td>" in found.content.decode()
    english = look(client, *chosen, where=f"/en{VIEW}")
    assert cells(english)[0][2:] == ["1234.5679", "05:05 18/02/2020"]


def many() -> None:
    """Groups that are large enough to be shown."""
    rows = [
        (f"C-{i}", "Sao đen" if i < 6 else "Dầu rái", float(i),
         datetime(2020 + i % 2, 2, 17, 1, tzinfo=UTC), "", "", None, None)
        for i in range(12)
    ]  # fmt: skip
    publish(rows, run="DR-many")


def test_rows_are_grouped_and_drawn(client: Client, trees: Any) -> None:
    many()
    found = look(client, ("g", "species"), ("m", "avg.height"), ("show", "bars"))
    assert cells(found)[1] == ["Sao đen", "2.5"] or cells(found)[1] == ["Sao đen", "2,5"]
    assert found.context["chart"]["points"] == [("Dầu rái", 8.5), ("Sao đen", 2.5)]
    assert b"<meter" in found.content
    line = look(client, ("g", "planted_at.year"), ("show", "line"), ("m", "count"))
    assert b'class="line-chart"' in line.content
    assert b'<details class="twin"' in line.content, "the table that says the same"
    assert [row[0] for row in cells(line)] == ["2020", "2021"]
    two = look(client, ("g", "species"), ("g", "planted_at.month"), ("m", "count"))
    assert two.context["hidden"] == 4, "three trees a month could be told"


def test_places_are_on_a_map_with_the_list_that_says_the_same(client: Client, trees: Any) -> None:
    found = look(client, ("show", "map"))
    assert found.context["mapped"]
    assert len(found.context["markers"]) == 2, "what has no place is in the list only"
    assert len(cells(found)) == 3


@pytest.mark.parametrize(
    "pairs",
    [
        [("fc", "nothing"), ("fo", "is"), ("fv", "x")],
        [("fc", "height"), ("fo", "is"), ("fv", "tall")],
        [("fc", "height"), ("fo", "like"), ("fv", "1")],
        [("s", "keeper_id")],
        [("c", 'tree" from data; --')],
        [("g", "species.month")],
        [("g", "species"), ("m", "sum.species")],
        [("g", "species"), ("m", "drop.height")],
        [("show", "pie")],
        [("page", "0")],
        [("page", "9" * 30)],
    ],
)
def test_what_is_not_there_is_said_and_nothing_breaks(
    client: Client, trees: Any, pairs: list[tuple[str, str]]
) -> None:
    answer = look(client, *pairs, status=400)
    assert b'role="alert"' in answer.content


def test_the_version_stays_while_somebody_turns_pages(client: Client, trees: Any) -> None:
    publish([(f"C-{i:03}", "Sao đen", 1.0, None, "", "", None, None) for i in range(150)],
            run="DR-2")  # fmt: skip
    first = look(client, ("s", "tree"))
    publish(ROWS, run="DR-3")
    second = client.get(f"{VIEW}{first.context['next_url']}")
    assert len(second.context["rows"]) == 50
    assert cells(second)[0][0] == "C-100"
    assert len(look(client).context["rows"]) == 3


def test_a_csv_of_just_what_is_seen(client: Client, trees: Any) -> None:
    answer = look(client, ("c", "tree"), ("c", "planted_at"), ("s", "-tree"), where=f"{VIEW}.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows == [["tree", "planted_at"], ["C-3", ""], ["C-2", "2021-03-01T08:00:00+07:00"],
                    ["C-1", "2020-02-17T08:00:00+07:00"]]  # fmt: skip
    many()
    grouped = look(client, ("g", "species"), where=f"{VIEW}.csv")
    text = b"".join(grouped.streaming_content).decode()
    assert "Sao đen,6" in text.replace("\r", "")
    assert client.get(f"{VIEW}.csv?c=nothing").status_code == 400


def test_only_what_is_embedded_may_be_framed_by_others(client: Client, trees: Any) -> None:
    many()
    framed = client.get(f"/embed/data/{CODE}?g=species&show=bars")
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert "<meter" in framed.content.decode()
    page = client.get(VIEW)
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]


def test_an_embedded_view_shows_officers_no_more_than_everybody(client: Client, root: Unit) -> None:
    make_trees(root, share=Share.DEFAULT)
    client.force_login(make_officer(unit=root))
    assert client.get(VIEW).status_code == 200
    assert client.get(f"/embed/data/{CODE}").status_code == 404


@pytest.mark.parametrize(
    ("share", "role", "status"),
    [
        (Share.OPEN, None, 200), (Share.DEFAULT, None, 404), (Share.DEFAULT, Role.SPECIALIST, 200),
        (Share.CLOSED, Role.SPECIALIST, 404), (Share.CLOSED, Role.STEWARD, 200),
    ],
)  # fmt: skip
def test_who_sees_a_view_follows_the_class(
    client: Client, root: Unit, share: Share, role: Role | None, status: int
) -> None:
    make_trees(root, share=share)
    if role is not None:
        client.force_login(make_officer(unit=root, role=role))
    for where in (VIEW, f"{VIEW}.csv"):
        answer = client.get(where)
        answer.close()
        assert answer.status_code == status
        if status == 200 and role is not None:
            assert answer["Cache-Control"] == "private, no-store"


def test_a_dataset_closed_meanwhile_is_gone(client: Client, trees: Any) -> None:
    assert client.get(VIEW).status_code == 200
    catalogue.retire(dataset=trees, by="system", at=AT, reason="x")
    assert client.get(VIEW).status_code == 404
    assert client.get(f"{VIEW}?v=7").status_code == 404


def test_a_version_whose_rows_are_gone_says_so(client: Client, trees: Any) -> None:
    tables.erase(CODE, "keeper_id", ["079085000123"], reason="x", by="system",
                 at=datetime(2026, 11, 27, tzinfo=UTC))  # fmt: skip
    answer = client.get(f"{VIEW}?v=1")
    assert answer.status_code == 410
    assert VIEW in answer.content.decode()


def test_small_groups_of_persons_are_not_shown(client: Client, root: Unit) -> None:
    make_trees(root)
    rows = [(f"A-{i}", "Sao đen", 1.0, None, "x", "", None, None) for i in range(9)]
    rows += [("B-1", "Hiếm", 99.0, None, "x", "", None, None)]
    publish(rows, run="DR-2")
    client.force_login(make_officer(unit=root))
    found = look(client, ("g", "species"), ("m", "max.height"))
    assert "99" not in str(cells(found))
    assert found.context["hidden"] == 2, "the one, and another that would give it away"
    grouped = look(client, ("g", "species"), ("m", "max.height"), where=f"{VIEW}.csv")
    assert "99" not in b"".join(grouped.streaming_content).decode()


def test_no_secret_is_on_the_page(client: Client, trees: Any) -> None:
    page = client.get(VIEW).content.decode()
    assert not [value for value in SECRETS if value in page]
    assert "keeper" not in page


def test_pages_together_hold_every_row_once_whatever_the_order_they_lie_in(
    trees: Any,
) -> None:
    many = [(f"C-{n:04}", "Sao đen", 1.0, None, "", "", None, None) for n in range(950)]
    publish(many, run="DR-many")
    opening = sharing.open_dataset(CODE, AnonymousUser(), at=AT)
    found: list[str] = []
    for offset in range(0, 1000, 100):
        page = viewer.seen(opening, Look(columns=("tree",)), limit=100, offset=offset,
                           with_row=True)  # fmt: skip
        assert [row[0] for row in page.rows] == list(range(offset + 1, offset + 1 + len(page.rows)))
        assert page.more == (offset < 900)
        found += [row[1] for row in page.rows]
    assert found == [row[0] for row in many]
    assert not viewer.seen(opening, Look(), limit=100, offset=5000).rows


def test_values_are_those_that_arrow_gives(trees: Any) -> None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Ho_Chi_Minh'")
        table = connection.execute(
            "select * from (values (timestamptz '1969-12-31 23:59:59.000001+00', "
            "timestamp '2026-03-01 08:00:00.5', 'a'::enum('a', 'b'), date '2026-03-01', 1.5), "
            "(null, null, null, null, null), (timestamptz '9999-12-31 00:00:00+00', "
            "timestamp '0001-01-01 00:00:00', 'b', date '0001-01-01', -0.0)) t"
        ).to_arrow_table()
    usual = [list(row) for row in zip(*(one.to_pylist() for one in table.columns), strict=True)]
    assert list(viewer._lists(table.columns)) == usual


def test_what_takes_too_long_is_ended_and_the_next_question_is_not(
    trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "SECONDS", 0.05)
    monkeypatch.setattr(viewer, "LOOK", 0.01)
    endless = "with recursive r as (select 1 n union all select n + 1 from r) select max(n) from r"
    opening = sharing.open_dataset(CODE, AnonymousUser(), at=AT)
    with pytest.raises(viewer.TooSlow):
        viewer._rows(opening, Asked(text=endless))
    assert viewer._rows(opening, Asked(text="select 1")) == [[1]]
