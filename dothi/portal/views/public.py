"""The doors of readers: lists, search, an article, its share card."""

import json
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from dothi.core import clock
from dothi.lib import text_vi
from dothi.portal import rules, selectors, services
from dothi.portal.choices import Category
from dothi.portal.models import Article
from dothi.portal.views.shared import absolute, all_shown, body_of, count, shown, url_of
from dothi.units import selectors as units

PAGE = 12
WORDS = 100
CARD_LIVES = 86_400
# JSON inside a page: what could end the script element or begin another is spelled out.
_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def articles(request: HttpRequest, category: str = "") -> HttpResponse:
    """News of all kinds or of one, newest first; or what holds the words looked for."""
    count(request, selectors.SITE)
    kind = Category(category) if category else None
    words = text_vi.tidy(request.GET.get("q", ""))[:WORDS]
    found, next_url, total = _search(request, kind, words) if words else _page(request, kind)
    return render(
        request,
        "portal/list.html",
        {
            "articles": all_shown(found),
            "kind": kind,
            "kinds": [
                (one.label, reverse("portal:category", args=[one.value]), one == kind)
                for one in Category
            ],
            "words": words,
            "total": total,
            "next_url": next_url,
            "first_url": request.path if "before" in request.GET or "page" in request.GET else "",
            "feed_query": f"?{urlencode({'category': kind.value})}" if kind else "",
            "visits": _digits(),
        },
    )


def _page(request: HttpRequest, kind: Category | None) -> tuple[list[Article], str, int]:
    found, last = selectors.page_of(kind, before=request.GET.get("before", ""), limit=PAGE)
    return found, f"?{urlencode({'before': last})}" if last else "", 0


def _search(
    request: HttpRequest, kind: Category | None, words: str
) -> tuple[list[Article], str, int]:
    results = selectors.search(words)
    if kind:
        results = results.filter(category=kind)
    number = request.GET.get("page", "")
    page = int(number) if number.isdecimal() and len(number) < 5 else 1
    start = (max(page, 1) - 1) * PAGE
    found = list(results[start : start + PAGE + 1])
    more = f"?{urlencode({'q': words, 'page': str(page + 1)})}" if len(found) > PAGE else ""
    return found[:PAGE], more, results.count()


def _digits() -> dict[str, Any]:
    visits = selectors.visits()
    return {"count": visits, "digits": rules.digits(visits)}


def article(request: HttpRequest, code: str, slug: str = "") -> HttpResponse:
    """One article. Whatever stands after the code, its address is one."""
    found = selectors.known(code)
    if found is None:
        raise Http404
    if found.live is None:
        return render(request, "portal/withdrawn.html", {"code": found.code}, status=410)
    if (code, slug) != (found.code, found.slug):
        return redirect(url_of(found), permanent=True)
    count(request, found.code, selectors.SITE)
    picture = selectors.picture(found.live.image)
    body, body_lang = body_of(found.live)
    return render(
        request,
        "portal/article.html",
        {
            "article": shown(found),
            "body": mark_safe(body),
            "body_lang": body_lang,
            "picture": picture,
            "readers": selectors.readers_of([found.code])[found.code],
            "newer": all_shown(selectors.newer_than(found)),
            "earlier": all_shown(selectors.earlier_than(found)),
            "now": clock.now(),
            **_for_machines(found),
        },
    )


def _for_machines(found: Article) -> dict[str, Any]:
    """Where the article is, and what networks and search engines read of it."""
    assert found.live is not None
    # Without an English text, the English address shows the Vietnamese one: it is the original.
    own = get_language() != "en" or bool(found.live.title_en and found.live.body_en)
    with translation.override("vi" if not own else get_language()):
        canonical = absolute(url_of(found))
    card_url = absolute(reverse("portal:card", args=[found.code]))
    item = shown(found)
    changed = max(filter(None, (found.published_at, found.live.saved_at)))
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.title,
        "description": item.summary,
        "inLanguage": item.title_lang or get_language(),
        "datePublished": clock.local(found.published_at or changed).isoformat(),
        "dateModified": clock.local(changed).isoformat(),
        "image": [absolute(item.image) if item.image else card_url, card_url],
        "articleSection": str(item.category),
        "author": {"@type": "Organization", "name": item.byline or item.unit},
        "publisher": {"@type": "GovernmentOrganization", "name": _house()},
        "mainEntityOfPage": canonical,
        "isAccessibleForFree": True,
    }
    return {
        "canonical": canonical,
        "card_url": card_url,
        "changed_at": changed,
        "facts": _json(facts),
        "locale": "vi_VN" if (item.title_lang or get_language()) == "vi" else "en_GB",
        "qr": _qr(canonical),
    }


def _json(facts: dict[str, Any]) -> SafeString:
    return mark_safe(json.dumps(facts, ensure_ascii=False).translate(_SAFE))


def _qr(text: str) -> SafeString:
    """The address as a drawing, so that a printed page finds its way back."""
    code = segno.make(text, error="m")
    return mark_safe(
        code.svg_inline(border=1, omitsize=True, svgclass="qr", lineclass=None, unit=None)
    )


def _house() -> str:
    return units.root(on=clock.now().date()).name


def card(request: HttpRequest, code: str) -> HttpResponse:
    """The picture that networks show where the address is shared."""
    found = selectors.live().filter(code=code).first()
    if found is None:
        raise Http404
    language = get_language() or "vi"
    response = HttpResponse(
        services.card(article=found, language=language, house=_house()), content_type="image/jpeg"
    )
    response["Cache-Control"] = f"public, max-age={CARD_LIVES}"
    return response
