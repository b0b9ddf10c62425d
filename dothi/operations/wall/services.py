"""Draw and clear the live map; send the morning brief. What was done already is done once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.core.notices import selectors as notices
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send, wish
from dothi.core.transactions import joined
from dothi.operations.wall import events, rules, selectors
from dothi.operations.wall.choices import Layer, Power, Tone
from dothi.operations.wall.models import BriefReader, MapPoint, Wall, WallTile
from dothi.operations.wall.registry import BRIEF
from dothi.operations.wall.selectors import MAIN, Place

TABLE = MapPoint._meta.db_table
# One question each: a row comes back only where something changed.
SHOW = f"""
    insert into {TABLE} as known (source, since, layer, unit_code, category, lon, lat, tone)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (source) do update set
        layer = excluded.layer, unit_code = excluded.unit_code, category = excluded.category,
        lon = excluded.lon, lat = excluded.lat, tone = excluded.tone, since = excluded.since
    where (known.layer, known.unit_code, known.category, known.lon, known.lat, known.tone)
        is distinct from (excluded.layer, excluded.unit_code, excluded.category,
                          excluded.lon, excluded.lat, excluded.tone)
    returning source
"""
HIDE = f"delete from {TABLE} where source = any(%s) returning source, layer, unit_code"


@joined
def show(
    *,
    source: str,
    layer: Layer,
    unit_code: str,
    category: str,
    lon: float,
    lat: float,
    tone: Tone,
    since: datetime,
    at: datetime,
) -> None:
    """Show a point as it is now. Safe to call twice and late: only a difference is told."""
    shown: dict[str, Any] = {
        "layer": layer.value,
        "unit_code": unit_code,
        "category": category,
        "lon": lon,
        "lat": lat,
        "tone": tone.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(SHOW, [source, since, *shown.values()])
        if cursor.fetchone() is None:
            return
    publish(events.PointShown(source=source, **shown), at=at)


@joined
def hide(*, sources: Sequence[str], at: datetime) -> None:
    """Take points off the map. Those that are not on it are nobody's news."""
    if not sources:
        return
    with connection.cursor() as cursor:
        cursor.execute(HIDE, [list(sources)])
        points = cursor.fetchall()
    for source, layer, unit_code in points:
        publish(events.PointHidden(source=source, layer=layer, unit_code=unit_code), at=at)


# --- The morning brief ---------------------------------------------------------------------------


class NoAddress(Exception):
    """The person has no e-mail address to which a brief could go."""


@transaction.atomic
def want_brief(*, user: User, at: datetime) -> None:
    """Send this person the brief from now on, also after it was stopped by the link in a mail.

    Raises:
        NoAddress: there is no address to send it to.
    """
    if not user.email:
        raise NoAddress
    BriefReader.objects.get_or_create(user=user, defaults={"since": at})
    wish(address=user.email, topic=BRIEF.topic, wanted=True, at=at)
    record("operations.want_brief", subject=user.subject, by=user.actor, at=at)


@transaction.atomic
def stop_brief(*, user: User, at: datetime) -> None:
    """Send this person no brief any more."""
    if BriefReader.objects.filter(user=user).delete()[0]:
        record("operations.stop_brief", subject=user.subject, by=user.actor, at=at)


def send_briefs(*, at: datetime) -> int:
    """Send this morning's brief to everybody who wants it and may have it. Return how many.

    Called again and again through the morning: nobody gets two on one day, and a worker that was
    down at seven sends at eight. On days off nobody gets any.
    """
    if not rules.is_brief_time(at, selectors.works):
        return 0
    return sum(_send_brief(user, at=at) for user in selectors.who_wants_brief())


def _send_brief(user: User, *, at: datetime) -> bool:
    dedupe = f"{BRIEF.code}:{user.pk}:{at.date()}"
    if notices.is_known(dedupe):
        return False
    standing = accounts.standing(user, on=at.date())
    if not standing.may(Power.BRIEF):
        return False
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), transaction.atomic():
        names = dict.fromkeys(post.unit.name for post in standing.posts)
        notice = send(
            template=BRIEF.code,
            to=Recipient(channel=Channel.EMAIL, address=user.email, language=language),
            context={"brief": selectors.brief(user, at=at, units=tuple(names))},
            at=at,
            dedupe=dedupe,
        )
    return notice is not None


class ArrangedMeanwhile(Exception):
    """Somebody saved another arrangement after this one was read."""


@transaction.atomic
def arrange_wall(
    *, places: Sequence[Place], revision: int, by: User, at: datetime, wall: str = MAIN
) -> None:
    """Show these figures on a wall, in this order.

    Raises:
        ArrangedMeanwhile: see there.
    """
    now = {"changed_at": at, "changed_by": by.actor}
    if revision == 0:
        row, ours = Wall.objects.get_or_create(code=wall, defaults=now)
    else:
        ours = bool(
            Wall.objects.filter(pk=wall, revision=revision).update(revision=revision + 1, **now)
        )
    if not ours:
        raise ArrangedMeanwhile(wall)
    WallTile.objects.filter(wall=wall).delete()
    WallTile.objects.bulk_create(
        WallTile(
            wall_id=wall,
            place=number,
            indicator=one.code,
            run=one.run,
            near=one.near,
            late=one.late,
        )
        for number, one in enumerate(places, 1)
    )
    record(
        "operations.arrange_wall", subject=f"operations.wall:{wall}", by=by.actor, at=at,
        tiles=[f"{one.code}.{one.run}" for one in places],
    )  # fmt: skip
