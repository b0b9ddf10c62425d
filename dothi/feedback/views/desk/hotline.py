"""Hotline 1022: items in from a file, after a look at what would become of each; results out."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.downloads import Sent, send
from dothi.feedback import permissions, selectors, services
from dothi.feedback.choices import ImportKind
from dothi.feedback.services import Refused, hotline

FEW = 50


def _check(request: SignedInRequest) -> None:
    if not permissions.may_import(request.user, on=clock.now().date()):
        raise PermissionDenied


@staff_required
def page(request: SignedInRequest) -> HttpResponse:
    """Send a file and look through it; take results out; read what the columns are."""
    _check(request)
    at = clock.now()
    context: dict[str, Any] = {}
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise services.UnreadableFile(_("Please choose a file."))
            if (upload.size or 0) > hotline.MOST_BYTES:
                raise services.UnreadableFile(
                    _("The file is larger than 10 MB. Please send it in parts.")
                )
            content = upload.read()
            lines = hotline.read_file(upload.name or "", content)
            report = hotline.preview(lines, at=at)
            kept = hotline.keep_file(
                name=upload.name or "1022", content=content, by=request.user, at=at
            )
        except Refused as error:
            context["error"] = error.message
        else:
            context |= {"report": report, "kept": kept, "faults": report.faults[:FEW],
                        "more": max(0, len(report.faults) - FEW)}  # fmt: skip
    return render(
        request,
        "feedback/desk/hotline.html",
        context | _around(),
        status=422 if "error" in context else 200,
    )


def _around() -> dict[str, Any]:
    waiting = selectors.hotline.results()
    return {
        "columns": hotline.COLUMNS,
        "results": hotline.RESULTS,
        "runs": selectors.runs(kind=ImportKind.HOTLINE, limit=10),
        "aside": sum(one.rows for one in selectors.faults() if one.kind == ImportKind.HOTLINE),
        "ready": waiting.count(),
    }


@staff_required
@require_POST
def take(request: SignedInRequest) -> HttpResponse:
    """Take in the file that was looked through."""
    _check(request)
    at = clock.now()
    code = request.POST.get("kept", "")
    try:
        name, content = hotline.kept_file(code=code, by=request.user, at=at)
    except Refused:
        messages.error(request, _("The file is no longer kept here. Please send it again."))
        return redirect("feedback:hotline")
    report = hotline.import_items(name, hotline.read_file(name, content), by=request.user, at=at)
    hotline.forget_file(code=code, by=request.user)
    messages.success(
        request,
        _("%(added)d new, %(known)d known before, %(aside)d put aside.")
        % {"added": len(report.added), "known": len(report.known), "aside": len(report.faults)},
    )
    return redirect("feedback:quarantine" if report.faults else "feedback:hotline")


@staff_required
def results(request: SignedInRequest) -> HttpResponseBase:
    """The results as a file. By POST they are marked as delivered."""
    _check(request)
    at = clock.now()
    data = request.POST if request.method == "POST" else request.GET
    try:
        since = date.fromisoformat(data["since"]) if data.get("since") else None
    except ValueError:
        messages.error(request, _("Please give the day as year, month and day."))
        return redirect("feedback:hotline")
    rows = list(selectors.hotline.results(since=since, all_of_them=data.get("all") == "1"))
    with override("vi"):  # 1022 reads Vietnamese.
        lines = [hotline.result_line(row) for row in rows]
    head = hotline.result_head()
    if request.method == "POST":
        hotline.mark_delivered(tickets=rows, by=request.user, at=at)
    else:
        record("feedback.hotline_looked", subject="feedback.hotline", by=request.user.actor, at=at)
    form = "csv" if data.get("form") == "csv" else "xlsx"
    return send(form, head, lines, f"1022-{at:%Y%m%d-%H%M}")


SAMPLE = (
    ("1022-2611-0001", "2026-11-27 08:30", "Chiếu sáng công cộng", "Đèn đường tắt hai đêm liền.",
     "42 Lý Nam Đế", "Phường Minh Phụng", "", "", "Nguyễn Văn A", "0900000001", ""),
    ("1022-2611-0002", "27/11/2026 09:05", "Rác và vệ sinh", "Rác xây dựng đổ đầu hẻm.",
     "", "", "10.7626, 106.6422", "x", "", "", ""),
)  # fmt: skip


@staff_required
def sample(request: SignedInRequest, form: str) -> Sent:
    """A file with the columns and two invented lines."""
    _check(request)
    at = clock.now()
    names = [row.name_vi for row in selectors.catalogue.current().categories(on=at.date())]
    rows = [list(row) for row in SAMPLE]
    for number, row in enumerate(rows):
        row[1] = f"{at:%Y-%m-%d} 08:{30 + number}"
        row[2] = names[number % len(names)] if names else row[2]
    head = [column.head_vi for column in hotline.COLUMNS]
    return send(form, head, rows, "1022-mau")
