"""The portal as `cases.ports` wants one: records go out, dossiers that were sent in come in."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings

from dothi.cases.ports import Arriving, ArrivingFile, NotSent, NotTaken
from dothi.connectors.national_portal.client import Client, Declined, Unreached
from dothi.lib import national_portal as fields
from dothi.procedures.choices import Applicant

logger = logging.getLogger(__name__)
PEOPLE = {number: Applicant(kind) for kind, number in fields.PEOPLE.items()}
NEW = "1"
PAPER = re.compile(r"[a-z][a-z0-9_]{0,39}")


class National:
    """The portal, open for some records."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, service: str, record: dict[str, Any], *, updating: bool) -> None:
        """Raises NotSent, NotTaken."""
        try:
            self._client.ask(service, [record], updating=updating)
        except Unreached as error:
            raise NotSent(str(error)) from error
        except Declined as error:
            raise NotTaken(str(error)) from error

    def arrivals(
        self, *, since: datetime, until: datetime, known: Callable[[str], bool]
    ) -> Iterator[Arriving]:
        """What was sent in there and waits. A record that cannot be read is passed over.

        Raises:
            NotSent: the portal cannot be asked.
        """
        asked = {
            "TuNgay": fields.stamp(since), "DenNgay": fields.stamp(until), "TrangThaiHoSo": NEW,
        }  # fmt: skip
        try:
            found = self._client.ask(fields.LOOK_UP, asked)
        except (Unreached, Declined) as error:
            raise NotSent(str(error)) from error
        for record in found or ():
            if fields.faults(record) or known(record["MaHoSo"]):
                continue
            try:
                arriving = self._arriving(record)
            except Unreached as error:
                # The others come in; this one is asked for again the next time.
                logger.warning("a file of %s was not fetched: %s", record["MaHoSo"], error)
                continue
            yield arriving

    def _arriving(self, record: Mapping[str, Any]) -> Arriving:
        files = [row for row in record["TaiLieuNop"] if row["IsDeleted"].lower() != "true"]
        return Arriving(
            ref=record["MaHoSo"][:120],
            procedure=record["MaTTHC"],
            agency=record["DonViXuLy"],
            name=record["ChuHoSo"],
            kind=PEOPLE.get(record["LoaiDoiTuong"], Applicant.CITIZEN),
            number=record["MaDoiTuong"],
            email=record["Email"],
            phone=record["SoDienThoai"],
            summary=record["TrichYeuHoSo"],
            files=tuple(
                ArrivingFile(
                    paper=_paper(row, number),
                    name=row["TenTepDinhKem"],
                    content=self._client.file(row["DuongDanTaiTepTin"]),
                )
                for number, row in enumerate(files, start=1)
            ),
        )


def _paper(row: Mapping[str, str], number: int) -> str:
    """The code of the paper, where it is one of ours; else one for itself."""
    code = row["MaThanhPhanHoSo"]
    return code if PAPER.fullmatch(code) else f"national_{number}"


def is_on() -> bool:
    """Off until somebody names the portal's address."""
    return bool(settings.NATIONAL_PORTAL_URL)


@contextmanager
def way() -> Iterator[National]:
    with Client(
        settings.NATIONAL_PORTAL_URL,
        token=settings.NATIONAL_PORTAL_TOKEN,
        agency=settings.NATIONAL_PORTAL_AGENCY,
    ) as client:
        yield National(client)
