"""Who passes which door of the news desk, and what happens behind it."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.portal import selectors, services
from dothi.portal.choices import Category, Deed, State
from dothi.portal.models import Article
from dothi.portal.tests.factories import (
    MONDAY_9AM,
    make_editor,
    picture,
    publish_article,
    text,
    write_article,
)
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
READERS = {Role.SPECIALIST, Role.EDITOR, Role.LEADER, Role.AUDITOR}
WRITERS = READERS - {Role.AUDITOR}
# Door → who passes; 403 for all others.
DOORS = [
    ("get", "", READERS),
    ("get", "new", WRITERS),
    ("get", "CODE/", READERS),
    ("get", "CODE/preview", READERS),
    ("get", "CODE/revisions/1", READERS),
    ("get", "CODE/edit", WRITERS),
    ("post", "CODE/pictures", WRITERS),
    ("post", "CODE/revisions/1/restore", WRITERS),
]
PASSED = {200, 302, 422}


@pytest.fixture
def article(unit: Unit, editor: User) -> Article:
    return write_article(unit=unit, by=editor)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def as_role(role: Role, unit: Unit) -> Client:
    return client_of(make_officer(f"x-{role}", unit=unit, role=role))


def now(article: Article) -> Article:
    return Article.objects.select_related("head", "live", "unit").get(pk=article.pk)


def act(client: Client, article: Article, deed: Deed, **more: str) -> Any:
    head = now(article).head
    assert head is not None
    return client.post(
        f"/desk/news/{article.code}/do", {"deed": deed.value, "number": head.number, **more},
        follow=True,
    )  # fmt: skip


def form(article: Article, **fields: Any) -> dict[str, Any]:
    head = now(article).head
    assert head is not None
    return {
        "title_vi": head.title_vi, "summary_vi": head.summary_vi, "body_vi": head.body_vi,
        "category": article.category, "number": head.number, **fields,
    }  # fmt: skip


# --- Doors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_every_door_opens_for_its_roles_only(unit: Unit, article: Article, role: Role) -> None:
    client = as_role(role, unit)
    for verb, path, allowed in DOORS:
        answer = getattr(client, verb)(f"/desk/news/{path.replace('CODE', article.code)}")
        assert (answer.status_code in PASSED) == (role in allowed), path
        if role not in allowed:
            assert answer.status_code == 403, path


def test_visitors_sign_in_first_and_citizens_stay_outside(client: Client, article: Article) -> None:
    paths = [(verb, f"/desk/news/{path.replace('CODE', article.code)}") for verb, path, _ in DOORS]
    for verb, path in paths:
        assert getattr(client, verb)(path)["Location"].startswith("/accounts/login/?next=")
    client.force_login(make_citizen())
    for verb, path in paths:
        assert getattr(client, verb)(path).status_code == 403, path


@pytest.mark.parametrize("role", sorted(READERS))
def test_the_articles_of_another_ward_do_not_exist(article: Article, role: str) -> None:
    client = as_role(Role(role), make_unit("27232", "Phường Bình Thới"))
    for verb, path, allowed in DOORS[2:]:
        answer = getattr(client, verb)(f"/desk/news/{path.replace('CODE', article.code)}")
        assert answer.status_code == (404 if role in allowed else 403), path
    assert article.code not in client.get("/desk/news/").content.decode()


# Deed → the posts that may do it, to an article in the state that it is for.
DEEDS = {
    Deed.SUBMIT: (State.DRAFT, WRITERS),
    Deed.RETURN: (State.REVIEW, WRITERS),
    Deed.APPROVE: (State.REVIEW, {Role.LEADER}),
    Deed.PUBLISH: (State.APPROVED, {Role.LEADER}),
    Deed.SCHEDULE: (State.APPROVED, {Role.LEADER}),
    Deed.WITHDRAW: (State.PUBLISHED, {Role.LEADER}),
    Deed.PIN: (State.PUBLISHED, {Role.LEADER}),
    Deed.REOPEN: (State.WITHDRAWN, WRITERS),
}
LATER = {"publish_at": "2099-01-01T08:00", "reason": "Vì bạn đọc cần biết"}
AFTER = {
    Deed.SUBMIT: State.REVIEW, Deed.RETURN: State.DRAFT, Deed.APPROVE: State.APPROVED,
    Deed.PUBLISH: State.PUBLISHED, Deed.SCHEDULE: State.APPROVED, Deed.WITHDRAW: State.WITHDRAWN,
    Deed.PIN: State.PUBLISHED, Deed.REOPEN: State.DRAFT,
}  # fmt: skip


def brought_to(state: State, article: Article, editor: User, leader: User) -> None:
    """Take a draft the usual way to a state."""
    for to in (State.REVIEW, State.APPROVED, State.PUBLISHED, State.WITHDRAWN):
        if now(article).state == state:
            return
        fresh = now(article)
        if to == State.PUBLISHED:
            services.publish(article=fresh, by=leader.actor, at=MONDAY_9AM)
        elif to == State.WITHDRAWN:
            services.withdraw(article=fresh, by=leader, at=MONDAY_9AM, reason="Sai")
        else:
            by = editor if to == State.REVIEW else leader
            services.move(article=fresh, to=to, by=by, at=MONDAY_9AM)


@pytest.mark.parametrize("role", Role)
def test_every_deed_is_done_by_its_posts_only(
    unit: Unit, editor: User, leader: User, role: Role
) -> None:
    client = as_role(role, unit)
    for deed, (state, allowed) in DEEDS.items():
        article = write_article(unit=unit, by=editor)
        brought_to(state, article, editor, leader)
        answer = act(client, article, deed, **LATER)
        after = now(article)
        if role in allowed:
            assert after.state == AFTER[deed], deed
        else:
            assert answer.status_code == 403, deed
            assert (after.state, after.publish_at, after.pinned) == (state, None, False), deed


# --- The way of an article -----------------------------------------------------------------------


def test_from_an_idea_to_the_readers(unit: Unit, editor: User, leader: User) -> None:
    desk = client_of(editor)
    begun = desk.post(
        "/desk/news/new", {"title_vi": "Sửa hè đường 3/2", "category": "news", "unit": unit.code}
    )
    code = begun["Location"].split("/")[-2]
    article = Article.objects.get(code=code)
    page = desk.get(f"/desk/news/{code}/").content.decode()
    assert "còn thiếu" in page
    desk.post(
        f"/desk/news/{code}/edit",
        form(article, summary_vi="Sửa 200 m.", body_vi="Bắt đầu thứ Hai.\n\nXong trong 5 ngày."),
    )
    act(desk, article, Deed.SUBMIT)
    boss = client_of(leader)
    assert f"Duyệt tin: {'Sửa hè đường 3/2'}" in boss.get("/desk/").content.decode()
    act(boss, article, Deed.APPROVE)
    act(boss, article, Deed.PUBLISH)
    shown = Client().get(f"/news/{code}/sua-he-duong-3-2").content.decode()
    assert "<p>Bắt đầu thứ Hai.</p>" in shown
    assert code in desk.get("/desk/news/?state=published").content.decode()
    assert code not in desk.get("/desk/news/?state=draft").content.decode()


def test_who_wrote_the_text_is_told_that_somebody_else_approves_it(
    unit: Unit, leader: User
) -> None:
    article = write_article(unit=unit, by=leader)
    boss = client_of(leader)
    act(boss, article, Deed.SUBMIT)
    said = act(boss, article, Deed.APPROVE).content.decode()
    assert "cần người khác duyệt" in said
    assert now(article).state == State.REVIEW


def test_a_leader_approves_the_text_that_was_read_and_no_other(
    unit: Unit, editor: User, leader: User, article: Article
) -> None:
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.revise(article=now(article), text=text("Khác"), by=editor, at=MONDAY_9AM)
    services.move(article=now(article), to=State.REVIEW, by=editor, at=MONDAY_9AM)
    answer = client_of(leader).post(
        f"/desk/news/{article.code}/do", {"deed": "approve", "number": 1}, follow=True
    )
    assert "người khác thay đổi" in answer.content.decode()
    assert now(article).state == State.REVIEW


def test_sending_back_needs_a_reason_and_the_author_reads_it(
    editor: User, leader: User, article: Article
) -> None:
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    act(client_of(leader), article, Deed.RETURN, reason=" ")
    assert now(article).state == State.REVIEW
    act(client_of(leader), article, Deed.RETURN, reason="Thiếu ngày khởi công")
    desk = client_of(editor)
    assert "Sửa lại tin: " in desk.get("/desk/").content.decode()
    assert "Thiếu ngày khởi công" in desk.get(f"/desk/news/{article.code}/").content.decode()


def test_each_deed_asks_only_for_what_it_needs(
    editor: User, leader: User, article: Article
) -> None:
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    html = client_of(leader).get(f"/desk/news/{article.code}/").content.decode()
    assert html.count("<textarea") == 1, "sending back asks for a reason"
    assert "publish_at" not in html, "nothing is planned before it is approved"


def test_a_past_time_is_refused_and_nothing_is_planned(
    editor: User, leader: User, article: Article
) -> None:
    brought_to(State.APPROVED, article, editor, leader)
    said = act(client_of(leader), article, Deed.SCHEDULE, publish_at="2020-01-01T08:00")
    assert "Thời điểm đó đã qua" in said.content.decode()
    assert now(article).publish_at is None


# --- Writing -------------------------------------------------------------------------------------


def test_of_two_who_write_at_once_the_second_keeps_the_text_and_is_told(
    editor: User, article: Article
) -> None:
    desk = client_of(editor)
    opened = form(article, body_vi="<p>Bản của tôi</p>")
    services.revise(article=article, text=text("Của người khác"), by=editor, at=MONDAY_9AM)
    answer = desk.post(f"/desk/news/{article.code}/edit", opened)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Bản của tôi" in html
    assert "có người đã lưu bản 2" in html
    assert 'name="number" value="2"' in html
    assert desk.post(f"/desk/news/{article.code}/edit", opened | {"number": 2}).status_code == 302
    assert now(article).head.body_vi == "<p>Bản của tôi</p>"  # type: ignore[union-attr]


def test_saving_without_a_change_makes_no_revision(editor: User, article: Article) -> None:
    client_of(editor).post(f"/desk/news/{article.code}/edit", form(article))
    assert article.revisions.count() == 1


def test_a_picture_without_words_for_those_who_cannot_see_it_is_not_saved(
    editor: User, article: Article
) -> None:
    desk = client_of(editor)
    upload = SimpleUploadedFile("anh.jpg", picture(), "image/jpeg")
    answer = desk.post(f"/desk/news/{article.code}/edit", form(article, new_picture=upload))
    assert answer.status_code == 422
    assert "Xin cho biết trong ảnh có gì" in answer.content.decode()
    upload = SimpleUploadedFile("anh.jpg", picture(), "image/jpeg")
    desk.post(
        f"/desk/news/{article.code}/edit",
        form(article, new_picture=upload, image_alt_vi="Công viên"),
    )
    [kept] = selectors.pictures_of(article)
    assert now(article).head.image == kept.code  # type: ignore[union-attr]


def test_a_broken_picture_is_explained_and_the_text_stays(editor: User, article: Article) -> None:
    upload = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    answer = client_of(editor).post(
        f"/desk/news/{article.code}/edit",
        form(article, new_picture=upload, image_alt_vi="A", body_vi="<p>Vẫn còn</p>"),
    )
    assert answer.status_code == 422
    assert "Vẫn còn" in answer.content.decode()


def test_the_picture_of_another_article_is_refused(
    unit: Unit, editor: User, article: Article
) -> None:
    other = write_article(unit=unit, by=editor)
    foreign = services.add_picture(
        article=other, file=picture(), name="a.jpg", by=editor, at=MONDAY_9AM
    )
    answer = client_of(editor).post(
        f"/desk/news/{article.code}/edit", form(article, image=foreign.code, image_alt_vi="A")
    )
    assert answer.status_code == 422


def test_a_picture_of_a_draft_opens_for_the_desk_and_for_nobody_else(
    unit: Unit, editor: User, article: Article
) -> None:
    desk = client_of(editor)
    answer = desk.post(
        f"/desk/news/{article.code}/pictures",
        {"file": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")},
    )
    assert answer.status_code == 201
    url = answer.json()["url"]
    served: Any = desk.get(url)
    assert served.status_code == 200
    assert b"".join(served.streaming_content).startswith(b"\xff\xd8\xff")
    assert Client().get(url).status_code == 404
    stranger = make_editor(make_unit("27232", "Phường Bình Thới"), "x.editor")
    assert client_of(stranger).get(url).status_code == 404
    missing = desk.post(f"/desk/news/{article.code}/pictures", {})
    assert (missing.status_code, missing.json()["error"]) == (422, "Xin chọn ảnh.")


def test_a_revision_shows_what_was_taken_out_and_put_in(editor: User, article: Article) -> None:
    services.revise(
        article=article,
        text=text(body_vi="<p>Chiều nay, phường khởi công công viên mới.</p>"),
        by=editor,
        at=MONDAY_9AM,
    )
    html = client_of(editor).get(f"/desk/news/{article.code}/revisions/2").content.decode()
    assert "<del>Sáng</del><ins>Chiều</ins> nay, phường khởi công công viên mới." in html
    assert "Không đổi:" in html


def test_an_older_text_is_brought_back_as_a_new_revision(editor: User, article: Article) -> None:
    services.revise(article=article, text=text("Hai"), by=editor, at=MONDAY_9AM)
    client_of(editor).post(f"/desk/news/{article.code}/revisions/1/restore")
    head = now(article).head
    assert head is not None
    assert (head.number, head.title_vi) == (3, "Khởi công công viên bên kênh")


def test_a_withdrawn_article_is_reopened_before_it_is_edited(
    editor: User, leader: User, article: Article
) -> None:
    brought_to(State.WITHDRAWN, article, editor, leader)
    desk = client_of(editor)
    assert desk.get(f"/desk/news/{article.code}/edit").status_code == 302
    act(desk, article, Deed.REOPEN)
    assert desk.get(f"/desk/news/{article.code}/edit").status_code == 200


# --- The list ------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_words_kind_and_author(
    unit: Unit, editor: User, leader: User, article: Article
) -> None:
    notice = services.write(
        category=Category.NOTICE, unit=unit, text=text("Lịch tiêm chủng"), by=leader, at=MONDAY_9AM
    )
    desk = client_of(editor)

    def codes(query: str) -> set[str]:
        return set(
            re.findall(r"/desk/news/(TT-[^/]+)/", desk.get(f"/desk/news/?{query}").content.decode())
        )

    assert codes("") == {article.code, notice.code}
    assert codes("q=tiem chung") == codes("category=notices") == {notice.code}
    assert codes("whose=mine") == {article.code}
    assert codes("q=khong co") == set()


def test_the_desk_shows_the_indicators_of_its_units(unit: Unit, editor: User, leader: User) -> None:
    article = write_article(unit=unit, by=editor)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    html = client_of(editor).get("/desk/news/").content.decode()
    assert re.search(r'data-tile="portal.waiting"><span class="value">1<', html)
    elsewhere = make_editor(make_unit("27232", "Phường Bình Thới"), "x.editor")
    html = client_of(elsewhere).get("/desk/news/").content.decode()
    assert re.search(r'data-tile="portal.waiting"><span class="value">0<', html)


def test_the_list_asks_the_same_however_long_it_is(
    unit: Unit, editor: User, leader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk = client_of(editor)
    for n in range(3):
        publish_article(unit=unit, writer=editor, leader=leader, title=f"Tin {n}")
    desk.get("/desk/news/")
    # Session (2), user, standing (2), list, names, readers, four indicators, units to write for.
    with django_assert_num_queries(13):
        desk.get("/desk/news/")
    for n in range(12):
        publish_article(unit=unit, writer=editor, leader=leader, title=f"Tin {n}")
    with django_assert_num_queries(13):
        desk.get("/desk/news/")
