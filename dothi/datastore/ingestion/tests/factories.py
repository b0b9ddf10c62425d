"""Builders for tests of the store: a contract, a delivery, a run that was read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from dothi.datastore.catalogue.choices import Comparison, Mode, Type
from dothi.datastore.catalogue.rules.contract import Compare, Contract, Field
from dothi.datastore.ingestion import services
from dothi.datastore.ingestion.models import Run

STEWARD = "user:7"
HEAD = "Mã,Nhận lúc,Phường,Điểm\n"


def field(name: str, head: str, type_: Type, **more: Any) -> Field:
    return Field(name=name, head=head, type=type_, title_vi=head, **more)


def contract(*more: Field, **changed: Any) -> Contract:
    """Four columns: a code that tells rows apart, a moment, a ward of three, stars from 1 to 5."""
    made = Contract(
        dataset="reports",
        version=1,
        fields=(
            field("code", "Mã", Type.TEXT, required=True, pattern="PA-[0-9]+"),
            field("received_at", "Nhận lúc", Type.MOMENT, required=True),
            field("ward", "Phường", Type.TEXT, allowed=("27211", "27226", "27232")),
            field("stars", "Điểm", Type.INTEGER, minimum="1", maximum="5"),
            *more,
        ),
        key=("code",),
        mode=Mode.REPLACE,
    )
    return replace(made, **changed)


def until(left: str, right: str) -> Compare:
    return Compare(left=left, how=Comparison.AT_MOST, right=right)


def delivered(
    text: str | bytes | Iterable[bytes],
    asked: Contract,
    *,
    at: datetime,
    name: str = "reports.csv",
) -> Run:
    """A delivery and the run that was begun with it."""
    content = text.encode() if isinstance(text, str) else text
    chunks = [content] if isinstance(content, bytes) else content
    delivery = services.receive(dataset=asked.dataset, chunks=chunks, name=name, by=STEWARD, at=at)
    return services.begin(delivery, asked, by=STEWARD, at=at)
