"""Small, named builders of contracts and datasets, made with the catalogue's own verbs."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.catalogue import services
from dothi.datastore.catalogue.choices import Classification, Licence, Share, Theme, Type
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.services import Description
from dothi.units.models import Unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)


def field(name: str = "name", type: Type = Type.TEXT, **more: Any) -> Field:
    return Field(**{"name": name, "head": name, "type": type, "title_vi": name, **more})


def trees(**more: Any) -> Contract:
    """A list of street trees: the contract that most tests begin with."""
    return Contract(
        **{
            "dataset": "cay-xanh",
            "version": 1,
            "fields": (
                field("tree", head="Mã cây", title_vi="Mã cây", required=True, unique=True),
                field("kind", head="Loài", title_vi="Loài cây", title_en="Species"),
                field("height", Type.NUMBER, head="Chiều cao", title_vi="Chiều cao", unit="m"),
                field("planted_on", Type.DATE, head="Ngày trồng", title_vi="Ngày trồng"),
                field(
                    "keeper", head="Người chăm", title_vi="Người chăm sóc",
                    classification=Classification.PERSONAL,
                ),
            ),
            "key": ("tree",),
            **more,
        }
    )  # fmt: skip


def make_steward(unit: Unit, username: str = "quan.du.lieu") -> User:
    return make_officer(username, unit=unit, role=Role.STEWARD)


def describe(title: str = "Cây xanh đường phố", **more: Any) -> Description:
    return Description(
        **{
            "title_vi": title,
            "title_en": "Street trees",
            "description_vi": "Vị trí, loài và chiều cao của từng cây.",
            "share": Share.OPEN,
            "licence": Licence.CC_BY,
            "themes": (Theme.ENVIRONMENT,),
            "keywords": ("cây", "công viên"),
            **more,
        }
    )


def make_dataset(
    unit: Unit, code: str = "cay-xanh", *, publish: bool = True, contract: Contract | None = None,
    title: str = "Cây xanh đường phố", at: datetime = MONDAY_9AM, agree: bool = True, **more: Any,
) -> Dataset:  # fmt: skip
    """A described dataset with a contract; published unless it is said otherwise."""
    dataset = services.create(
        code=code, unit=unit, description=describe(title, **more), by="system", at=at
    )
    if agree:
        services.agree(dataset=dataset, contract=contract or trees(), by="system", at=at)
    if publish:
        services.publish(dataset=dataset, by="system", at=at)
    return dataset
