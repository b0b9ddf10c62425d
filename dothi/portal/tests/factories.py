"""Small, named builders, made with the portal's own verbs."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.portal import services
from dothi.portal.choices import Category, State
from dothi.portal.models import Article
from dothi.portal.services import Text
from dothi.units.models import Unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36"
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)


def text(title: str = "Khởi công công viên bên kênh", **fields: str) -> Text:
    return Text(
        **{
            "title_vi": title,
            "summary_vi": "Công viên rộng 0,8 ha mở cửa cuối năm.",
            "body_vi": "<p>Sáng nay, phường khởi công công viên mới.</p>",
            **fields,
        }
    )


def write_article(
    *, unit: Unit, by: User, title: str = "Khởi công công viên bên kênh", at: datetime = MONDAY_9AM
) -> Article:
    return services.write(category=Category.NEWS, unit=unit, text=text(title), by=by, at=at)


def publish_article(
    *,
    unit: Unit,
    writer: User,
    leader: User,
    title: str = "Khởi công công viên bên kênh",
    at: datetime = MONDAY_9AM,
    **fields: str,
) -> Article:
    article = services.write(
        category=Category.NEWS, unit=unit, text=text(title, **fields), by=writer, at=at
    )
    services.move(article=article, to=State.REVIEW, by=writer, at=at)
    services.move(article=article, to=State.APPROVED, by=leader, at=at)
    services.publish(article=article, by=leader.actor, at=at)
    return article


def make_editor(unit: Unit, username: str = "bien.tap") -> User:
    return make_officer(username, unit=unit, role=Role.EDITOR)


def make_leader(unit: Unit, username: str = "lanh.dao") -> User:
    return make_officer(username, unit=unit, role=Role.LEADER)


def picture(shade: int = 90) -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (96, 64), (shade, 120, 90)).save(out, "JPEG")
    return out.getvalue()
