"""Programs of others, by the key that they show."""

from dothi.feedback.models import ApiKey
from dothi.lib import codes


def program_of(key: str) -> ApiKey | None:
    """The program whose key this is, unless it was ended."""
    return ApiKey.objects.filter(key_hash=codes.hash_secret(key), ended_at=None).first()


def programs() -> list[ApiKey]:
    """All programs that ever had a key: those that still open first."""
    rows = ApiKey.objects.order_by("name", "id")
    return sorted(rows, key=lambda row: row.ended_at is not None)
