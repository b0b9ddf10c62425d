"""Where articles are written. Works without a script: the text is then typed as plain text."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.core.attachments.rules import Refused as FileRefused
from dothi.portal import forms, permissions, selectors, services
from dothi.portal.choices import Category, Power, State
from dothi.portal.models import Article
from dothi.portal.services import Text
from dothi.portal.views.desk import found_for
from dothi.portal.views.shared import LARGE, SMALL, picture_url

TEXTS = tuple(name for name in asdict(Text(title_vi="")) if name != "note")


@power_required(Power.WRITE)
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin a draft: a title, a kind and a unit; then the editor opens."""
    at = clock.now()
    units = selectors.writable_units(request.user, at=at)
    form = forms.BeginForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        unit = next(unit for unit in units if unit.code == data["unit"])
        article = services.write(
            category=Category(data["category"]),
            unit=unit,
            text=Text(title_vi=data["title_vi"]),
            by=request.user,
            at=at,
        )
        return redirect("portal:edit", code=article.code)
    return render(request, "portal/begin.html", {"form": form}, status=422 if form.errors else 200)


@power_required(Power.WRITE)
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Write: what is saved is a new revision, so nothing that was there is lost."""
    at = clock.now()
    found = _writable(request, code, at)
    if found.state == State.WITHDRAWN:
        messages.error(request, _("Reopen the article before you edit it."))
        return redirect("portal:article_desk", code=code)
    pictures = [picture.code for picture in selectors.pictures_of(found)]
    form = _form(request, found, pictures)
    if request.method == "POST" and form.is_valid():
        answer = _save(request, found, form, at)
        if answer is not None:
            return answer
        pictures = [picture.code for picture in selectors.pictures_of(found)]
    return _editor(request, found, form, pictures)


def _form(request: SignedInRequest, found: Article, pictures: list[str]) -> forms.ArticleForm:
    head = found.head
    assert head is not None
    initial = {name: getattr(head, name) for name in TEXTS}
    initial |= {"category": found.category, "number": head.number}
    return forms.ArticleForm(
        request.POST or None, request.FILES or None, pictures=pictures, initial=initial
    )


def _save(
    request: SignedInRequest, found: Article, form: forms.ArticleForm, at: datetime
) -> HttpResponse | None:
    """Save what the form holds; None when the person has to look at it again."""
    assert found.head is not None
    data = form.cleaned_data
    if not _take_picture(request, found, form, at):
        return None
    if data["number"] != found.head.number:
        # What was typed stays; who saves again knows that it goes over the other text.
        form.put("number", str(found.head.number))
        form.add_error(None, _("Somebody saved revision %(number)d while you were writing. Compare "
                               "it first; if you save again, your text becomes the newest.")
                       % {"number": found.head.number})  # fmt: skip
        return None
    text = Text(**{name: data[name] for name in TEXTS}, note=data["note"])
    if _is_unchanged(found, text, data["category"]):
        messages.info(request, _("Nothing was changed."))
    else:
        try:
            fresh = services.revise(
                article=found, text=text, by=request.user, at=at,
                category=Category(data["category"]),
            )  # fmt: skip
        except services.Refused as error:
            form.add_error(None, error.message)
            return None
        messages.success(request, _("Saved as revision %(number)s") % {"number": fresh.number})
    if request.POST.get("then") == "submit":
        _submit(request, found, at)
    return redirect("portal:article_desk", code=found.code)


def _take_picture(
    request: SignedInRequest, found: Article, form: forms.ArticleForm, at: datetime
) -> bool:
    upload = form.cleaned_data["new_picture"]
    if not upload:
        return True
    try:
        picture = services.add_picture(
            article=found, file=upload.file, name=upload.name, by=request.user, at=at
        )
    except FileRefused as error:
        form.add_error("new_picture", error.message)
        return False
    # Taken: should anything else have to be looked at again, the picture is not asked for twice.
    form.cleaned_data["image"] = picture.code
    form.put("image", picture.code)
    return True


def _is_unchanged(found: Article, text: Text, category: str) -> bool:
    head = found.head
    assert head is not None
    bodies = {"body_vi": services.clean(text.body_vi), "body_en": services.clean(text.body_en)}
    return found.category == category and all(
        bodies.get(name, getattr(text, name).strip()) == getattr(head, name) for name in TEXTS
    )


def _submit(request: SignedInRequest, found: Article, at: datetime) -> None:
    try:
        services.move(article=found, to=State.REVIEW, by=request.user, at=at)
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("Sent to review. It stands in “My work” of those who may approve it.")
        )


def _editor(
    request: SignedInRequest, found: Article, form: forms.ArticleForm, pictures: list[str]
) -> HttpResponse:
    assert found.head is not None
    chosen = form["image"].value() or ""
    return render(
        request,
        "portal/edit.html",
        {
            "form": form,
            "code": found.code,
            "title": found.head.title_vi,
            "state": found.state,
            "live": found.live_id is not None,
            "head_number": found.head.number,
            "has_english": bool(form["title_en"].value() or form["body_en"].value()),
            "pictures": [
                {
                    "code": picture,
                    "url": picture_url(picture, SMALL),
                    "large": picture_url(picture, LARGE),
                    "chosen": picture == chosen,
                }
                for picture in pictures
            ],
            "none_chosen": not chosen,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@power_required(Power.WRITE)
def add_picture(request: SignedInRequest, code: str) -> JsonResponse:
    """Take a picture for the running text; the editor's script asks for it."""
    at = clock.now()
    found = _writable(request, code, at)
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        return JsonResponse({"error": _("Please choose a picture.")}, status=422)
    try:
        picture = services.add_picture(
            article=found, file=upload.file, name=upload.name or "", by=request.user, at=at
        )
    except FileRefused as error:
        return JsonResponse({"error": error.message}, status=422)
    size: dict[str, Any] = _fitted(picture.width or LARGE, picture.height or LARGE)
    url = reverse("files:rendition", args=[picture.code, LARGE])
    return JsonResponse({"url": url, **size}, status=201)


def _fitted(width: int, height: int) -> dict[str, int]:
    """The size of the rendition, so that the page does not jump while it loads."""
    factor = min(1.0, LARGE / max(width, height))
    return {"width": round(width * factor), "height": round(height * factor)}


def _writable(request: SignedInRequest, code: str, at: datetime) -> Article:
    found = found_for(request, code, at)
    if not permissions.may_write(request.user, found.unit, on=at.date()):
        raise PermissionDenied
    return found
