"""What readers find, and what machines read of it."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from defusedxml import ElementTree
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from dothi.accounts.models import User
from dothi.portal import selectors, services
from dothi.portal.choices import State
from dothi.portal.models import Article
from dothi.portal.tests.factories import (
    MONDAY_9AM,
    PHONE,
    picture,
    publish_article,
    text,
    write_article,
)
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
ENGLISH: dict[str, Any] = {
    "title_en": "Work starts on the park by the canal",
    "summary_en": "It opens at the end of the year.",
    "body_en": "<p>Work on the new park began this morning.</p>",
}


@pytest.fixture
def article(unit: Unit, editor: User, leader: User) -> Article:
    return publish_article(unit=unit, writer=editor, leader=leader)


def address(article: Article) -> str:
    return f"/news/{article.code}/{article.slug}"


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_a_reader_finds_the_article_in_the_list_and_opens_it(
    reader: Client, article: Article
) -> None:
    assert f'href="{address(article)}"' in page(reader, "/news/")
    shown = page(reader, address(article))
    assert "Khởi công công viên bên kênh" in shown
    assert "2 Tháng Ba 2026 9:00:00 SA" in shown


def test_each_kind_of_news_has_its_own_list(reader: Client, article: Article) -> None:
    assert address(article) in page(reader, "/news/news/")
    assert address(article) not in page(reader, "/news/documents/")
    page(reader, "/news/opinions/", 404)


def test_a_long_list_is_turned_page_by_page_without_losing_any(
    reader: Client, unit: Unit, editor: User, leader: User
) -> None:
    codes = {
        publish_article(
            unit=unit, writer=editor, leader=leader, title=f"Tin {n}",
            at=MONDAY_9AM + timedelta(minutes=n // 2),
        ).code
        for n in range(30)
    }  # fmt: skip
    seen: list[str] = []
    path = "/news/"
    while path:
        html = page(reader, path)
        seen += dict.fromkeys(re.findall(r'href="/news/(TT-[^/]+)/', html))
        more = re.search(r'href="(\?before=[^"]+)" rel="next"', html)
        path = f"/news/{more[1]}" if more else ""
    assert len(seen) == len(set(seen)) == 30
    assert set(seen) == codes


def test_the_address_of_an_article_is_one_whatever_stands_after_the_code(
    reader: Client, article: Article
) -> None:
    for path in (
        f"/news/{article.code}/",
        f"/news/{article.code}/mot-ten-khac",
        f"/news/{article.code.lower()}/{article.slug}",
    ):
        answer = reader.get(path)
        assert (answer.status_code, answer["Location"]) == (301, address(article))


def test_the_address_stays_when_the_title_changes(
    reader: Client, unit: Unit, editor: User, leader: User, article: Article
) -> None:
    services.revise(article=article, text=text("Tên mới"), by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    services.publish(article=article, by=leader.actor, at=MONDAY_9AM)
    assert "Tên mới" in page(reader, address(article))


def test_a_draft_has_no_page_and_a_withdrawn_article_says_so(
    reader: Client, unit: Unit, editor: User, leader: User, article: Article
) -> None:
    draft = write_article(unit=unit, by=editor)
    page(reader, address(draft), 404)
    page(reader, "/news/TT-260302-000000/", 404)
    services.withdraw(article=article, by=leader, at=MONDAY_9AM, reason="Sai số liệu")
    gone = page(reader, address(article), 410)
    assert "Khởi công" not in gone
    assert "Sai số liệu" not in gone
    page(reader, f"/news/{article.code}/card.jpg", 404)


def test_in_english_the_vietnamese_text_is_marked_as_vietnamese(
    reader: Client, article: Article
) -> None:
    html = page(reader, f"/en{address(article)}")
    assert '<h1 lang="vi">' in html
    assert '<div class="body" lang="vi">' in html
    assert "You are reading the Vietnamese text" in html
    assert f'<link rel="canonical" href="http://localhost:8000{address(article)}">' in html


def test_an_english_text_is_shown_in_english(
    reader: Client, unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader, **ENGLISH)
    html = page(reader, f"/en{address(article)}")
    assert "<h1>Work starts on the park by the canal</h1>" in html
    assert f'<link rel="canonical" href="http://localhost:8000/en{address(article)}">' in html
    assert "You are reading the Vietnamese text" not in html
    assert '<h1 lang="vi">' not in page(reader, address(article))


def test_newer_and_earlier_news_stand_beside_an_article(
    reader: Client, unit: Unit, editor: User, leader: User
) -> None:
    one, two, three = (
        publish_article(
            unit=unit, writer=editor, leader=leader, title=f"Tin {n}",
            at=MONDAY_9AM + timedelta(days=n),
        )
        for n in range(3)
    )  # fmt: skip
    html = page(reader, address(two))
    newer, earlier = html.index("Tin mới hơn"), html.index("Tin đã đưa")
    assert newer < html.index(address(three)) < earlier < html.index(address(one))


@pytest.mark.parametrize("words", ["cong vien", "Công viên", "CÔNG VI"])
def test_search_finds_words_typed_without_marks(
    reader: Client, article: Article, words: str
) -> None:
    assert address(article) in page(reader, f"/news/?q={words}")
    assert address(article) in page(reader, f"/search?q={words}")
    assert address(article) not in page(reader, f"/news/?q={words} xyz")


@pytest.mark.parametrize(
    "query", ["q=%22%27%26%7C!:*", "q=%00", "page=999", "before=TT-0", "page=x"]
)
def test_strange_questions_get_a_page_and_no_error(
    reader: Client, article: Article, query: str
) -> None:
    page(reader, f"/news/?{query}")


# --- Counting ------------------------------------------------------------------------------------


def test_a_reader_is_counted_once_and_a_robot_never(article: Article) -> None:
    for agent, ip in ((PHONE, "192.0.2.1"), (PHONE, "192.0.2.1"), (PHONE, "192.0.2.2"),
                      ("Mozilla/5.0 (compatible; Googlebot/2.1)", "192.0.2.3")):  # fmt: skip
        Client(headers={"user-agent": agent}, REMOTE_ADDR=ip).get(address(article))
    Client(headers={"user-agent": PHONE, "sec-purpose": "prefetch"}, REMOTE_ADDR="192.0.2.4").get(
        address(article)
    )
    assert selectors.readers_of([article.code]) == {article.code: 2}
    assert selectors.visits() == 2


def test_counting_sets_no_cookie_of_its_own(reader: Client, article: Article) -> None:
    for path in ("/news/", address(article)):
        # The switch of light and dark is a form, and a form has its token; nothing else is set.
        assert set(reader.get(path).cookies) <= {"csrftoken"}


def test_the_front_page_shows_the_counter_digit_by_digit(reader: Client, article: Article) -> None:
    services.start_counter(page=selectors.SITE, count=37_486_182)
    html = page(reader, "/")
    digits = html[html.index('class="digits"') :]
    assert "".join(re.findall(r"<span>(\d)</span>", digits)) == "37486183"
    assert address(article) in html


def test_the_article_says_how_many_read_it(reader: Client, article: Article) -> None:
    assert "Số lượt người xem: 1<" in page(reader, address(article))


# --- For machines --------------------------------------------------------------------------------


def test_feeds_are_well_formed_and_hold_the_newest(reader: Client, article: Article) -> None:
    rss = ElementTree.fromstring(reader.get("/news/feed.rss").content)
    assert [item.findtext("title") for item in rss.iter("item")] == ["Khởi công công viên bên kênh"]
    assert rss.findtext("channel/language") == "vi"
    atom = ElementTree.fromstring(reader.get("/news/feed.atom?category=news").content)
    space = "{http://www.w3.org/2005/Atom}"
    assert [e.findtext(f"{space}title") for e in atom.iter(f"{space}entry")] == [
        "Khởi công công viên bên kênh"
    ]
    empty = ElementTree.fromstring(reader.get("/news/feed.atom?category=documents").content)
    assert not list(empty.iter(f"{space}entry"))


def test_the_sitemap_leads_to_every_page_and_article(
    reader: Client, unit: Unit, editor: User, leader: User, article: Article
) -> None:
    both = publish_article(unit=unit, writer=editor, leader=leader, **ENGLISH)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

    def places(path: str) -> list[Any]:
        answer = reader.get(path)
        assert answer["Content-Type"].startswith("application/xml")
        return [place.text for place in ElementTree.fromstring(answer.content).iter(f"{space}loc")]

    parts = [place.removeprefix("http://localhost:8000") for place in places("/sitemap.xml")]
    found = {place for path in parts for place in places(path)}
    base = "http://localhost:8000"
    assert {f"{base}/", f"{base}/en/news/", f"{base}{address(article)}"} <= found
    assert f"{base}/en{address(both)}" in found
    assert f"{base}/en{address(article)}" not in found, "nothing in English is there"
    for place in found:
        assert reader.get(place.removeprefix(base)).status_code == 200, place
    page(reader, "/sitemap-news-9.xml", 404)


def test_networks_read_title_picture_and_summary(reader: Client, article: Article) -> None:
    html = page(reader, address(article))
    for tag in (
        '<meta property="og:title" content="Khởi công công viên bên kênh">',
        f'<meta property="og:url" content="http://localhost:8000{address(article)}">',
        f'<meta property="og:image" content="http://localhost:8000/news/{article.code}/card.jpg">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert tag in html


def test_search_engines_read_a_news_article(
    reader: Client, unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(
        unit=unit, writer=editor, leader=leader, title="A </script><script>alert(1)</script> & B"
    )
    html = page(reader, address(article))
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    facts = json.loads(found[0])
    assert facts["@type"] == "NewsArticle"
    assert facts["headline"] == "A </script><script>alert(1)</script> & B"
    assert facts["datePublished"] == "2026-03-02T09:00:00+07:00"
    assert "<script>alert" not in html


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("with_picture", [True, False])
def test_the_share_card_is_a_picture_of_the_size_that_networks_show(
    reader: Client, unit: Unit, editor: User, leader: User, language: str, with_picture: bool
) -> None:
    article = write_article(unit=unit, by=editor)
    if with_picture:
        top = services.add_picture(
            article=article, file=picture(), name="a.jpg", by=editor, at=MONDAY_9AM
        )
        shows = text(image=top.code, image_alt_vi="Công viên")
        services.revise(article=article, text=shows, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    services.publish(article=article, by=leader.actor, at=MONDAY_9AM)
    answers = [reader.get(f"{language}/news/{article.code}/card.jpg") for _ in range(2)]
    assert answers[0].content == answers[1].content
    card = Image.open(io.BytesIO(answers[0].content))
    assert (card.format, card.size) == ("JPEG", (1200, 630))


def test_a_printed_article_says_where_it_is_from(reader: Client, article: Article) -> None:
    html = page(reader, address(article))
    head = html[html.index("print-head") : html.index("<article")]
    assert f"http://localhost:8000{address(article)}" in head
    assert 'class="qr"' in head


# --- What a page asks of the database ------------------------------------------------------------


def test_pages_ask_the_same_however_much_they_show(
    reader: Client,
    unit: Unit,
    editor: User,
    leader: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    articles = [
        publish_article(unit=unit, writer=editor, leader=leader, title=f"Tin {n}")
        for n in range(12)
    ]
    for path in ("/news/", address(articles[5]), "/sitemap-news-1.xml", "/news/feed.rss"):
        reader.get(path)  # The salt of the day is made, and this reader is counted.
    with django_assert_num_queries(4):  # Count the reader, the list, the counter, the house.
        reader.get("/news/")
    # Count, article, readers, newer, earlier; the house for machines and for the head.
    with django_assert_num_queries(7):
        reader.get(address(articles[5]))
    with django_assert_num_queries(1):
        reader.get("/sitemap-news-1.xml")
    with django_assert_num_queries(2):  # The list; the name of the house.
        reader.get("/news/feed.rss")
