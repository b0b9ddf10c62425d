"""A ward with two stewards, two lists, and projects in each state."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa

from dothi.accounts.models import User
from dothi.accounts.tests.factories import MONDAY_9AM
from dothi.datastore.resolution import ports, services
from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.models import Project, Run
from dothi.datastore.resolution.services import ListAsked
from dothi.units.models import Unit

AT = MONDAY_9AM
LATER = AT + timedelta(hours=1)
EXPIRES = date(2026, 12, 31)
ROLES = ("full_name", "birth", "sex", "citizen_id", "phone", "address")


class HeldLists:
    """Lists in memory, for tests that need no store (`ports.Lists`)."""

    def __init__(self, lists: Mapping[str, pa.Table]) -> None:
        self.lists = dict(lists)
        self.version = 1

    def codes(self) -> Sequence[str]:
        return sorted(self.lists)

    def columns(self, dataset: str) -> Sequence[str]:
        return self.lists[dataset].column_names if dataset in self.lists else ()

    def read(self, dataset: str, columns: Sequence[str]) -> tuple[pa.Table, str]:
        if missing := set(columns) - set(self.columns(dataset)):
            raise ports.ListMissing(f"{dataset}: {', '.join(sorted(missing))}")
        return self.lists[dataset].select(list(columns)), str(self.version)


def row(key: str, name: str, birth: str = "", **said: str) -> dict[str, str]:
    return {"key": key, "full_name": name, "birth": birth, **said}


def table(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    names = ("key", *ROLES)
    return pa.table({name: [one.get(name, "") for one in rows] for name in names})


# Lan stands on both lists, plainly. Minh may be one or two: people have to say. The rest is alone.
REGISTER = [
    row("r1", "Trần Thị Lan", "05/03/1981", sex="Nữ", citizen_id="079181001234",
        phone="0903111222", address="12/3 Lê Đại Hành, phường Phú Thọ"),
    row("r2", "Nguyễn Văn Minh", "17/09/1975", sex="Nam", address="7 Âu Cơ, phường Hòa Bình"),
    row("r3", "Lý Gia Bảo", "02/02/2001", sex="Nam", address="9 Lò Siêu, phường Phú Thọ"),
]  # fmt: skip
WELFARE = [
    row("w1", "TRAN THI LAN", "05/03/1981", sex="Nữ", citizen_id="079181001234"),
    row("w2", "Nguyễn Văn Minh", "1975", sex="Nam", address="212 Âu Cơ, phường Hòa Bình"),
    row("w3", "Huỳnh Kim Hoa", "11/11/1990", sex="Nữ"),
]  # fmt: skip


def hold(**lists: Sequence[Mapping[str, str]]) -> HeldLists:
    held = HeldLists({code: table(rows) for code, rows in lists.items()})
    ports.hold(held)
    return held


def listed(*datasets: str) -> list[ListAsked]:
    return [
        ListAsked(dataset=one, key="key", roles={role: role for role in ROLES}) for one in datasets
    ]


def ask(unit: Unit, by: User, *datasets: str, **more: object) -> Project:
    return services.ask(
        **{
            "kind": Kind.PERSON,
            "title": "Rà soát người hưởng trợ cấp",
            "purpose": "Tìm người được ghi hai lần trong danh sách trợ cấp.",
            "legal_basis": "Luật 91/2025/QH15, Điều 13",
            "unit": unit,
            "lists": listed(*(datasets or ("register", "welfare"))),
            "expires_on": EXPIRES,
            "by": by,
            "at": AT,
            # Lists of three rows hold few pairs, so that little evidence would seem enough.
            "link_at": 20.0,
            **more,
        }  # type: ignore[arg-type]
    )


def approved(unit: Unit, asker: User, steward: User, *datasets: str, **more: object) -> Project:
    project = ask(unit, asker, *datasets, **more)
    services.approve(project=project, by=steward, at=AT)
    return project


def compared(project: Project, by: User) -> Run:
    run = services.start(project=project, by=by, at=AT)
    services.carry_out(run, at=AT)
    run.refresh_from_db()
    return run
