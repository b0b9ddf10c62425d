"""What the portal publishes into the store: what readers see, and the way articles went."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Sum

from dothi.datastore.catalogue.choices import Kind, Licence, Mode, Rhythm, Share, Theme, Type
from dothi.datastore.catalogue.registry import (
    Current,
    DomainDataset,
    History,
    Row,
    column,
    register,
)
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.portal import events, selectors
from dothi.portal.choices import Category, State
from dothi.portal.models import Article, Revision, Visits

CHUNK = 2000


def _articles(codes: Collection[str] | None) -> Iterator[Row]:
    rows = selectors.live().order_by("pk")
    chosen = rows if codes is None else rows.filter(code__in=codes)
    for article in chosen.iterator(CHUNK):
        live = article.live
        assert live is not None
        yield {
            "code": article.code, "published_at": article.published_at,
            "category": article.category, "unit_code": article.unit.code,
            "title_vi": live.title_vi, "title_en": live.title_en, "summary_vi": live.summary_vi,
            "summary_en": live.summary_en, "revision": live.number,
        }  # fmt: skip


def _moves(event: Any, at: datetime) -> Iterable[Row]:
    yield {
        "code": event.code, "at": at, "unit_code": event.unit_code, "category": event.category,
        "state_before": event.was, "state": event.now,
    }  # fmt: skip


def _register(codes: Collection[str] | None) -> Iterator[Row]:
    rows = Article.objects.order_by("pk")
    for one in (rows if codes is None else rows.filter(code__in=codes)).iterator(CHUNK):
        yield {
            "code": one.code, "id": one.pk, "unit_id": one.unit_id, "category": one.category,
            "state": one.state, "published_at": one.published_at,
        }  # fmt: skip


def _revisions(keys: Collection[str] | None) -> Iterator[Row]:
    rows = Revision.objects.order_by("pk")
    chosen = rows if keys is None else rows.filter(pk__in=[int(key) for key in keys])
    for one in chosen.only("article_id", "number", "saved_at").iterator(CHUNK):
        yield {
            "key": str(one.pk), "article_id": one.article_id, "number": one.number,
            "saved_at": one.saved_at,
        }  # fmt: skip


def _visits(pages: Collection[str] | None) -> Iterator[Row]:
    """A page is counted in several slots; a reader of the table wants one number."""
    rows = Visits.objects.values("page").annotate(all=Sum("count")).order_by("page")
    for one in rows if pages is None else rows.filter(page__in=pages):
        yield {"page": one["page"], "count": one["all"]}


CATEGORIES, STATES = tuple(Category.values), tuple(State.values)

ARTICLES = register(
    DomainDataset(
        title_vi="Tin tức, thông báo đã đăng",
        title_en="Published news and notices",
        description_vi="Mỗi dòng là một tin đang có trên cổng: tiêu đề, tóm tắt, chuyên mục, đơn "
        "vị và ngày đăng.",
        description_en="Each row is an article that readers see: title, summary, section, unit and "
        "day of publication.",
        themes=(Theme.SOCIETY, Theme.LOCAL),
        keywords=("tin tức", "thông báo"),
        contract=Contract(
            dataset="news-articles",
            version=1,
            mode=Mode.MERGE,
            key=("code",),
            rhythm=Rhythm.CONTINUOUS,
            fields=(
                column("code", Type.TEXT, "Mã tin", "Code of the article", required=True,
                       unique=True),
                column("published_at", Type.MOMENT, "Đăng lúc", "Published", required=True),
                column("category", Type.TEXT, "Chuyên mục", "Section", required=True,
                       allowed=CATEGORIES),
                column("unit_code", Type.TEXT, "Đơn vị", "Unit", required=True),
                column("title_vi", Type.TEXT, "Tiêu đề", "Title in Vietnamese", required=True),
                column("title_en", Type.TEXT, "Tiêu đề tiếng Anh", "Title in English"),
                column("summary_vi", Type.TEXT, "Tóm tắt", "Summary in Vietnamese"),
                column("summary_en", Type.TEXT, "Tóm tắt tiếng Anh", "Summary in English"),
                column("revision", Type.INTEGER, "Bản lưu", "Revision", required=True,
                       minimum="1"),
            ),
        ),
        events=(events.ArticlePublished, events.ArticleWithdrawn),
        feed=Current(rows=_articles, touched=lambda event: (event.code,)),
    )
)  # fmt: skip

MOVES = register(
    DomainDataset(
        title_vi="Quá trình biên tập tin",
        title_en="History of articles",
        description_vi="Mỗi dòng là một lần tin chuyển trạng thái: soạn, duyệt, đăng, gỡ.",
        description_en="Each row is one move of an article from a state to another: written, "
        "approved, published, withdrawn.",
        share=Share.DEFAULT,
        licence=Licence.NOT_OPEN,
        themes=(Theme.LOCAL,),
        keywords=("tin tức", "biên tập"),
        contract=Contract(
            dataset="news-history",
            version=1,
            mode=Mode.APPEND,
            rhythm=Rhythm.CONTINUOUS,
            fields=(
                column("code", Type.TEXT, "Mã tin", "Code of the article", required=True),
                column("at", Type.MOMENT, "Lúc", "When", required=True),
                column("unit_code", Type.TEXT, "Đơn vị", "Unit", required=True),
                column("category", Type.TEXT, "Chuyên mục", "Section", required=True,
                       allowed=CATEGORIES),
                column("state_before", Type.TEXT, "Trạng thái trước", "State before", required=True,
                       allowed=STATES),
                column("state", Type.TEXT, "Trạng thái sau", "State after", required=True,
                       allowed=STATES),
            ),
        ),
        events=(events.ArticleMoved,),
        feed=History(rows=_moves),
    )
)  # fmt: skip

# What the indicators of the portal count: drafts, too, and no word of them.
REGISTER = register(
    DomainDataset(
        title_vi="Sổ tin để tính chỉ tiêu",
        title_en="Register of articles for indicators",
        description_vi="Mỗi dòng là một tin, kể cả bản chưa đăng: đơn vị, trạng thái, lúc đăng. "
        "Không có tiêu đề và nội dung.",
        description_en="Each row is an article, drafts too: unit, state, time of publication. It "
        "holds neither title nor text.",
        kind=Kind.DERIVED,
        share=Share.CLOSED,
        licence=Licence.NOT_OPEN,
        themes=(Theme.LOCAL,),
        keywords=("tin tức", "chỉ tiêu"),
        contract=Contract(
            dataset="news-register",
            version=1,
            mode=Mode.MERGE,
            key=("code",),
            rhythm=Rhythm.CONTINUOUS,
            fields=(
                column("code", Type.TEXT, "Mã tin", "Code of the article", required=True,
                       unique=True),
                column("id", Type.INTEGER, "Số của tin", "Number of the article", required=True),
                column("unit_id", Type.INTEGER, "Số của đơn vị", "Number of the unit",
                       required=True),
                column("category", Type.TEXT, "Chuyên mục", "Section", required=True,
                       allowed=CATEGORIES),
                column("state", Type.TEXT, "Trạng thái", "State", required=True, allowed=STATES),
                column("published_at", Type.MOMENT, "Đăng lúc", "Published"),
            ),
        ),
        feed=Current(rows=_register),
    )
)  # fmt: skip

REVISIONS = register(
    DomainDataset(
        title_vi="Các lần lưu tin",
        title_en="Revisions of articles",
        description_vi="Mỗi dòng là một lần lưu của một tin và thời điểm lưu. Không có nội dung.",
        description_en="Each row is one saved revision of an article and when. It holds no text.",
        kind=Kind.DERIVED,
        share=Share.CLOSED,
        licence=Licence.NOT_OPEN,
        themes=(Theme.LOCAL,),
        keywords=("tin tức", "biên tập"),
        contract=Contract(
            dataset="news-revisions",
            version=1,
            mode=Mode.MERGE,
            key=("key",),
            rhythm=Rhythm.CONTINUOUS,
            fields=(
                column("key", Type.TEXT, "Số của dòng", "Number of the row", required=True,
                       unique=True),
                column("article_id", Type.INTEGER, "Số của tin", "Number of the article",
                       required=True),
                column("number", Type.INTEGER, "Bản lưu", "Revision", required=True, minimum="1"),
                column("saved_at", Type.MOMENT, "Lưu lúc", "Saved", required=True),
            ),
        ),
        feed=Current(rows=_revisions),
    )
)  # fmt: skip

VISITS = register(
    DomainDataset(
        title_vi="Lượt đọc tin",
        title_en="Readers of pages",
        description_vi="Mỗi dòng là một trang của cổng và số lượt đọc đến nay. Không có người đọc.",
        description_en="Each row is a page of the portal and how often it was read so far. It "
        "holds no readers.",
        kind=Kind.DERIVED,
        share=Share.DEFAULT,
        licence=Licence.NOT_OPEN,
        themes=(Theme.LOCAL,),
        keywords=("tin tức", "lượt đọc"),
        contract=Contract(
            dataset="news-visits",
            version=1,
            mode=Mode.MERGE,
            key=("page",),
            rhythm=Rhythm.HOURLY,
            fields=(
                column("page", Type.TEXT, "Trang", "Page", required=True, unique=True),
                column("count", Type.INTEGER, "Lượt đọc", "Readers", required=True, minimum="0"),
            ),
        ),
        feed=Current(rows=_visits),
    )
)  # fmt: skip
