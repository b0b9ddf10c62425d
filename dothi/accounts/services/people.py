"""People, their posts, what is lent, and the day somebody leaves."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q

from dothi.accounts import events, rules, selectors
from dothi.accounts.choices import Level, Role
from dothi.accounts.models import Delegation, Post, StartLink, User
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.core.inbox import services as inbox
from dothi.lib.text_vi import nfc
from dothi.units.models import Unit


class PostOverlaps(Exception):
    """The person holds the same post in part of that time already."""


class NotLent(Exception):
    """This post is not lent, not for these days, or not to this person."""


class NotYet(Exception):
    """A day in the future: it is recorded when it has come."""


class LastAdministrator(Exception):
    """Nobody would be left to look after the house."""


class SuccessorIsNoStaff(Exception):
    """Duties are handed on to an active person who holds a post."""


class HoldsPosts(Exception):
    """A member of staff leaves (`leave`); only a citizen's account is erased."""


@transaction.atomic
def create_staff(*, username: str, full_name: str, email: str, at: datetime, by: str) -> User:
    """Make an account without a password: the person sets it by a link (`invite`)."""
    user = User(username=nfc(username), full_name=nfc(full_name), email=email.lower())
    user.date_joined = at
    user.set_unusable_password()
    user.save()
    # The office vouches for the address of its own people.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record("accounts.create_staff", subject=user.subject, by=by, at=at)
    return user


@transaction.atomic
def rename(*, user: User, full_name: str, at: datetime, by: str) -> None:
    user.full_name = nfc(full_name)
    user.save(update_fields=["full_name"])
    record("accounts.rename", subject=user.subject, by=by, at=at)


@transaction.atomic
def appoint(
    *,
    user: User,
    unit: Unit,
    role: Role,
    valid_from: date,
    valid_to: date | None = None,
    title: str = "",
    at: datetime,
    by: str,
) -> Post:
    """Give a person a post from a day on, until a day (exclusive) or until further notice.

    Raises:
        PostOverlaps: the same role in the same unit is held in part of that time.
    """
    User.objects.select_for_update().get(pk=user.pk)  # Two appointments at once: one waits.
    for other in Post.objects.filter(user=user, unit=unit, role=role):
        if rules.overlap((other.valid_from, other.valid_to), (valid_from, valid_to)):
            raise PostOverlaps(other)
    post = Post.objects.create(
        user=user, unit=unit, role=role, title=nfc(title), valid_from=valid_from, valid_to=valid_to
    )
    record("accounts.appoint", subject=user.subject, by=by, at=at, unit=unit.code, role=role.value)
    publish(
        events.Appointed(
            user_id=user.pk,
            unit_code=unit.code,
            role=role.value,
            valid_from=valid_from,
            valid_to=valid_to,
        ),
        at=at,
    )
    selectors.forget()
    return post


@transaction.atomic
def retitle(*, post: Post, title: str, at: datetime, by: str) -> None:
    post.title = nfc(title)
    post.save(update_fields=["title"])
    record("accounts.retitle", subject=post.user.subject, by=by, at=at, unit=post.unit.code)


@transaction.atomic
def end_post(*, post: Post, on: date, at: datetime, by: str, reason: str = "") -> None:
    """Close a post: it is not held on that day any more. One that has not begun is taken back.

    Raises:
        LastAdministrator: it is the last post that looks after the house.
    """
    if post.role == Role.ADMINISTRATOR:
        _keep_an_administrator(post.user, on=on)
    _end_post(post, on=on, at=at, by=by, reason=reason)


def _end_post(post: Post, *, on: date, at: datetime, by: str, reason: str) -> None:
    if post.valid_to is not None and post.valid_to <= on:
        return
    if post.valid_from >= on:
        post.delegations.all().delete()
        Post.objects.filter(pk=post.pk).delete()
    else:
        Post.objects.filter(pk=post.pk).update(valid_to=on)
    record(
        "accounts.end_post",
        subject=post.user.subject,
        by=by,
        at=at,
        unit=post.unit.code,
        reason=reason,
        role=post.role,
    )
    publish(
        events.PostEnded(user_id=post.user_id, unit_code=post.unit.code, role=post.role, on=on),
        at=at,
    )
    selectors.forget()


@transaction.atomic
def delegate(
    *,
    post: Post,
    to: User,
    valid_from: date,
    valid_to: date,
    reason: str,
    at: datetime,
    by: str,
) -> Delegation:
    """Lend the powers of a post to another person until a day (exclusive), with a reason.

    Raises:
        NotLent: the role is never lent, the days are outside the post or in another loan of it,
            no reason is given, or the person is its holder or no active member of staff.
    """
    Post.objects.select_for_update().get(pk=post.pk)
    _check_lendable(post, to, valid_from, valid_to, reason)
    lent = Delegation.objects.create(
        post=post, to=to, valid_from=valid_from, valid_to=valid_to, reason=nfc(reason.strip())
    )
    record(
        "accounts.delegate",
        subject=post.user.subject,
        by=by,
        at=at,
        unit=post.unit.code,
        to=to.actor,
    )
    publish(
        events.Delegated(
            post_id=post.pk,
            from_id=post.user_id,
            to_id=to.pk,
            unit_code=post.unit.code,
            valid_from=valid_from,
            valid_to=valid_to,
        ),
        at=at,
    )
    selectors.forget()
    return lent


def _check_lendable(post: Post, to: User, begin: date, end: date, reason: str) -> None:
    if post.role in rules.NOT_LENT:
        raise NotLent("this role is never lent")
    if to.pk == post.user_id or not to.is_active or not selectors.is_staff(to, on=begin):
        raise NotLent("only to another member of staff")
    if not reason.strip() or end <= begin:
        raise NotLent("a reason and at least one day")
    if begin < post.valid_from or (post.valid_to is not None and end > post.valid_to):
        raise NotLent("only while the post is held")
    for other in Delegation.objects.filter(post=post, ended_at=None):
        if rules.overlap((other.valid_from, other.valid_to), (begin, end)):
            raise NotLent("lent in these days already")


@transaction.atomic
def end_delegation(*, delegation: Delegation, at: datetime, by: str) -> None:
    """Take lent powers back at once. Twice does nothing."""
    if not Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=at):
        return
    post = delegation.post
    record(
        "accounts.end_delegation",
        subject=post.user.subject,
        by=by,
        at=at,
        unit=post.unit.code,
        to=delegation.to.actor,
    )
    publish(
        events.DelegationEnded(post_id=post.pk, to_id=delegation.to_id, unit_code=post.unit.code),
        at=at,
    )
    selectors.forget()


@transaction.atomic
def leave(*, user: User, on: date, successor: User | None, at: datetime, by: str) -> None:
    """Let a member of staff go: locked, signed out everywhere, nothing lent, duties handed on.

    `on` is the first day without the person. Without a successor the open duties go back to
    their posts. What the person did stays as it is.

    Raises:
        NotYet: the day has not come.
        SuccessorIsNoStaff: the successor is locked, holds no post, or is the person who leaves.
        LastAdministrator: nobody else looks after the house.
    """
    if on > at.date():
        raise NotYet(on)
    if successor is not None and (
        successor.pk == user.pk or not selectors.is_staff(successor, on=at.date())
    ):
        raise SuccessorIsNoStaff(successor.pk)
    posts = list(
        user.posts.filter(Q(valid_to=None) | Q(valid_to__gt=on)).select_related("unit", "user")
    )
    if any(post.role == Role.ADMINISTRATOR for post in posts):
        _keep_an_administrator(user, on=at.date())

    for lent in Delegation.objects.filter(Q(to=user) | Q(post__user=user), ended_at=None):
        end_delegation(delegation=lent, at=at, by=by)
    for post in posts:
        _end_post(post, on=on, at=at, by=by, reason="left")
    User.objects.filter(pk=user.pk).update(is_active=False)
    StartLink.objects.filter(user=user, used_at=None).delete()
    _end_sessions(user)
    inbox.hand_over_person(from_id=user.pk, to_id=successor.pk if successor else None, at=at)
    record(
        "accounts.leave",
        subject=user.subject,
        by=by,
        at=at,
        successor=successor.actor if successor else "",
    )
    publish(
        events.Left(
            user_id=user.pk,
            successor_id=successor.pk if successor else None,
            unit_codes=sorted({post.unit.code for post in posts}),
            on=on,
        ),
        at=at,
    )
    selectors.forget()
    user.refresh_from_db()


def _keep_an_administrator(user: User, *, on: date) -> None:
    if not selectors.other_administrators(user, on=on).exists():
        raise LastAdministrator


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def reset_second_step(*, user: User, at: datetime, by: str, reason: str) -> None:
    """Forget a lost telephone or key: every session ends, the next sign-in sets up a new one."""
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    record("accounts.reset_second_step", subject=user.subject, by=by, at=at, reason=reason)


@transaction.atomic
def reach_level(*, user: User, level: Level, at: datetime, by: str) -> None:
    """Raise how well the house knows a person. It never falls by this verb."""
    User.objects.select_for_update().get(pk=user.pk)
    user.refresh_from_db(fields=["level"])
    was = Level(user.level)
    if rules.level_is_at_least(was, level):
        return
    user.level = level
    user.save(update_fields=["level"])
    record(
        "accounts.reach_level", subject=user.subject, by=by, at=at, was=was.value, now=level.value
    )
    publish(events.LevelReached(user_id=user.pk, was=was.value, now=level.value), at=at)


@transaction.atomic
def erase_account(*, user: User, at: datetime, by: str) -> None:
    """Erase a citizen's account: name, address, keys and sessions go; the empty id remains.

    Raises:
        HoldsPosts: the person holds or held a post; official acts keep their author.
    """
    if user.posts.exists():
        raise HoldsPosts(user.pk)
    _end_sessions(user)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    user.username, user.full_name, user.email = f"erased-{user.pk}", "", ""
    user.is_active, user.level = False, Level.NONE
    user.set_unusable_password()
    user.save()
    record("accounts.erase", subject=user.subject, by=by, at=at)
