"""What a project asks of whom."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.inbox import services as inbox
from dothi.core.notices import services as outbox
from dothi.core.notices.choices import Channel
from dothi.datastore.resolution import registry, selectors
from dothi.datastore.resolution.choices import Aim, State, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork, Project

APPROVE, REVIEW = "resolution.approve", "resolution.review"
GOLDEN, GOLDEN_WORK = "resolution.golden", "resolution.golden_work"


def lay(project: Project, *, at: datetime) -> None:
    """Put on the steward's table what the project asks for now, and take off the rest."""
    if project.state == State.ASKED:
        _put(APPROVE, f"Duyệt mục đích đối sánh: {project.title}", project, at=at)
    else:
        inbox.close(kind=APPROVE, code=project.code)
    if project.state == State.APPROVED and selectors.waiting(project).exists():
        _put(REVIEW, f"Xem cặp nghi trùng: {project.title}", project, at=at)
    else:
        inbox.close(kind=REVIEW, code=project.code)


def lay_golden(table: GoldenTable, *, at: datetime) -> None:
    """The same for the table of golden records."""
    if table.state == State.ASKED:
        title = f"Duyệt bảng bản ghi chuẩn: {table.title_vi}"
        _put(GOLDEN, title, table.project, at=at, page="golden")
    else:
        inbox.close(kind=GOLDEN, code=table.project.code)


def lay_work(work: GoldenWork, *, at: datetime) -> None:
    """On the table of who asked while there is an answer to look at; off it else."""
    title = _title(work)
    if not title:
        take_off_work(work.table)
        return
    person = accounts.person_of(work.asked_by)
    _put(GOLDEN_WORK, title, work.table.project, at=at, page="golden", person=person)


def _title(work: GoldenWork) -> str:
    if work.state == WorkState.FAILED:
        return f"Chưa làm được bảng bản ghi chuẩn: {work.table.title_vi}"
    if work.state == WorkState.DONE and work.aim == Aim.LOOK:
        return f"Xem thay đổi của bảng bản ghi chuẩn: {work.table.title_vi}"
    return ""


def take_off_work(table: GoldenTable) -> None:
    inbox.close(kind=GOLDEN_WORK, code=table.project.code)


def write_of_work(work: GoldenWork, *, at: datetime) -> None:
    """Write to who asked how it ended."""
    person = accounts.person_of(work.asked_by)
    asker = User.objects.filter(pk=person or 0, is_active=True).first()
    if asker is None or not asker.email:
        return
    with translation.override(asker.language):
        path = reverse("resolution:golden", args=[work.table.project.code])
        title = work.table.title
    outbox.send(
        template=registry.GOLDEN_WORK.code,
        to=outbox.Recipient(channel=Channel.EMAIL, address=asker.email, language=asker.language),
        context={
            "title": title, "looked": work.aim == Aim.LOOK, "link": f"{settings.PUBLIC_URL}{path}",
            "failed": work.state == WorkState.FAILED, "version": work.version,
        },
        at=at,
        dedupe=f"resolution.golden_work:{work.pk}:{work.state}",
    )  # fmt: skip


def _put(
    kind: str,
    title: str,
    project: Project,
    *,
    at: datetime,
    page: str = "project",
    person: int | None = None,
) -> None:
    with translation.override("vi"):
        url = reverse(f"resolution:{page}", args=[project.code])
    inbox.put(
        kind=kind,
        code=project.code,
        title=title,
        unit_code=project.unit.code,
        role=Role.STEWARD,
        person_id=person,
        due_at=None,
        group=project.state,
        url=url,
        at=at,
    )
