"""What each act of the desk does: one verb, with what its form says."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.feedback import permissions, selectors, services
from dothi.feedback.choices import Act, Danger, Law
from dothi.feedback.models import Ticket
from dothi.feedback.services import BadText
from dothi.feedback.views.shared import unit_of

Data = Mapping[str, Any]


class Deed(Protocol):
    def __call__(
        self, *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
    ) -> object: ...


def do(
    act: Act, *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    """Do it. Raises what the verb raises."""
    return DEEDS[act](user=user, ticket=ticket, data=data, photos=photos, at=at)


def _simple(verb: Callable[..., object], word: str = "") -> Deed:
    """A deed that needs at most one text, under the name that its verb gives it."""

    def deed(
        *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
    ) -> object:
        return verb(ticket=ticket, by=user, at=at, **({word: data["text"]} if word else {}))

    return deed


def _accept(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    return services.accept(ticket=ticket, by=user, at=at, publish=bool(data.get("publish")))


def _assign(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    person = user if data["person"] == user.pk else User.objects.get(pk=data["person"])
    if not permissions.may_assign_to(user, person, ticket, on=at.date()):
        raise services.NotYours
    return services.assign(ticket=ticket, to=person, by=user, at=at)


def _forward(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    first, _colon, second = data["to"].partition(":")
    if first == "partner":
        partners = selectors.catalogue.current().partners.values()
        partner = next((row for row in partners if row.code == second), None)
        if partner is None:
            raise BadText(_("Please choose a post or partner."))
        # The post that has it watches over the partner's answer.
        return services.forward(
            ticket=ticket, by=user, at=at, partner=partner, role=ticket.handling_role,
            reason=data["text"],
        )  # fmt: skip
    return services.forward(
        ticket=ticket, by=user, at=at, unit=unit_of(first, at=at), role=second,
        reason=data["text"],
    )  # fmt: skip


def _resolve(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    publish = bool(data.get("publish")) and permissions.may_publish(user, ticket, on=at.date())
    return services.resolve(
        ticket=ticket, text=data["text"], photos=photos, by=user, at=at, publish=publish
    )


def _progress(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    return services.progress_report(
        ticket=ticket, text=data["text"], photos=photos, until=data["until"], by=user, at=at
    )


def _merge(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    code = data["into"].strip().upper()
    try:
        into = selectors.ticket_seen_by(user, code, on=at.date())
    except Ticket.DoesNotExist as error:
        raise BadText(_("There is no report %(code)s.") % {"code": code}) from error
    return services.merge(ticket=ticket, into=into, by=user, at=at, reason=data["text"])


def _danger(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    return services.mark_danger(ticket=ticket, number=Danger(data["number"]), by=user, at=at)


def _transfer(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    return services.transfer_as_complaint(
        ticket=ticket,
        law=Law(data["law"]),
        receiver=data["receiver"],
        signer_title=data["signer_title"],
        reason=data["text"],
        by=user,
        at=at,
    )


def _release(
    *, user: User, ticket: Ticket, data: Data, photos: Sequence[str], at: datetime
) -> object:
    mine = ticket.handling_person_id == user.pk
    if not mine and not permissions.may_lead(user, on=at.date()):
        raise PermissionDenied
    return services.release(ticket=ticket, by=user, at=at)


DEEDS: dict[Act, Deed] = {
    Act.ACCEPT: _accept,
    Act.REJECT: _simple(services.reject, "reason"),
    Act.FORWARD: _forward,
    Act.ASSIGN: _assign,
    Act.RELEASE: _release,
    Act.ASK: _simple(services.ask_reporter, "question"),
    Act.MERGE: _merge,
    Act.UNMERGE: _simple(services.unmerge, "reason"),
    Act.PROGRESS: _progress,
    Act.RESOLVE: _resolve,
    Act.PUBLISH: _simple(services.publish),
    Act.HOLD_BACK: _simple(services.hold_back, "reason"),
    Act.REOPEN: _simple(services.reopen, "reason"),
    Act.DANGER: _danger,
    Act.TRANSFER: _transfer,
}
