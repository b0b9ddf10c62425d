"""What the portal publishes into the store: what readers see, and the way articles went."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from dothi.datastore.catalogue.choices import Licence, Mode, Rhythm, Share, Theme, Type
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
