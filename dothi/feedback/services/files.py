"""Photos of a report: who sent which stands in the owner's name of the attachment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dothi.core.attachments import rules as shapes
from dothi.core.attachments import services as attachments
from dothi.core.attachments.choices import Kind
from dothi.core.events.services import publish as tell
from dothi.feedback import events, rules
from dothi.feedback.choices import State, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.files import PROGRESS, REPORT, RESULT, owner_of
from dothi.feedback.services.refusals import LinkDoesNotOpen, TooManyPhotos
from dothi.lib.geo import Point


def take_photos(
    uploads: Iterable[Any], *, by: str, at: datetime
) -> tuple[list[str], Point | None, list[str]]:
    """Take pictures in. Returns their codes, the first place found, and why some were refused."""
    codes: list[str] = []
    place: Point | None = None
    refused: list[str] = []
    for upload in uploads:
        content = upload.read(shapes.MAX_BYTES + 1)
        try:
            if shapes.sniff(content) != Kind.IMAGE:
                refused.append(f"{upload.name}: {NO_PICTURE}")
                continue
            taken = attachments.take(file=content, name=upload.name, by=by, at=at)
        except shapes.Refused as error:
            refused.append(f"{upload.name}: {error.message}")
            continue
        codes.append(taken.attachment.code)
        place = place or taken.place
    return codes, place, refused


NO_PICTURE = gettext_lazy("Only pictures can be taken here: JPEG, PNG, WebP or HEIC.")


def add(ticket: Ticket, codes: Sequence[str], *, part: str = REPORT) -> None:
    """Give photos that came in beforehand to the report; they are as public as it is.

    Raises:
        TooManyPhotos: more than a report may carry at once.
        LinkDoesNotOpen: one of them is gone (it waited for more than a day) or belongs elsewhere.
    """
    if not codes:
        return
    if len(codes) > rules.PHOTOS_AT_MOST:
        raise TooManyPhotos(
            _("Please send at most %(most)d photos.") % {"most": rules.PHOTOS_AT_MOST}
        )
    claimed = attachments.claim(
        codes=codes, owner=owner_of(ticket.code, part), public=part in public_parts(ticket)
    )
    if claimed != len(set(codes)):
        raise LinkDoesNotOpen


def public_parts(ticket: Ticket) -> frozenset[str]:
    """Which photos everybody may see as the report stands."""
    if ticket.visibility != Visibility.PUBLIC:
        return frozenset()
    shown = {REPORT, PROGRESS}
    if ticket.state == State.PUBLISHED:
        shown.add(RESULT)
    return frozenset(shown)


def show(ticket: Ticket) -> None:
    """Make photos as public as the report is now."""
    shown = public_parts(ticket)
    for part in (REPORT, PROGRESS, RESULT):
        attachments.publish(owner=owner_of(ticket.code, part), public=part in shown)


def tell_shown(ticket: Ticket, was: str, *, at: datetime) -> None:
    if ticket.visibility == was and ticket.state != State.PUBLISHED:
        return
    show(ticket)
    tell(
        events.FeedbackShown(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            was=was,
            now=ticket.visibility,
        ),
        at=at,
    )
