"""Facts that resolution tells the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class ProjectMoved(Event):
    """A project was asked for, approved, refused or ended."""

    name: ClassVar[str] = "resolution.project_moved"
    code: str
    unit_code: str
    kind: str
    was: str
    now: str


class RunBegan(Event):
    """A worker began to compare all lists of a project."""

    name: ClassVar[str] = "resolution.run_began"
    code: str
    unit_code: str
    run: int


class RunFailed(Event):
    """A run ended without a result."""

    name: ClassVar[str] = "resolution.run_failed"
    code: str
    unit_code: str
    run: int


class RunFinished(Event):
    """All lists of a project were compared anew."""

    name: ClassVar[str] = "resolution.run_finished"
    code: str
    unit_code: str
    kind: str
    run: int
    rows: int
    linked: int
    to_review: int
    clusters: int


class ClustersChanged(Event):
    """A person changed which rows are one."""

    name: ClassVar[str] = "resolution.clusters_changed"
    code: str
    unit_code: str
    change: str
    entities: list[str]


class GoldenTableMoved(Event):
    """A table of golden records was asked for, approved, refused or ended."""

    name: ClassVar[str] = "resolution.golden_moved"
    code: str
    unit_code: str
    dataset: str
    was: str
    now: str


class GoldenPublished(Event):
    """The golden records of a project are a new version of their table."""

    name: ClassVar[str] = "resolution.golden_published"
    code: str
    unit_code: str
    dataset: str
    version: int
    rows: int


class GoldenWorkMoved(Event):
    """A worker was asked to make golden records, began, ended, or was stopped."""

    name: ClassVar[str] = "resolution.golden_work_moved"
    code: str
    unit_code: str
    dataset: str
    aim: str
    was: str
    now: str
