"""What a project asks of whom."""

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from dothi.accounts.choices import Role
from dothi.core.inbox import services as inbox
from dothi.datastore.resolution import selectors
from dothi.datastore.resolution.choices import State
from dothi.datastore.resolution.models import GoldenTable, Project

APPROVE, REVIEW = "resolution.approve", "resolution.review"
GOLDEN = "resolution.golden"


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


def _put(kind: str, title: str, project: Project, *, at: datetime, page: str = "project") -> None:
    with translation.override("vi"):
        url = reverse(f"resolution:{page}", args=[project.code])
    inbox.put(
        kind=kind,
        code=project.code,
        title=title,
        unit_code=project.unit.code,
        role=Role.STEWARD,
        due_at=None,
        group=project.state,
        url=url,
        at=at,
    )
