"""The news of the sample district, written, approved and published by the people of the story."""

import random
import tomllib
from datetime import datetime, timedelta
from typing import Any

from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.core.clock import local
from dothi.portal import selectors, services
from dothi.portal.choices import Category, State
from dothi.portal.models import Article
from dothi.portal.services import Text
from dothi.run.demo import pictures
from dothi.run.house import ROOT
from dothi.units import selectors as units
from dothi.units.models import Unit

# About where the counter of the portal of the former district stood: a number to begin with.
VISITS = 37_486_183
TEXTS = ("title_vi", "summary_vi", "body_vi", "title_en", "summary_en", "body_en", "byline")


def tell(end: datetime, at: datetime, chance: random.Random) -> list[Article]:
    """Write every article of `demo/portal`; days count back from the end of the story.

    What is planned goes out on the morning after `at`, the present.
    """
    services.start_counter(page=selectors.SITE, count=VISITS)
    files = sorted((ROOT / "demo" / "portal").glob("*.toml"))
    tomorrow = (local(at) + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    return [
        _article(tomllib.loads(file.read_text("utf-8")), end, tomorrow, chance) for file in files
    ]


def _article(
    told: dict[str, Any], end: datetime, tomorrow: datetime, chance: random.Random
) -> Article:
    ago = told["days_ago"]
    state = told.get("state", "published")
    morning = local(end).replace(
        hour=8, minute=chance.randrange(5, 55), second=chance.randrange(60)
    )
    out_at = min(morning - timedelta(days=ago), end - timedelta(minutes=10))
    unit = units.unit_of(told["unit"], on=out_at.date())
    # Written on the day before, in office hours; looked at in the morning.
    begun_at = out_at - timedelta(hours=22 if chance.random() < 0.7 else 46)
    writer, leader = _writer(unit, begun_at), _leader(unit, out_at)
    text = {name: told.get(name, "") for name in TEXTS}
    article = services.write(
        category=Category(told["category"]), unit=unit, text=Text(**text), by=writer, at=begun_at
    )
    if "picture" in told:
        _add_picture(article, told, text, writer, begun_at + timedelta(minutes=25))
    if state == "draft":
        return article
    services.move(article=article, to=State.REVIEW, by=writer, at=out_at - timedelta(hours=16))
    if state == "review":
        return article
    services.move(article=article, to=State.APPROVED, by=leader, at=out_at - timedelta(minutes=25))
    if state == "planned":
        services.schedule(article=article, publish_at=tomorrow, by=leader, at=out_at)
        return article
    services.publish(article=article, by=leader.actor, at=out_at)
    readers = 140 + chance.randrange(60, 160) * max(ago, 1) + chance.randrange(400)
    services.start_counter(page=article.code, count=readers)
    return article


def _add_picture(
    article: Article, told: dict[str, Any], text: dict[str, str], writer: User, at: datetime
) -> None:
    name = told["picture"]
    picture = services.add_picture(
        article=article, file=pictures.draw(name), name=f"{name}.jpg", by=writer, at=at
    )
    services.revise(
        article=article,
        text=Text(
            **text,
            image=picture.code,
            image_alt_vi=told["picture_alt_vi"],
            image_alt_en=told["picture_alt_en"] if text["title_en"] else "",
            note="Thêm ảnh",
        ),
        by=writer,
        at=at,
    )


def _writer(unit: Unit, at: datetime) -> User:
    """The specialist of the ward, else the editor of the centre."""
    return _holder(Role.SPECIALIST, unit, at) or _anybody(Role.EDITOR, at)


def _leader(unit: Unit, at: datetime) -> User:
    """The leader of the ward, else the director of the centre."""
    return _holder(Role.LEADER, unit, at) or _holder(
        Role.LEADER, units.root(on=at.date()), at
    ) or _anybody(Role.LEADER, at)  # fmt: skip


def _holder(role: Role, unit: Unit, at: datetime) -> User | None:
    posts = Post.objects.filter(in_force(at.date()), role=role, unit=unit).select_related("user")
    post = posts.order_by("id").first()
    return post.user if post else None


def _anybody(role: Role, at: datetime) -> User:
    posts = Post.objects.filter(in_force(at.date()), role=role).select_related("user")
    return posts.order_by("id")[:1].get().user


def somebody_reads(at: datetime, chance: random.Random) -> int:
    """A few readers open some article, as on any day."""
    codes = list(selectors.live().values_list("code", flat=True)[:6])
    if not codes:
        return 0
    return sum(
        services.count_reader(
            pages=[chance.choice(codes), selectors.SITE],
            address=f"sample:{chance.randrange(10**9)}",
            agent="sample",
            at=at,
        )
        for _ in range(chance.randrange(1, 5))
    )


def base(at: datetime) -> None:
    """The news that every sample house begins with."""
    from dothi.run.demo.base import chance, story_end

    tell(story_end(at), at, chance())
