"""Keep subjects, partners, templates and the order of routes: rows with a period, each audited."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dothi.core.audit.services import record
from dothi.core.verbs.frame import hold_from
from dothi.feedback import rules
from dothi.feedback.choices import AnswerKind
from dothi.feedback.models import (
    AnswerTemplate,
    Category,
    Partner,
    Question,
    Route,
    Setting,
    TimeLimit,
)
from dothi.feedback.services.catalogue import changed, end_route
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import Refused

Row = Category | Question | Partner | Route | TimeLimit | Setting | AnswerTemplate


class CatalogueRefused(Refused):
    """What was typed cannot stand in the catalogue; the message says why."""


@transaction.atomic
def set_category(
    *,
    code: str,
    name_vi: str,
    name_en: str,
    group: str,
    group_vi: str,
    group_en: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    help_vi: str = "",
    help_en: str = "",
    order: int = 0,
    dangers: Sequence[str] = (),
    hotline_code: str = "",
    conduct: bool = False,
) -> Category:
    """Add a subject, or change how it is named and shown. Reports that name it stay with it."""
    row, _made = Category.objects.update_or_create(
        code=code,
        defaults={
            "name_vi": name_vi,
            "name_en": name_en,
            "help_vi": help_vi,
            "help_en": help_en,
            "group": group,
            "group_vi": group_vi,
            "group_en": group_en,
            "order": order,
            "dangers": list(dangers),
            "hotline_code": hotline_code,
            "conduct": conduct,
            "valid_from": valid_from,
        },
    )
    # One group has one name, whichever subject was opened to change it.
    Category.objects.filter(group=group).update(group_vi=group_vi, group_en=group_en)
    changed()
    record("feedback.set_category", subject=f"feedback.category:{code}", by=actor_of(by), at=at)
    return row


@transaction.atomic
def set_question(
    *,
    category: Category,
    code: str,
    kind: AnswerKind,
    label_vi: str,
    label_en: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    required: bool = False,
    order: int = 0,
    help_vi: str = "",
    help_en: str = "",
    options: Sequence[str] = (),
) -> Question:
    """Let a subject ask something from a day on; what it asked under this code ends there.

    Reports that came in before keep the question that they answered.

    Raises:
        CatalogueRefused: the answers to choose from are missing, incomplete or there twice.
    """
    row = hold_from(
        Question.objects.all(), valid_from, of={"category": category, "code": code},
        values={
            "kind": kind.value, "required": required, "order": order, "label_vi": label_vi,
            "label_en": label_en, "help_vi": help_vi, "help_en": help_en,
            "options": _options(kind, options),
        },
    )  # fmt: skip
    changed()
    record("feedback.set_question", subject=f"feedback.question:{row.pk}", by=actor_of(by), at=at)
    return row


def _options(kind: AnswerKind, lines: Sequence[str]) -> list[dict[str, str]]:
    if kind not in rules.LISTS:
        return []
    options = rules.options_of(lines)
    keys = {option["key"] for option in options}
    if not options or not all(option["key"] and option["vi"] for option in options):
        raise CatalogueRefused(
            _("Please write the answers to choose from as key = words | English.")
        )
    if len(keys) < len(options):
        raise CatalogueRefused(_("Two answers have the same key."))
    return options


@transaction.atomic
def set_partner(
    *,
    code: str,
    name_vi: str,
    name_en: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    email: str = "",
    phone: str = "",
    language: str = "vi",
) -> Partner:
    """Add a partner, or change its name or address; open tasks go on."""
    row, _made = Partner.objects.update_or_create(
        code=code,
        defaults={
            "name_vi": name_vi,
            "name_en": name_en,
            "email": email,
            "phone": phone,
            "language": language,
            "valid_from": valid_from,
        },
    )
    changed()
    record("feedback.set_partner", subject=f"feedback.partner:{code}", by=actor_of(by), at=at)
    return row


@transaction.atomic
def set_template(
    *,
    code: str,
    act: str,
    title_vi: str,
    title_en: str,
    body_vi: str,
    body_en: str,
    by: Actor,
    at: datetime,
    category: Category | None = None,
) -> AnswerTemplate:
    """Add words to answer with, or change them; what was sent stays as it was."""
    row, _made = AnswerTemplate.objects.update_or_create(
        code=code,
        defaults={
            "category": category,
            "act": act,
            "title_vi": title_vi,
            "title_en": title_en,
            "body_vi": body_vi,
            "body_en": body_en,
            "active": True,
        },
    )
    changed()
    record("feedback.set_template", subject=f"feedback.template:{code}", by=actor_of(by), at=at)
    return row


@transaction.atomic
def end_row(*, row: Row, on: date, by: Actor, at: datetime) -> None:
    """End a row on a day (exclusive). Templates are put away at once.

    Raises:
        CatalogueRefused: the day is not after the first one.
    """
    if isinstance(row, Route):
        end_route(route=row, on=on, by=by, at=at)
        return
    if isinstance(row, AnswerTemplate):
        row.active = False
        row.save(update_fields=["active"])
    else:
        if on <= row.valid_from:
            raise CatalogueRefused(_("The last day must come after the first one."))
        row.valid_to = on
        row.save(update_fields=["valid_to"])
    changed()
    kind = type(row).__name__.lower()
    record(
        f"feedback.end_{kind}", subject=f"feedback.{kind}:{row.pk}", by=actor_of(by), at=at,
        on=on.isoformat(),
    )  # fmt: skip


@transaction.atomic
def move_route(*, route: Route, up: bool, on: date, by: Actor, at: datetime) -> bool:
    """Change places with the rule before or after it. Return False at the end of the list."""
    rows = list(Route.objects.select_for_update().exclude(valid_to__lte=on).order_by("order", "id"))
    place = next((number for number, row in enumerate(rows) if row.pk == route.pk), None)
    if place is None:
        return False
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return False
    mine, theirs = rows[place], rows[other]
    free = (Route.objects.aggregate(most=Max("order"))["most"] or 0) + 1
    try:
        with transaction.atomic():
            for row, order in ((mine, free), (theirs, mine.order), (mine, theirs.order)):
                Route.objects.filter(pk=row.pk).update(order=order)
    except IntegrityError as error:
        raise CatalogueRefused(_("A rule that has ended keeps this place.")) from error
    changed()
    record(
        "feedback.move_route", subject=f"feedback.route:{route.pk}", by=actor_of(by), at=at,
        order=theirs.order,
    )  # fmt: skip
    return True
