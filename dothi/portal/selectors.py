"""Questions about articles."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import SearchRank
from django.db.models import Count, F, Q, QuerySet, Sum

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.accounts.selectors import names_of as names_of
from dothi.accounts.selectors import person_of as person_of
from dothi.core.attachments import selectors as files
from dothi.core.attachments.models import Attachment
from dothi.core.audit import selectors as audit
from dothi.core.audit.models import Entry
from dothi.core.searching import holding
from dothi.lib import text_vi
from dothi.portal.choices import Category, Power, State
from dothi.portal.models import Article, Revision, Visits
from dothi.units import selectors as units
from dothi.units.models import Unit

SITE = "site"
NOBODY = ""


# --- For readers ---------------------------------------------------------------------------------


def live() -> QuerySet[Article]:
    """What readers may see, newest first."""
    return (
        Article.objects.filter(live__isnull=False)
        .select_related("live", "unit")
        .order_by("-published_at", "-id")
    )


def live_in(category: Category | None) -> QuerySet[Article]:
    return live().filter(category=category) if category else live()


def page_of(
    category: Category | None, *, before: str = "", limit: int
) -> tuple[list[Article], str]:
    """Some articles, newest first, from the one before `before`; and where the next page begins."""
    found = live_in(category)
    if before:
        last = Article.objects.filter(code=before, published_at__isnull=False).first()
        if last is not None:
            found = found.filter(_earlier(last))
    shown = list(found[: limit + 1])
    return shown[:limit], shown[limit - 1].code if len(shown) > limit else ""


def front(*, limit: int) -> list[Article]:
    """What the front page shows: pinned articles first."""
    return list(live().order_by("-pinned", "-published_at", "-id")[:limit])


def known(code: str) -> Article | None:
    """An article that readers see, or once saw: its address never stands for another one."""
    seen = Article.objects.filter(code=code.upper(), published_at__isnull=False)
    return seen.select_related("live", "unit").first()


def newer_than(article: Article, *, limit: int = 5) -> list[Article]:
    """The articles of its category that came after it, nearest first ("Tin mới hơn")."""
    later = Q(published_at__gt=article.published_at) | Q(
        published_at=article.published_at, id__gt=article.pk
    )
    found = live().filter(later, category=article.category)
    return list(found.order_by("published_at", "id")[:limit])


def earlier_than(article: Article, *, limit: int = 5) -> list[Article]:
    """The articles of its category that came before it, nearest first ("Tin đã đưa")."""
    return list(live().filter(_earlier(article), category=article.category)[:limit])


def _earlier(article: Article) -> Q:
    return Q(published_at__lt=article.published_at) | Q(
        published_at=article.published_at, id__lt=article.pk
    )


def search(words: str) -> QuerySet[Article]:
    """Live articles that hold every word, with or without marks; words may be unfinished."""
    tokens = text_vi.tokens(words)
    if not tokens:
        return Article.objects.none()
    query = holding(tokens)
    ranked = live().filter(search=query).annotate(rank=SearchRank(F("search"), query))
    return ranked.order_by("-rank", "-published_at", "-id")


def readers_of(pages: Collection[str]) -> dict[str, int]:
    """How many readers each page had."""
    rows = Visits.objects.filter(page__in=pages).values("page").annotate(readers=Sum("count"))
    return dict.fromkeys(pages, 0) | {row["page"]: row["readers"] for row in rows}


def visits() -> int:
    """How often the house was visited: each reader once a day."""
    return readers_of([SITE])[SITE]


def picture(code: str) -> Attachment | None:
    """A picture by its code, for its size."""
    return Attachment.objects.filter(code=code).first() if code else None


# --- For the desk --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DeskFilters:
    """What the list of the news desk is narrowed by."""

    search: str = ""
    state: str = ""
    category: str = ""
    unit: str = ""
    author: str = NOBODY


def articles_seen_by(user: User, *, at: datetime) -> QuerySet[Article]:
    """The only way in for the news desk: the articles of the units where the user may read."""
    unit_ids = accounts.standing(user, on=at.date()).units_for(Power.READ)
    return (
        Article.objects.filter(unit_id__in=unit_ids)
        .select_related("head", "live", "unit")
        .order_by("-changed_at", "-id")
    )


def desk_list(user: User, *, at: datetime, filters: DeskFilters) -> QuerySet[Article]:
    """The articles of the desk, last changed first. Words are looked for in titles and codes."""
    found = articles_seen_by(user, at=at)
    if filters.state == "planned":
        found = found.filter(state=State.APPROVED, publish_at__isnull=False)
    elif filters.state:
        found = found.filter(state=filters.state)
    if filters.category:
        found = found.filter(category=filters.category)
    if filters.unit:
        found = found.filter(unit__code=filters.unit)
    if filters.author:
        found = found.filter(head__author=filters.author)
    for token in text_vi.tokens(filters.search):
        found = found.filter(Q(slug__contains=token) | Q(code__icontains=token))
    return found


def counts_seen_by(user: User, *, at: datetime) -> dict[State, int]:
    """How many articles are in each state."""
    rows = articles_seen_by(user, at=at).order_by().values("state").annotate(n=Count("id"))
    return dict.fromkeys(State, 0) | {State(row["state"]): row["n"] for row in rows}


def reading_units(user: User, *, at: datetime) -> frozenset[int]:
    """The ids of the units whose articles this person reads at the desk."""
    return accounts.standing(user, on=at.date()).units_for(Power.READ)


def writable_units(user: User, *, at: datetime) -> list[Unit]:
    """The units of today for which this person may write."""
    ids = accounts.standing(user, on=at.date()).units_for(Power.WRITE)
    return list(units.in_force(on=at.date()).filter(pk__in=ids).order_by("name_vi"))


def planned(*, at: datetime) -> QuerySet[Article]:
    due = Article.objects.filter(state=State.APPROVED, publish_at__lte=at)
    return due.select_related("head", "unit").order_by("publish_at", "id")


def revisions_of(article: Article) -> list[Revision]:
    """Everything that was saved, newest first, without the long texts."""
    rows = article.revisions.defer("body_vi", "body_en", "summary_vi", "summary_en")
    return list(rows.order_by("-number"))


def pictures_of(article: Article) -> list[Attachment]:
    return list(files.of(f"portal.article:{article}"))


def history_of(article: Article) -> list[Entry]:
    """What was done to the article, newest first, from the audit."""
    return list(audit.entries_of(f"portal.article:{article}").order_by("-id"))


def approving_post(article: Article, *, on: date) -> tuple[str, str]:
    """The post that looks at an article next: the nearest above it that may publish.

    A post whose only holder wrote the text is passed over: four eyes. Where nobody is found the
    duty stays in the unit of the article, for whoever is appointed there.
    """
    author = person_of(article.head.author) if article.head else None
    roles = registry.roles_with(Power.PUBLISH)
    above = {unit.pk: unit for unit in units.ancestors(article.unit, include_self=True)}
    posts = Post.objects.filter(in_force(on), role__in=roles, unit__in=above, user__is_active=True)
    places = {(post.unit_id, post.role) for post in posts.exclude(user=author)}
    here: Unit | None = article.unit
    while here is not None:
        for unit_id, role in sorted(places):
            if unit_id == here.pk:
                return here.code, role
        here = above.get(here.parent_id or 0)
    return article.unit.code, Role.LEADER
