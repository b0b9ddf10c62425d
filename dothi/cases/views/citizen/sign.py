"""The last step: sign what was checked, and send it. Works without a script."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import rules, services
from dothi.cases.choices import Assurance
from dothi.cases.services import Refused
from dothi.cases.views.citizen import forms, showing
from dothi.cases.views.citizen.apply import page, renewed, step
from dothi.cases.views.citizen.way import CHECK, SIGN, Work
from dothi.core.limits.http import limited
from dothi.procedures.choices import Signing

HOUR = timedelta(hours=1)
SENT = "cases_sent"


@limited("cases.sign", limit=60, per=HOUR)
@step
def sign(request: HttpRequest, work: Work) -> HttpResponse:
    """Sign with name and declaration, a code or a certificate; then it is sent."""
    turned = _turned_back(request, work)
    if turned is not None:
        return turned
    deed = _DEEDS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if deed is not None:
        return deed(request, work)
    return _shown(request, work, _form(request, work))


@step
def sheet(request: HttpRequest, work: Work) -> HttpResponse:
    """The application as a PDF, to be signed with one's own certificate."""
    turned = _turned_back(request, work)
    if turned is not None:
        return turned
    content = services.sheet_to_sign(draft=work.draft, at=work.at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{work.definition.code}.pdf"'
    return response


def _turned_back(request: HttpRequest, work: Work) -> HttpResponse | None:
    """To the step before, where something is open or the version is another one meanwhile."""
    elsewhere = renewed(request, work)
    if elsewhere is not None:
        return elsewhere
    if showing.still_open(work):
        messages.error(request, _("Something is still open. Please look at the list above."))
        return redirect(work.url(CHECK))
    return None


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _form(request: HttpRequest, work: Work, data: Any = None) -> forms.SignForm:
    return forms.SignForm(data, certified=_signed(work) is not None)


def _signed(work: Work) -> Mapping[str, Any] | None:
    return services.signed_of(work.draft, at=work.at)


def _shown(
    request: HttpRequest, work: Work, form: forms.SignForm, *,
    upload: forms.SignedFileForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    needed = services.needed_for(work.draft)
    level = services.level_of(work.draft, _user(request), at=work.at)
    certificate = _signed(work)
    enough = rules.suffices(needed, Assurance.CERTIFICATE if certificate else level)
    context = {
        "form": form, "upload": upload or forms.SignedFileForm(), "needed": needed,
        "facts": showing.to_sign(work, at=work.at), "enough": enough, "signed": certificate,
        "by_code": level == Assurance.NAME and needed != Signing.CERTIFICATE,
        "code_needed": needed == Signing.PROVED, "level": level,
        "code_waits": services.code_waits(work.draft, at=work.at),
        "code_form": forms.OneTimeForm(),
        "address": showing.masked_mail(services.address_of(work.draft)),
        "certificates": services.certificates_taken(),
        "only_certificate": needed == Signing.CERTIFICATE,
    }  # fmt: skip
    return page(request, work, SIGN, context, status=status)


# --- What the page can do ------------------------------------------------------------------------


def _send(request: HttpRequest, work: Work) -> HttpResponse:
    form = _form(request, work, request.POST)
    if not form.is_valid():
        return _shown(request, work, form, status=422)
    user, certificate = _user(request), _signed(work)
    level = services.level_of(work.draft, user, at=work.at)
    level = Assurance.CERTIFICATE if certificate else level
    name = certificate["name"] if certificate else form.cleaned_data["name"]
    try:
        done = services.sign_and_send(
            draft=work.draft, level=level, name=name, at=work.at, account=user,
            certified=certificate,
        )  # fmt: skip
    except services.LinkDoesNotOpen:
        raise
    except services.VersionChanged as error:
        services.renew(draft=work.draft, at=work.at)
        messages.warning(request, error.message)
        return redirect(work.url(CHECK))
    except Refused as error:
        form.add_error(None, error.message)
        return _shown(request, work, form, status=422)
    request.session[SENT] = [done.dossier.code, done.secret]
    return redirect(reverse("cases:thanks"))


def _send_code(request: HttpRequest, work: Work) -> HttpResponse:
    try:
        services.send_code(draft=work.draft, at=work.at)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The code is on its way. Look into your e-mail."))
    return redirect(f"{work.url(SIGN)}#by-code")


def _use_code(request: HttpRequest, work: Work) -> HttpResponse:
    if services.use_code(draft=work.draft, typed=request.POST.get("code", ""), at=work.at):
        messages.success(request, _("The code is right. Now sign and send."))
        return redirect(work.url(SIGN))
    messages.error(request, _("This is not the code, or it opens no more. Ask for a new one."))
    return redirect(f"{work.url(SIGN)}#by-code")


def _upload(request: HttpRequest, work: Work) -> HttpResponse:
    upload = forms.SignedFileForm(request.POST, request.FILES)
    if upload.is_valid():
        try:
            services.take_signed(draft=work.draft, file=upload.cleaned_data["file"], at=work.at)
        except Refused as error:
            upload.add_error("file", error.message)
        else:
            return redirect(work.url(SIGN))
    return _shown(request, work, _form(request, work), upload=upload, status=422)


def _drop(request: HttpRequest, work: Work) -> HttpResponse:
    services.drop_signed(draft=work.draft, at=work.at)
    return redirect(work.url(SIGN))


_DEEDS: dict[str, Callable[[HttpRequest, Work], HttpResponse]] = {
    "send": _send, "send-code": _send_code, "use-code": _use_code, "upload": _upload, "drop": _drop,
}  # fmt: skip
