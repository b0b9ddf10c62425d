"""What the portal measures, defined once for the news desk, the brief and open data."""

from collections.abc import Mapping

import ibis
from django.utils.translation import gettext_lazy as _
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators.choices import Better, Past, Scale
from dothi.datastore.indicators.registry import Dimension, Indicator, Source, register
from dothi.portal.choices import Category

ARTICLE, REVISION, VISITS = "portal_article", "portal_revision", "portal_visits"
READS = {
    ARTICLE: {
        "id": "int64",
        "code": "string",
        "unit_id": "int64",
        "state": "string",
        "published_at": "timestamp('UTC')",
    }
}
WITH_VISITS = {**READS, VISITS: {"page": "string", "count": "int64"}}
WITH_REVISIONS = {
    **READS,
    REVISION: {"article_id": "int64", "number": "int64", "saved_at": "timestamp('UTC')"},
}
STORES = {
    ARTICLE: Source(dataset="news-register"),
    REVISION: Source(dataset="news-revisions"),
    VISITS: Source(dataset="news-visits"),
}
DAYS = 30


def _sections() -> dict[str, str]:
    return {one.value: str(one.label) for one in Category}


DIMENSIONS = {
    "section": Dimension(table=ARTICLE, column="category", title=_("Section"), words=_sections)
}


def _recent(tables: Mapping[str, Table], at: Scalar) -> Table:
    """What first went out in the 30 days before the moment."""
    articles = tables[ARTICLE]
    since = at - ibis.interval(days=DAYS)
    return articles.filter(articles.published_at > since, articles.published_at <= at)


def published(tables: Mapping[str, Table], at: Scalar) -> Table:
    rows = _recent(tables, at)
    return rows.group_by("unit_id").aggregate(numerator=rows.count())


def waiting(tables: Mapping[str, Table], at: Scalar) -> Table:
    articles = tables[ARTICLE]
    rows = articles.filter(articles.state == "review")
    return rows.group_by("unit_id").aggregate(numerator=rows.count())


def readers(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Readers of what went out in 30 days, and how many articles that were: their mean.

    An article that nobody has read yet counts with no reader.
    """
    visits = tables[VISITS].group_by("page").aggregate(readers=tables[VISITS]["count"].sum())
    rows = _recent(tables, at).left_join(visits, [("code", "page")])
    return rows.group_by("unit_id").aggregate(
        numerator=rows.readers.fill_null(0).sum(), denominator=rows.code.count()
    )


def hours_to_publish(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Hours from the first saved text to the readers, of what first went out in 30 days."""
    first = tables[REVISION].filter(tables[REVISION].number == 1)
    first = first.select(article=first.article_id, begun_at=first.saved_at)
    rows = _recent(tables, at).join(first, [("id", "article")])
    seconds = rows.published_at.epoch_seconds() - rows.begun_at.epoch_seconds()
    return rows.group_by("unit_id").aggregate(
        numerator=(seconds / 3600.0).sum(), denominator=rows.code.count()
    )


for _code, _title, _help, _unit, _scale, _better, _reads, _measure, _past in (
    (
        "portal.published", _("Published, 30 days"), _("Articles that readers first saw then."),
        "", Scale.COUNT, Better.NEITHER, READS, published, Past.ROWS,
    ),
    (
        "portal.waiting", _("Waiting for approval"), "",
        "", Scale.COUNT, Better.LOWER, READS, waiting, Past.VERSIONS,
    ),
    (
        "portal.readers", _("Readers of an article, 30 days"),
        _("Mean of the articles published in the last 30 days."),
        "", Scale.MEAN, Better.HIGHER, WITH_VISITS, readers, Past.VERSIONS,
    ),
    (
        "portal.hours_to_publish", _("From first text to readers, 30 days"),
        _("Mean of the articles published in the last 30 days."),
        "h", Scale.MEAN, Better.LOWER, WITH_REVISIONS, hours_to_publish, Past.ROWS,
    ),
):  # fmt: skip
    register(
        Indicator(
            code=_code,
            title=_title,
            help=_help,
            unit_of_measure=_unit,
            steward="portal",
            scale=_scale,
            better=_better,
            reads=_reads,
            measure=_measure,
            stores={table: STORES[table] for table in _reads},
            past=_past,
            dimensions=DIMENSIONS,
        )
    )
