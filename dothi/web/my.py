"""The citizen's own page: reports, news of them, who looked, what is followed, and the way out."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts import services as people
from dothi.accounts.http import SignedInRequest
from dothi.accounts.models import User
from dothi.cases import selectors as cases
from dothi.cases import services as dossiers
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.core.notices import ports
from dothi.core.notices import selectors as notices
from dothi.core.notices import services as outbox
from dothi.core.notices.choices import Channel
from dothi.datastore.rights import selectors as claims
from dothi.datastore.rights import services as rights
from dothi.feedback import registry as written
from dothi.feedback import selectors as feedback
from dothi.feedback import services as reports

HOUR = timedelta(hours=1)
# What is written by mail, and can be stopped; the page shows it all the same.
TOPICS = ((written.OWN, written.NEWS.title), (written.FOLLOWED, written.DIGEST.title))


def proved(user: User) -> list[str]:
    """The addresses that a person proved to be the own ones."""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "id")
    return list(rows.values_list("email", flat=True))


@never_cache
def my(request: HttpRequest) -> HttpResponse:
    """Everything of one's own on one page; who is not signed in is told both ways."""
    if not isinstance(request.user, User):
        return render(request, "web/my/door.html")
    return render(request, "web/my/page.html", _everything(request.user, clock.now()))


CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.IN_APP)


def _everything(user: User, at: datetime) -> dict[str, Any]:
    emails = proved(user)
    own = feedback.own(user, at=at)
    return {
        "own": own,
        "looks": [(look, own.codes.get(look.record, "")) for look in own.looks],
        "dossiers": cases.own_of(user),
        "drafts": cases.own_drafts(user, at=at),
        "objected": claims.objected(user),
        "emails": emails,
        "level": user.get_level_display(),
        "follows": feedback.follows_of(emails, at=at),
        "topics": _topics(emails),
        "channels": [(one.value, one.label) for one in CHANNELS if ports.offered(one)],
        "channel": notices.preferred(user.pk) or Channel.IN_APP,
        "claimable": _claimable(emails),
        "is_staff": accounts.standing(user, on=at.date()).is_staff,
        "at": at,
    }


def _topics(emails: list[str]) -> list[dict[str, Any]]:
    stopped = [notices.stopped_topics(outbox.address_hash(email)) for email in emails]
    return [
        {"code": code, "title": title, "wanted": not all(code in gone for gone in stopped)}
        for code, title in TOPICS
    ]


def _claimable(emails: list[str]) -> int:
    """How many reports were made with these addresses and are on nobody's page."""
    return sum(
        feedback.tickets_of_contact(email).filter(reporter__account_hash="").count()
        for email in emails
    )


@login_required
def report(request: SignedInRequest, code: str) -> HttpResponse:
    """Open an own report without its secret: being signed in is the key here."""
    at = clock.now()
    ticket = feedback.tickets_of_account(request.user).filter(code=code).first()
    if ticket is None:
        raise Http404
    return redirect("feedback:track", text=feedback.tracking_token(ticket, at=at))


@require_POST
@login_required
@limited("web.claim", limit=30, per=HOUR)
def claim(request: SignedInRequest) -> HttpResponse:
    """Put a report on the page by its code, or all that were made with the proved addresses."""
    at = clock.now()
    if request.POST.get("all") == "1":
        count = reports.claim_by_contact(account=request.user, emails=proved(request.user), at=at)
        messages.success(request, _("Reports put on your page: %(count)d.") % {"count": count})
        return redirect("web:my")
    ticket = feedback.ticket_by_tracking(request.POST.get("code", "").strip(), at=at)
    if ticket is None:
        messages.error(request, _("No report has this code. Please check each letter."))
        return redirect("web:my")
    try:
        new = reports.claim(ticket=ticket, account=request.user, at=at)
    except reports.Refused as error:
        messages.error(request, error.message)
    else:
        said = _("The report is on your page now.") if new else _("It is on your page already.")
        messages.success(request, said)
    return redirect("web:my")


@require_POST
@login_required
def wishes(request: SignedInRequest) -> HttpResponse:
    """Choose by which way one hears of what: the page always, mail if wanted."""
    at, wanted = clock.now(), set(request.POST.getlist("topic"))
    for email in proved(request.user):
        for code, _title in TOPICS:
            outbox.wish(address=email, topic=code, wanted=code in wanted, at=at)
    channel = request.POST.get("channel", "")
    if channel in CHANNELS and ports.offered(Channel(channel)):
        outbox.choose(person_id=request.user.pk, channel=Channel(channel))
    messages.success(request, _("Your choice is kept."))
    return redirect("web:my")


@require_POST
@login_required
def stop(request: SignedInRequest) -> HttpResponse:
    """End one thing that is followed, or all news of every kind."""
    at, emails = clock.now(), proved(request.user)
    key = request.POST.get("key", "")
    if key == "all":
        reports.stop_all_following(emails=emails, at=at)
        for email in emails:
            for code, _title in TOPICS:
                outbox.wish(address=email, topic=code, wanted=False, at=at)
        messages.success(request, _("We write to you no more. Your page goes on."))
    elif key.isascii() and key.isdecimal() and len(key) < 18:
        reports.stop_following(key=int(key), emails=emails, at=at)
        messages.success(request, _("Done. We write no more about this."))
    return redirect("web:my")


@never_cache
@require_GET
@login_required
def print_all(request: SignedInRequest) -> HttpResponse:
    """Everything that the house keeps of this person, on one page for paper."""
    at = clock.now()
    context = _everything(request.user, at)
    context["reports"] = [
        {
            "ticket": mine.ticket,
            "state": mine.state,
            "answers": feedback.answers_of(mine.ticket),
            "reporter": feedback.reporter_of(mine.ticket),
        }
        for mine in context["own"].reports
    ]
    context["news"] = feedback.news_for(context["own"].tickets, limit=None)
    return render(request, "web/my/print.html", context)


@never_cache
@require_GET
@login_required
def data(request: SignedInRequest) -> JsonResponse:
    """The same as a file that programs read (Luật 91/2025/QH15: a copy of one's own data)."""
    at, user = clock.now(), request.user
    every = _everything(user, at)
    body = {
        "made_at": at,
        "account": {
            "full_name": user.full_name,
            "email": user.email,
            "addresses_proved": every["emails"],
            "level": user.level,
            "language": user.language,
            "joined_at": user.date_joined,
        },
        "reports": [feedback.as_data(mine.ticket) for mine in every["own"].reports],
        "news": [
            {"at": news.at, "report": news.ticket.code, "title": news.title, "text": news.text}
            for news in feedback.news_for(every["own"].tickets, limit=None)
        ],
        "looks": [
            {"at": look.at, "report": code, "who": look.post, "purpose": look.purpose,
             "fields": look.fields}
            for look, code in every["looks"]
        ],
        "follows": [
            {"subject": one.subject, "area": one.area, "confirmed": one.confirmed}
            for one in every["follows"]
        ],
        "mail": {topic["code"]: topic["wanted"] for topic in every["topics"]},
        "channel": every["channel"],
    }  # fmt: skip
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="my-data-{at:%Y%m%d}.json"'
    return response


@never_cache
@login_required
@limited("web.delete", limit=10, per=HOUR)
def delete(request: SignedInRequest) -> HttpResponse:
    """Delete the account: say what stays and what goes, ask once more, then do it whole."""
    user, at = request.user, clock.now()
    if user.posts.exists():
        raise PermissionDenied  # Staff leave by the staff page: official acts keep their author.
    wrong = ""
    if request.method == "POST":
        wrong = _not_sure(request)
        if not wrong:
            _erase(user, at)
            logout(request)
            return render(request, "web/my/deleted.html")
    own = feedback.own(user, at=at)
    context = {"reports": own.reports, "wrong": wrong, "has_password": user.has_usable_password()}
    return render(request, "web/my/delete.html", context, status=422 if wrong else 200)


def _not_sure(request: SignedInRequest) -> str:
    if request.POST.get("sure") != "1":
        return _("Please tick the box first.")
    user = request.user
    if user.has_usable_password() and not user.check_password(request.POST.get("password", "")):
        return _("The password is not right.")
    return ""


@transaction.atomic
def _erase(user: User, at: datetime) -> None:
    """Domain by domain, the account last: together or not at all."""
    by, emails = user.actor, proved(user)
    reports.forget_account(account=user, by=by, at=at)
    reports.stop_all_following(emails=emails, at=at)
    dossiers.forget_account(account=user, at=at)
    rights.forget_person(person=user, at=at)
    outbox.forget_choice(person_id=user.pk)
    for address in {*emails, user.email, by} - {""}:
        outbox.erase(address=address)
    people.erase_account(user=user, at=at, by=by)
