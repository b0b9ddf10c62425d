"""What the news desk does, and what it may not do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.core.audit.models import Entry
from dothi.core.inbox import selectors as inbox
from dothi.portal import permissions, selectors, services
from dothi.portal.choices import State
from dothi.portal.models import Article, DaySalt, ReaderMark
from dothi.portal.tests.factories import (
    MONDAY_9AM,
    PHONE,
    make_leader,
    picture,
    publish_article,
    text,
    write_article,
)
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root

pytestmark = pytest.mark.django_db


def test_a_draft_is_seen_by_nobody_outside(unit: Unit, editor: User) -> None:
    write_article(unit=unit, by=editor)
    assert not selectors.live().exists()


def test_an_article_goes_from_draft_to_the_readers(unit: Unit, editor: User, leader: User) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader)
    assert [a.code for a in selectors.live()] == [article.code]
    acts = Entry.objects.filter(subject=f"portal.article:{article}").values_list("act", flat=True)
    assert sorted(acts) == ["portal.move"] * 3 + ["portal.write"]


def test_nothing_goes_out_without_approval(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    with pytest.raises(services.NotAllowedNow):
        services.publish(article=article, by=editor.actor, at=MONDAY_9AM)


def test_who_wrote_it_does_not_approve_it(unit: Unit, editor: User, leader: User) -> None:
    own = write_article(unit=unit, by=leader)
    other = write_article(unit=unit, by=editor)
    on = MONDAY_9AM.date()
    assert not permissions.may_move(leader, own, State.APPROVED, on=on)
    services.move(article=own, to=State.REVIEW, by=leader, at=MONDAY_9AM)
    with pytest.raises(services.FourEyes):
        services.move(article=own, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    assert permissions.may_move(leader, other, State.APPROVED, on=on)
    assert not permissions.may_move(editor, own, State.APPROVED, on=on)


def test_a_text_without_a_body_is_not_sent_to_review(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    services.revise(article=article, text=text(body_vi="<p> </p>"), by=editor, at=MONDAY_9AM)
    with pytest.raises(services.NotReady, match="body_vi"):
        services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)


def test_readers_keep_the_old_text_until_the_new_one_is_published(
    unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader)
    services.revise(article=article, text=text("Bản sửa"), by=editor, at=MONDAY_9AM)
    assert article.state == State.DRAFT
    [shown] = selectors.live()
    assert shown.live is not None
    assert shown.live.title_vi == "Khởi công công viên bên kênh"


def test_of_two_editors_the_second_is_told(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    seen_earlier = Article.objects.get(pk=article.pk)
    services.revise(article=article, text=text("Một"), by=editor, at=MONDAY_9AM)
    with pytest.raises(services.NotAllowedNow):
        services.revise(article=seen_earlier, text=text("Hai"), by=editor, at=MONDAY_9AM)


def test_an_older_revision_comes_back_as_a_new_one(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    services.revise(article=article, text=text("Hai"), by=editor, at=MONDAY_9AM)
    restored = services.restore(article=article, number=1, by=editor, at=MONDAY_9AM)
    assert (restored.number, restored.title_vi) == (3, "Khởi công công viên bên kênh")


def test_withdrawing_needs_a_reason_and_takes_it_from_the_readers(
    unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader)
    with pytest.raises(services.ReasonMissing):
        services.withdraw(article=article, by=leader, at=MONDAY_9AM, reason=" ")
    article.refresh_from_db()
    services.withdraw(article=article, by=leader, at=MONDAY_9AM, reason="Sai số liệu")
    assert not selectors.live().exists()
    assert not selectors.search("công viên").exists()


def test_what_readers_see_behind_a_new_draft_is_not_taken_away_without_a_reason(
    unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader)
    services.revise(article=article, text=text("Bản sửa"), by=editor, at=MONDAY_9AM)
    with pytest.raises(services.ReasonMissing):
        services.withdraw(article=article, by=leader, at=MONDAY_9AM)
    assert selectors.live().exists()


def test_an_editor_sends_a_changed_published_article_to_review(
    unit: Unit, editor: User, leader: User
) -> None:
    article = publish_article(unit=unit, writer=editor, leader=leader)
    services.revise(article=article, text=text("Bản sửa"), by=editor, at=MONDAY_9AM)
    on = MONDAY_9AM.date()
    assert permissions.may_move(editor, article, State.REVIEW, on=on)
    assert not permissions.may_move(editor, article, State.WITHDRAWN, on=on)


def test_a_planned_time_can_be_taken_back(unit: Unit, editor: User, leader: User) -> None:
    article = write_article(unit=unit, by=editor)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    with pytest.raises(services.NotThen):
        services.schedule(article=article, publish_at=MONDAY_9AM, by=leader, at=MONDAY_9AM)
    evening = MONDAY_9AM + timedelta(hours=9)
    services.schedule(article=article, publish_at=evening, by=leader, at=MONDAY_9AM)
    services.unschedule(article=article, by=leader, at=MONDAY_9AM)
    assert services.publish_planned(at=evening) == 0
    assert article.state == State.APPROVED


def test_pictures_are_open_to_readers_while_the_published_text_shows_them(
    unit: Unit, editor: User, leader: User
) -> None:
    article = write_article(unit=unit, by=editor)
    top, inside, spare = (
        services.add_picture(
            article=article, file=picture(shade), name="anh.jpg", by=editor, at=MONDAY_9AM
        )
        for shade in (40, 90, 140)
    )
    body = f'<p>A</p><figure><img src="/files/{inside.code}/960" alt="b"></figure>'
    shows = text(body_vi=body, image=top.code, image_alt_vi="Công viên bên kênh")
    services.revise(article=article, text=shows, by=editor, at=MONDAY_9AM)

    def public() -> set[str]:
        return {one.code for one in selectors.pictures_of(article) if one.public}

    assert public() == set()
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    services.publish(article=article, by=leader.actor, at=MONDAY_9AM)
    assert public() == {top.code, inside.code}
    assert spare.code not in public()
    services.withdraw(article=article, by=leader, at=MONDAY_9AM, reason="Sai số liệu")
    assert public() == set()


def test_only_pictures_are_taken_for_an_article(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    with pytest.raises(FileRefused):
        services.add_picture(
            article=article, file=b"%PDF-1.7 x", name="a.pdf", by=editor, at=MONDAY_9AM
        )


def duties(user: User) -> list[tuple[str, str]]:
    standing = accounts.standing(user, on=MONDAY_9AM.date())
    found = inbox.open_for(pairs=standing.pairs, person_id=user.pk)
    return [(duty.kind, duty.code) for duty in found]


def test_each_step_lies_on_the_table_of_who_has_to_take_it(
    unit: Unit, editor: User, leader: User
) -> None:
    article = write_article(unit=unit, by=editor)
    assert duties(leader) == duties(editor) == []
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    assert duties(leader) == [("portal.review", article.code)]
    services.move(
        article=article, to=State.DRAFT, by=leader, at=MONDAY_9AM, reason="Thiếu ngày khởi công"
    )
    assert (duties(leader), duties(editor)) == ([], [("portal.mend", article.code)])
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    assert (duties(leader), duties(editor)) == ([("portal.release", article.code)], [])
    services.publish(article=article, by=leader.actor, at=MONDAY_9AM)
    assert duties(leader) == duties(editor) == []


def test_what_a_ward_without_a_leader_writes_is_reviewed_by_the_nearest_one_above(
    unit: Unit, editor: User
) -> None:
    above = make_leader(make_root(), "giam.doc")
    article = write_article(unit=unit, by=editor)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    assert duties(above) == [("portal.review", article.code)]


def test_what_the_only_leader_of_a_ward_wrote_goes_to_the_one_above(
    unit: Unit, leader: User
) -> None:
    above = make_leader(make_root(), "giam.doc")
    article = write_article(unit=unit, by=leader)
    services.move(article=article, to=State.REVIEW, by=leader, at=MONDAY_9AM)
    assert (duties(leader), duties(above)) == ([], [("portal.review", article.code)])


def test_what_is_typed_without_tags_becomes_paragraphs() -> None:
    assert services.clean("Một\n\nHai & ba") == "<p>Một</p>\n\n<p>Hai &amp; ba</p>"
    assert services.clean("<b>A</b><h1>B</h1><div>C</div><p> </p>") == (
        "<strong>A</strong><h2>B</h2><p>C</p>"
    )


def test_cleaning_twice_changes_nothing() -> None:
    once = services.clean('<p>A <a href="https://example.vn">b</a></p><figcaption></figcaption>')
    assert services.clean(once) == once


def test_a_planned_article_goes_out_at_its_time(unit: Unit, editor: User, leader: User) -> None:
    article = write_article(unit=unit, by=editor)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    evening = MONDAY_9AM + timedelta(hours=9)
    services.schedule(article=article, publish_at=evening, by=leader, at=MONDAY_9AM)
    assert services.publish_planned(at=evening - timedelta(minutes=1)) == 0
    assert services.publish_planned(at=evening) == 1
    assert selectors.live().get().published_at == evening


def test_scripts_and_foreign_pictures_do_not_get_in() -> None:
    html = services.clean(
        '<p onclick="x()">A<script>x()</script><img src="https://x.example/i.png" alt="a">'
        '<img src="/files/AB/960" alt="b"><a href="javascript:x()">c</a></p>'
    )
    assert "script" not in html
    assert "onclick" not in html
    assert "x.example" not in html
    assert '<img src="/files/AB/960" alt="b">' in html


@pytest.mark.parametrize("words", ["công viên", "cong vien", "CÔNG VI", "viên kênh", "Mo cua"])
def test_search_does_not_ask_for_marks(unit: Unit, editor: User, leader: User, words: str) -> None:
    publish_article(unit=unit, writer=editor, leader=leader)
    assert selectors.search(words).count() == 1
    assert selectors.search("đại lộ").count() == 0


def test_newer_and_earlier_news_lie_next_to_the_article(
    unit: Unit, editor: User, leader: User
) -> None:
    one, two, three = (
        publish_article(
            unit=unit, writer=editor, leader=leader, title=f"Tin {n}",
            at=MONDAY_9AM + timedelta(days=n),
        )
        for n in range(3)
    )  # fmt: skip
    assert selectors.newer_than(two) == [three]
    assert selectors.earlier_than(two) == [one]
    assert selectors.earlier_than(one) == []


def test_a_reader_counts_once_a_day() -> None:
    monday, tuesday = MONDAY_9AM, MONDAY_9AM + timedelta(days=1)
    seen = [
        services.count_reader(pages=["a"], address=address, agent=PHONE, at=at)
        for address, at in [
            ("192.0.2.1", monday), ("192.0.2.1", monday), ("192.0.2.2", monday),
            ("192.0.2.1", tuesday),
        ]
    ]  # fmt: skip
    assert seen == [1, 0, 1, 1]
    assert selectors.readers_of(["a", "b"]) == {"a": 3, "b": 0}


def test_one_statement_counts_an_article_and_the_house() -> None:
    first, again = (
        services.count_reader(pages=["a", "site"], address="192.0.2.1", agent=PHONE, at=MONDAY_9AM)
        for _ in range(2)
    )
    assert (first, again) == (2, 0)
    assert selectors.readers_of(["a", "site"]) == {"a": 1, "site": 1}


def test_the_counter_goes_on_from_where_an_earlier_portal_stood() -> None:
    for _ in range(2):
        services.start_counter(page="site", count=37_486_183)
    services.count_reader(pages=["site"], address="192.0.2.1", agent=PHONE, at=MONDAY_9AM)
    assert selectors.visits() == 37_486_184


def test_nothing_of_yesterdays_readers_remains() -> None:
    services.count_reader(pages=["a"], address="192.0.2.1", agent=PHONE, at=MONDAY_9AM)
    services.forget_readers(before=MONDAY_9AM.date() + timedelta(days=1))
    assert not ReaderMark.objects.exists()
    assert not DaySalt.objects.exists()
    assert selectors.readers_of(["a"]) == {"a": 1}


@pytest.mark.django_db(transaction=True)
def test_the_count_is_exact_when_many_read_at_once() -> None:
    def read(number: int) -> None:
        services.count_reader(
            pages=["a"], address=f"192.0.2.{number % 50}", agent=PHONE, at=MONDAY_9AM
        )
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(200)))
    assert selectors.readers_of(["a"]) == {"a": 50}
