"""The news desk: the list, one article and what may be done with it, its revisions."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.choices import Scale
from dothi.portal import forms, permissions, selectors, services
from dothi.portal.choices import Category, Deed, Power, State
from dothi.portal.models import Article, Revision
from dothi.portal.rules import changes, lines_of
from dothi.portal.selectors import DeskFilters
from dothi.portal.views import telling
from dothi.portal.views.shared import SMALL, body_of, picture_url, shown

PAGE = 40
MEASURES = ("portal.waiting", "portal.published", "portal.readers", "portal.hours_to_publish")
TONES = {
    State.DRAFT: "stopped", State.REVIEW: "near", State.APPROVED: "good", State.PUBLISHED: "met",
    State.WITHDRAWN: "paused",
}  # fmt: skip
COMPARED = ("title_vi", "summary_vi", "body_vi", "title_en", "summary_en", "body_en", "byline",
            "image", "image_alt_vi", "image_alt_en")  # fmt: skip


@power_required(Power.READ)
def articles(request: SignedInRequest) -> HttpResponse:
    """The articles of one's units, last changed first, with what the desk measures."""
    at = clock.now()
    form = forms.ListForm(request.GET or None)
    found = selectors.desk_list(request.user, at=at, filters=_filters(form, request.user))
    number = request.GET.get("page", "")
    page = max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    query = request.GET.copy()
    query["page"] = str(page + 1)
    return render(
        request,
        "portal/desk.html",
        {
            "form": form,
            "rows": _rows(rows[:PAGE]),
            "filtered": any(value for name, value in request.GET.items() if name != "page"),
            "tiles": _tiles(request.user, at),
            "next_url": f"?{query.urlencode()}" if len(rows) > PAGE else "",
            "first_url": request.path if page > 1 else "",
            "may_write": bool(selectors.writable_units(request.user, at=at)),
        },
    )


def _filters(form: forms.ListForm, user: User) -> DeskFilters:
    data = form.cleaned_data if form.is_valid() else {}
    return DeskFilters(
        search=data.get("q", ""),
        state=data.get("state", ""),
        category=data.get("category", ""),
        author=user.actor if data.get("whose") == "mine" else "",
    )


def _rows(found: list[Article]) -> list[dict[str, Any]]:
    heads = [article.head for article in found if article.head is not None]
    names = selectors.names_of({head.author for head in heads})
    readers = selectors.readers_of([article.code for article in found])
    return [
        {
            "code": article.code,
            "title": head.title_vi,
            "category": Category(article.category).label,
            "unit": article.unit.name,
            "author": names.get(head.author, ""),
            "changed_at": article.changed_at,
            "published_at": article.published_at,
            "readers": readers[article.code],
            "english": bool(head.title_en and head.body_en),
            "pinned": article.pinned,
            **_state(article),
        }
        for article, head in zip(found, heads, strict=True)
    ]


def _state(article: Article) -> dict[str, Any]:
    state = State(article.state)
    return {
        "state": state.value,
        "state_label": _("Planned") if article.publish_at else state.label,
        "tone": TONES[state],
        "publish_at": article.publish_at,
        "live": article.live_id is not None,
        "behind": article.live_id is not None and article.live_id != article.head_id,
    }


def _tiles(user: User, at: datetime) -> list[dict[str, Any]]:
    """The indicators of the portal, over the units that this person looks after."""
    units = selectors.reading_units(user, at=at)
    figures = [indicators.now(code, at=at, unit_ids=units) for code in MEASURES]
    return [
        {
            "label": figure.indicator.title,
            "value": telling.figure(
                figure.value.value,
                places=0 if figure.indicator.scale == Scale.COUNT else 1,
                unit=figure.indicator.unit_of_measure,
            ),
            "name": figure.indicator.code,
        }
        for figure in figures
    ]


def found_for(request: SignedInRequest, code: str, at: datetime) -> Article:
    """The article, if this person may read it at the desk; else there is none."""
    article = selectors.articles_seen_by(request.user, at=at).filter(code=code).first()
    if article is None or article.head is None:
        raise Http404
    return article


@power_required(Power.READ)
def article(request: SignedInRequest, code: str) -> HttpResponse:
    """One article: its text, how it stands, what may be done, what was done."""
    at = clock.now()
    found = found_for(request, code, at)
    return render(request, "portal/article_desk.html", _shown(request.user, found, at))


def _shown(user: User, found: Article, at: datetime) -> dict[str, Any]:
    assert found.head is not None
    deeds = permissions.deeds_for(user, found, on=at.date())
    history = selectors.history_of(found)
    revisions = selectors.revisions_of(found)
    names = selectors.names_of({entry.actor for entry in history} | {r.author for r in revisions})
    own = found.head.author == user.actor
    return {
        "article": shown(found, found.head),
        "head": found.head,
        "body": mark_safe(body_of(found.head)[0]),
        "may": {deed.value for deed in deeds},
        "own_text": own and found.state == State.REVIEW
        and permissions.may_publish(user, found.unit, on=at.date()),
        "missing": telling.missing(found.head),
        "revisions": [
            {
                "number": revision.number,
                "author": names.get(revision.author, ""),
                "saved_at": revision.saved_at,
                "note": revision.note,
                "is_live": revision.pk == found.live_id,
                "is_head": revision.pk == found.head_id,
            }
            for revision in revisions
        ],
        "history": [telling.entry(one, names) for one in history],
        "readers": selectors.readers_of([found.code])[found.code],
        "author": names.get(found.head.author, ""),
        "soonest": f"{at + timedelta(minutes=5):%Y-%m-%dT%H:%M}",
        "published_at": found.published_at,
        "reason": telling.last_reason(found, history),
        **_state(found),
    }  # fmt: skip


@power_required(Power.READ)
def preview(request: SignedInRequest, code: str) -> HttpResponse:
    """The newest text as readers would see it."""
    found = found_for(request, code, clock.now())
    assert found.head is not None
    body, body_lang = body_of(found.head)
    return render(
        request,
        "portal/preview.html",
        {
            "article": shown(found, found.head),
            "body": mark_safe(body),
            "body_lang": body_lang,
            "picture": selectors.picture(found.head.image),
            "readers": None,
            "number": found.head.number,
        },
    )


@require_POST
@power_required(Power.READ)
def act(request: SignedInRequest, code: str) -> HttpResponse:
    """Do one thing with the article, and say how it went."""
    at = clock.now()
    found = found_for(request, code, at)
    form = forms.ActForm(request.POST)
    answer = redirect("portal:article_desk", code=found.code)
    if not form.is_valid():
        messages.error(request, services.Refused().message)
        return answer
    deed = Deed(form.cleaned_data["deed"])
    assert found.head is not None
    if form.cleaned_data["number"] != found.head.number:
        messages.error(request, services.NotAllowedNow().message)
        return answer
    if deed not in permissions.deeds_for(request.user, found, on=at.date()):
        _refuse(request, found, deed, at)
        return answer
    try:
        _do(request.user, found, deed, form.cleaned_data, at)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, telling.done(deed))
    return answer


def _refuse(request: SignedInRequest, found: Article, deed: Deed, at: datetime) -> None:
    """Say kindly what the person could do at another time; nobody else may even ask."""
    if deed == Deed.APPROVE and permissions.may_publish(request.user, found.unit, on=at.date()):
        own = found.head is not None and found.head.author == request.user.actor
        messages.error(request, (services.FourEyes if own else services.NotAllowedNow)().message)
    elif permissions.may_publish(request.user, found.unit, on=at.date()) or (
        permissions.may_write(request.user, found.unit, on=at.date())
        and deed in {Deed.SUBMIT, Deed.RETURN, Deed.REOPEN}
    ):
        messages.error(request, services.NotAllowedNow().message)
    else:
        raise PermissionDenied


def _do(user: User, found: Article, deed: Deed, data: dict[str, Any], at: datetime) -> None:
    reason = data["reason"]
    match deed:
        case Deed.SUBMIT:
            services.move(article=found, to=State.REVIEW, by=user, at=at)
        case Deed.RETURN | Deed.REOPEN:
            services.move(article=found, to=State.DRAFT, by=user, at=at, reason=reason)
        case Deed.APPROVE:
            services.move(article=found, to=State.APPROVED, by=user, at=at)
        case Deed.PUBLISH:
            services.publish(article=found, by=user.actor, at=at)
        case Deed.SCHEDULE:
            if data["publish_at"] is None:
                raise services.NotThen
            services.schedule(article=found, publish_at=data["publish_at"], by=user, at=at)
        case Deed.UNSCHEDULE:
            services.unschedule(article=found, by=user, at=at)
        case Deed.WITHDRAW:
            services.withdraw(article=found, by=user, at=at, reason=reason)
        case Deed.PIN | Deed.UNPIN:
            services.pin(article=found, pinned=deed == Deed.PIN, by=user, at=at)
        case Deed.EDIT:  # Has a page of its own.
            raise services.NotAllowedNow


@power_required(Power.READ)
def revision(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """What a revision changed: against the one before it, or another one."""
    at = clock.now()
    found = found_for(request, code, at)
    newer = _revision(found, number)
    asked = request.GET.get("against", "")
    against = int(asked) if asked.isdecimal() and len(asked) < 6 else number - 1
    older = _revision(found, against) if against else None
    return render(
        request,
        "portal/revision.html",
        {
            "article": shown(found, newer),
            "title": newer.title_vi,
            "number": number,
            "against": against,
            "numbers": [n for n in range(1, found.head.number + 1) if n != number]
            if found.head else [],
            "author": selectors.names_of({newer.author}).get(newer.author, ""),
            "saved_at": newer.saved_at,
            "note": newer.note,
            **_compared(older, newer),
            "may_restore": number != (found.head.number if found.head else 0)
            and Deed.EDIT in permissions.deeds_for(request.user, found, on=at.date()),
            "head_number": found.head.number if found.head else 0,
        },
    )  # fmt: skip


def _revision(found: Article, number: int) -> Revision:
    try:
        return found.revisions.get(number=number)
    except Revision.DoesNotExist as error:
        raise Http404 from error


def _compared(older: Revision | None, newer: Revision) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    unchanged: list[str] = []
    for name in COMPARED:
        before, after = getattr(older, name) if older else "", getattr(newer, name)
        if before == after:
            unchanged += [telling.label(name)] * bool(after)
        elif name == "image":
            codes = (("gone", before), ("new", after))
            urls = [(kind, picture_url(code, SMALL)) for kind, code in codes if code]
            parts.append({"label": telling.label(name), "pictures": urls})
        else:
            lines = changes(_lines(name, before), _lines(name, after))
            lang = "en" if name.endswith("_en") else "vi"
            parts.append({"label": telling.label(name), "lines": lines, "lang": lang})
    return {"parts": parts, "unchanged": unchanged}


def _lines(name: str, text: str) -> list[str]:
    return lines_of(text) if name.startswith("body") else text.splitlines()


@require_POST
@power_required(Power.WRITE)
def restore(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Bring an older revision back as the newest one."""
    at = clock.now()
    found = found_for(request, code, at)
    if not permissions.may_write(request.user, found.unit, on=at.date()):
        raise PermissionDenied
    _revision(found, number)
    try:
        fresh = services.restore(article=found, number=number, by=request.user, at=at)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            _("Revision %(old)d is back, as revision %(new)d.")
            % {"old": number, "new": fresh.number},
        )
    return redirect("portal:article_desk", code=found.code)
