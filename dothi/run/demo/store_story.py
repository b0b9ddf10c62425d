"""Data that people bring in by hand, and two lists that are matched: by the verbs that pages call.

The steward receives three files of `demo/store`. In the list of trees some lines are faulty: a few
are mended, a few wait. The register of the elderly and the list of support are matched; of the
doubtful pairs some are decided, some wait, and the golden records are a table of the store.
"""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import (
    Classification,
    Licence,
    Notation,
    Rhythm,
    Share,
    Theme,
    Type,
)
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.ingestion import selectors as coming
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.models import Run
from dothi.datastore.resolution import selectors as matching
from dothi.datastore.resolution import services as resolution
from dothi.datastore.resolution.choices import Kind, Verdict
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.datastore.sharing import services as sharing
from dothi.datastore.tables.choices import PersonBy
from dothi.run.demo.feedback_story import somebody
from dothi.run.house import ROOT
from dothi.units import selectors as units
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

FILES = ROOT / "demo" / "store"
WARD = "27238"
TREES, ELDERLY, SUPPORT, GOLDEN = (
    "cay-xanh", "nguoi-cao-tuoi", "tro-cap", "nguoi-huong-tro-cap"
)  # fmt: skip
DAY = "%d/%m/%Y"
PERSONAL, SENSITIVE = Classification.PERSONAL, Classification.SENSITIVE
LAW = "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15"
# What the steward writes into faulty cells of the list of trees: code → head → text.
MENDED = {
    "C-007": {"Chiều cao (m)": "11,5"},
    "C-012": {"Chiều cao (m)": "12,5"},
    "C-018": {"Ngày trồng": "28/02/2015"},
}


PURPOSE = "Tìm người được ghi hai lần để chi trả trợ cấp đúng một lần cho mỗi người."
# In short lists little evidence would seem enough to link; what is less sure is left to people.
LINK_AT, REVIEW_AT = 30.0, 0.0


def base(at: datetime) -> None:
    """All of it, in the ten days before `at`."""
    steward = _holder(Role.STEWARD, None, at)
    root, ward = units.root(on=at.date()), units.unit_of(WARD, on=at.date())
    bring_in_trees(root, steward, at - timedelta(days=9))
    for contract, title_vi, title_en in (
        (_elderly(), "Sổ theo dõi người cao tuổi", "Register of the elderly"),
        (_support(), "Danh sách hưởng trợ cấp xã hội", "List of social support"),
    ):
        _bring_in_list(contract, title_vi, title_en, ward, steward, at - timedelta(days=8))
    match(ward, steward, at - timedelta(days=7))


def _holder(role: Role, unit: Unit | None, at: datetime) -> User:
    found = somebody(role, unit.pk if unit else None, at)
    assert found is not None, f"the sample has nobody who is {role}"
    return found


# --- Brought in by hand ---------------------------------------------------------------------------


def bring_in_trees(unit: Unit, steward: User, at: datetime) -> Run:
    """A dirty file: lines are put aside, three are mended and taken in, the others wait."""
    contract = _trees()
    dataset = _dataset(
        contract, unit, steward, at,
        catalogue.Description(
            title_vi="Cây xanh đường phố", title_en="Street trees",
            description_vi="Từng cây xanh trên đường của bốn phường: loài, chiều cao, ngày trồng và"
            " tình trạng. Số liệu mẫu, nhập tay từ bảng tính.",
            description_en="Each tree in the streets of the four wards: species, height, day of"
            " planting and condition. Sample data, brought in by hand from a sheet.",
            share=Share.OPEN, licence=Licence.CC_BY, themes=(Theme.ENVIRONMENT,),
            keywords=("cây xanh", "đường phố"), rhythm=Rhythm.YEARLY, sample=True,
        ),
    )  # fmt: skip
    run = _read(contract, steward, at)
    later = at + timedelta(hours=2)
    for line in coming.lines_aside(run):
        cells = {head: text or "" for head, text in json.loads(line.cells).items()}
        if put := MENDED.get(cells["Mã cây"]):
            ingestion.correct(line, contract, cells=cells | put, by=steward.actor, at=later)
    ingestion.take_corrected(run, contract, by=steward.actor, at=later)
    _publish(dataset, run, contract, steward, later)
    return run


def _bring_in_list(
    contract: Contract, title_vi: str, title_en: str, unit: Unit, steward: User, at: datetime
) -> None:
    dataset = _dataset(
        contract, unit, steward, at,
        catalogue.Description(
            title_vi=title_vi, title_en=title_en,
            description_vi="Danh sách mẫu của phường, mọi người trong đó đều là bịa.",
            description_en="A sample list of the ward; everybody in it is invented.",
            share=Share.REQUEST, themes=(Theme.SOCIETY,), legal_basis=contract.legal_basis,
            place=unit, sample=True,
        ),
    )  # fmt: skip
    sharing.identify(
        dataset=dataset, column="citizen_id", named_by=PersonBy.NUMBER, by=steward.actor, at=at
    )
    _publish(dataset, _read(contract, steward, at), contract, steward, at)


def _dataset(
    contract: Contract, unit: Unit, steward: User, at: datetime, said: catalogue.Description
) -> "Dataset":
    made = catalogue.create(
        code=contract.dataset, unit=unit, description=said, by=steward.actor, at=at
    )
    catalogue.agree(dataset=made, contract=contract, by=steward.actor, at=at)
    return made


def _read(contract: Contract, steward: User, at: datetime) -> Run:
    file = FILES / f"{contract.dataset}.csv"
    delivery = ingestion.receive(
        dataset=contract.dataset, chunks=[file.read_bytes()], name=file.name, by=steward.actor,
        at=at,
    )  # fmt: skip
    run = ingestion.begin(delivery, contract, by=steward.actor, at=at)
    return ingestion.read(run, contract, at=at)


def _publish(dataset: "Dataset", run: Run, contract: Contract, steward: User, at: datetime) -> None:
    ingestion.publish(run, contract, by=steward.actor, at=at)
    catalogue.publish(dataset=dataset, by=steward.actor, at=at)


# --- Two lists that are matched -------------------------------------------------------------------


def match(ward: Unit, steward: User, at: datetime) -> Project:
    """Compared, half looked at, and twice published: what came between is the difference."""
    officer = _holder(Role.SPECIALIST, ward, at)
    roles = ("full_name", "birth", "sex", "citizen_id", "phone", "address")
    project = resolution.ask(
        kind=Kind.PERSON, title="Rà soát người cao tuổi hưởng trợ cấp", purpose=PURPOSE,
        legal_basis=LAW, unit=ward, expires_on=(at + timedelta(days=180)).date(),
        lists=[
            resolution.ListAsked(
                dataset=ELDERLY, key="file_code", roles={one: one for one in roles},
                as_of="updated_on",
            ),
            resolution.ListAsked(
                dataset=SUPPORT, key="slip", roles={one: one for one in roles}
            ),
        ],
        link_at=LINK_AT, review_at=REVIEW_AT, by=officer, at=at,
    )  # fmt: skip
    resolution.approve(project=project, by=steward, at=at + timedelta(hours=1))
    run = resolution.start(project=project, by=officer, at=at + timedelta(hours=2))
    resolution.carry_out(run, at=at + timedelta(hours=2))
    table = resolution.ask_for_table(
        project=project, dataset=GOLDEN, title_vi="Người cao tuổi hưởng trợ cấp (bản ghi chuẩn)",
        title_en="Elderly people with support (golden records)", purpose=PURPOSE,
        share=Share.REQUEST, by=officer, at=at + timedelta(hours=3),
    )  # fmt: skip
    resolution.approve_table(table=table, by=steward, at=at + timedelta(hours=4))
    _publish_golden(table, steward, at + timedelta(hours=4))
    _look(project, officer, at + timedelta(days=1))
    _publish_golden(table, steward, at + timedelta(days=2))
    return project


def _publish_golden(table: GoldenTable, steward: User, at: datetime) -> None:
    seen = resolution.prepare(table, at=at).mark
    resolution.publish_table(table=table, seen=seen, by=steward, at=at)


def _look(project: Project, officer: User, at: datetime) -> None:
    """Half of the pairs are decided; two entities were merged by mistake, and parted again."""
    pairs = list(matching.waiting(project))
    for number, pair in enumerate(pairs[: len(pairs) // 2]):
        same = number % 3 != 2
        resolution.decide(
            pair=pair, verdict=Verdict.SAME if same else Verdict.DIFFERENT, by=officer,
            at=at + timedelta(minutes=number),
            reason="" if same else "Đã gọi điện: hai người cùng tên, ở hai nhà khác nhau.",
        )  # fmt: skip
    one, other = matching.entities_of(project).order_by("pk")[:2]
    merged = resolution.merge(
        one=one, other=other, by=officer, at=at + timedelta(hours=1),
        reason="Cùng số điện thoại liên hệ.",
    )  # fmt: skip
    resolution.undo(
        change=merged, by=officer, at=at + timedelta(hours=2),
        reason="Nhập nhầm: đó là số của tổ dân phố.",
    )  # fmt: skip


# --- What is agreed on each -----------------------------------------------------------------------


def _field(name: str, head: str, english: str, type: Type = Type.TEXT, **more: Any) -> Field:
    return Field(name=name, head=head, type=type, title_vi=head, title_en=english, **more)


def _trees() -> Contract:
    return Contract(
        dataset=TREES, version=1, key=("tree",), rhythm=Rhythm.YEARLY, faulty_at_most=0.2,
        fields=(
            _field("tree", "Mã cây", "Code of the tree", required=True, unique=True,
                   pattern="C-[0-9]{3}"),
            _field("species", "Loài", "Species", required=True),
            _field("height", "Chiều cao (m)", "Height", Type.NUMBER, unit="m", minimum="0",
                   maximum="60", notation=Notation.VIETNAMESE),
            _field("planted_on", "Ngày trồng", "Planted on", Type.DATE, date_format=DAY),
            _field("street", "Đường", "Street"),
            _field("ward", "Phường", "Ward",
                   allowed=("Minh Phụng", "Bình Thới", "Hòa Bình", "Phú Thọ")),
            _field("condition", "Tình trạng", "Condition", allowed=("Tốt", "Trung bình", "Yếu")),
        ),
    )  # fmt: skip


def _elderly() -> Contract:
    return Contract(
        dataset=ELDERLY, version=1, key=("file_code",), purpose="Chăm sóc, mừng thọ người cao tuổi",
        legal_basis="Luật Người cao tuổi 39/2009/QH12",
        fields=(
            _field("file_code", "Mã hồ sơ", "Number of the file", required=True, unique=True),
            _field("full_name", "Họ và tên", "Full name", required=True, classification=PERSONAL),
            _field("birth", "Ngày sinh", "Date of birth", classification=PERSONAL),
            _field("sex", "Giới tính", "Sex", classification=PERSONAL),
            _field("citizen_id", "Số định danh", "Identity number", classification=SENSITIVE),
            _field("phone", "Điện thoại", "Phone", classification=PERSONAL),
            _field("address", "Địa chỉ", "Address", classification=PERSONAL),
            _field("updated_on", "Ngày cập nhật", "Updated on", Type.DATE, date_format=DAY),
        ),
    )  # fmt: skip


def _support() -> Contract:
    return Contract(
        dataset=SUPPORT, version=1, key=("slip",), purpose="Chi trả trợ cấp xã hội",
        legal_basis="Nghị định 20/2021/NĐ-CP",
        fields=(
            _field("slip", "Số phiếu", "Number of the slip", required=True, unique=True),
            _field("full_name", "Họ tên", "Full name", required=True, classification=PERSONAL),
            _field("birth", "Sinh ngày", "Date of birth", classification=PERSONAL),
            _field("sex", "Nam/Nữ", "Sex", classification=PERSONAL),
            _field("citizen_id", "CCCD", "Identity number", classification=SENSITIVE),
            _field("phone", "SĐT", "Phone", classification=PERSONAL),
            _field("address", "Nơi ở", "Address", classification=PERSONAL),
            _field("ground", "Diện hưởng", "Ground of the support", classification=SENSITIVE),
            _field("amount", "Mức hưởng (đồng)", "Amount", Type.NUMBER, unit="VND", minimum="0",
                   notation=Notation.VIETNAMESE, classification=SENSITIVE),
        ),
    )  # fmt: skip
