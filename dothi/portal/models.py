"""Articles, their revisions, and how often they were read."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from dothi.portal.choices import Category, State
from dothi.units.models import Unit


class Article(models.Model):
    """A piece of news: one working copy that moves, and at most one live revision for readers."""

    personal: ClassVar[dict[str, str]] = {"slug": "public"}

    code = models.CharField(max_length=24, unique=True)
    slug = models.SlugField(max_length=120)
    category = models.CharField(max_length=12, choices=Category)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    head = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+")
    live = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+")
    publish_at = models.DateTimeField(null=True)  # When it is approved for later.
    published_at = models.DateTimeField(null=True)  # When readers first saw it.
    changed_at = models.DateTimeField()
    pinned = models.BooleanField(default=False)
    # The folded words of the live revision; null when readers see nothing.
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(live=None) | Q(published_at__isnull=False),
                name="article_live_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(live__isnull=False),
                name="article_published_is_live",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | Q(live=None),
                name="article_withdrawn_is_not_live",
            ),
        ]
        indexes = [
            # Serves the public lists, and newer and older news under an article.
            models.Index(
                fields=["category", "published_at", "id"],
                name="article_live_by_category",
                condition=Q(live__isnull=False),
            ),
            models.Index(
                fields=["published_at", "id"],
                name="article_live_by_date",
                condition=Q(live__isnull=False),
            ),
            # Serves the job that publishes at the planned time.
            models.Index(
                fields=["publish_at"],
                name="article_planned",
                condition=Q(state=State.APPROVED, publish_at__isnull=False),
            ),
            GinIndex(fields=["search"], name="article_search"),
        ]

    def __str__(self) -> str:
        return self.code


class Revision(models.Model):
    """One saved text of an article. Revisions are added and never changed."""

    personal: ClassVar[dict[str, str]] = {}

    article = models.ForeignKey(Article, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title_vi = models.CharField(max_length=200)
    summary_vi = models.TextField(blank=True)
    body_vi = models.TextField(blank=True)  # Sanitised HTML.
    title_en = models.CharField(max_length=200, blank=True)
    summary_en = models.TextField(blank=True)
    body_en = models.TextField(blank=True)  # Sanitised HTML.
    byline = models.CharField(max_length=120, blank=True)
    image = models.CharField(max_length=40, blank=True)  # Code of an attachment.
    image_alt_vi = models.CharField(max_length=300, blank=True)
    image_alt_en = models.CharField(max_length=300, blank=True)
    author = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number"),
            models.CheckConstraint(
                condition=Q(image="") | ~Q(image_alt_vi=""), name="revision_image_has_alt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}.{self.number}"

    def in_language(self, field: str) -> tuple[str, str]:
        """The text of `title`, `summary`, `body` or `image_alt`, and the language it is in."""
        if get_language() == "en" and (text := getattr(self, f"{field}_en")):
            return text, "en"
        return getattr(self, f"{field}_vi"), "vi"


class Visits(models.Model):
    """How often a page was read. A page has several slots, so that readers need not queue."""

    personal: ClassVar[dict[str, str]] = {}

    page = models.CharField(max_length=40)
    slot = models.PositiveSmallIntegerField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "slot"], name="visits_slot")]


class ReaderMark(models.Model):
    """Somebody read this page today: a hash that nobody can turn back. Emptied every night."""

    personal: ClassVar[dict[str, str]] = {}

    mark = models.BinaryField(primary_key=True, max_length=16)
    on = models.DateField(db_index=True)


class DaySalt(models.Model):
    """The random key of one day's reader marks, thrown away when the day is over."""

    personal: ClassVar[dict[str, str]] = {}

    on = models.DateField(primary_key=True)
    salt = models.BinaryField(max_length=32)
