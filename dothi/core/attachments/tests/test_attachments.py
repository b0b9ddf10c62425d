"""Files come in clean, stay private, and go for good."""

import io
import socket
import struct
import threading
import tracemalloc
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from dothi.core import clock
from dothi.core.attachments import registry, rules, selectors, services
from dothi.core.attachments.choices import Kind, Refusal
from dothi.core.attachments.models import Attachment
from dothi.core.attachments.rules import Refused
from dothi.core.attachments.tests.factories import picture

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def take(file: bytes, **more: Any) -> services.Taken:
    return services.take(**{"file": file, "name": "a.jpg", "by": "public", "at": NOON, **more})


def stored(attachment: Attachment, size: int | None = None) -> bytes:
    with default_storage.open(attachment.path(size)) as file:
        return bytes(file.read())


def test_the_place_is_read_and_every_trace_of_the_camera_is_gone() -> None:
    taken = take(picture(gps=(106.64896, 10.75764)))
    assert taken.place is not None
    assert taken.place.lon == pytest.approx(106.64896, abs=1e-5)
    assert taken.place.lat == pytest.approx(10.75764, abs=1e-5)
    for size in (None, *rules.RENDITIONS):
        content = stored(taken.attachment, size)
        assert b"Camera of somebody" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


def test_pictures_are_stored_in_three_sizes() -> None:
    attachment = take(picture(size=(3000, 1500))).attachment
    assert (attachment.width, attachment.height) == (2560, 1280)
    assert Image.open(io.BytesIO(stored(attachment, 320))).width == 320


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_phones_of_all_kinds_are_understood(form: str) -> None:
    assert take(picture(form=form)).attachment.kind == Kind.IMAGE


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"<svg onload=alert(1)>", Refusal.UNKNOWN),
        (b"MZ\x90\x00", Refusal.UNKNOWN),
        (b"\xff\xd8\xff\xe0 not a picture", Refusal.BROKEN),
        (b"%PDF-" + b"0" * rules.MAX_BYTES, Refusal.TOO_LARGE),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, refusal: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        take(content)
    assert caught.value.refusal == refusal
    assert caught.value.message
    assert not Attachment.objects.exists()


def test_a_picture_that_would_burst_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_PIXELS", 1000)
    with pytest.raises(Refused) as caught:
        take(picture())
    assert caught.value.refusal == Refusal.TOO_MANY_PIXELS


def bomb(width: int, height: int) -> bytes:
    """A few kilobytes of PNG that unfold into gigabytes of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data)
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1_000_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("sides", [(60_000, 60_000), (2**31 - 1, 2), (8000, 7501)])
def test_a_small_file_with_a_huge_picture_is_refused_before_it_unfolds(
    sides: tuple[int, int],
) -> None:
    tracemalloc.start()
    with pytest.raises(Refused) as caught:
        take(bomb(*sides))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.refusal in {Refusal.TOO_MANY_PIXELS, Refusal.BROKEN}
    assert peak < 20_000_000


def test_text_that_unfolds_inside_a_picture_is_refused() -> None:
    whole = picture(form="PNG")
    packed = b"Comment\0\0" + zlib.compress(b"x" * 80_000_000, 9)
    chunk = struct.pack(">I", len(packed)) + b"zTXt" + packed
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    with pytest.raises(Refused):
        take(whole[:33] + chunk + whole[33:])


WHOLE = {form: picture(size=(48, 32), form=form) for form in ("JPEG", "PNG", "WEBP", "HEIF")}


@given(
    form=st.sampled_from(sorted(WHOLE)),
    cuts=st.lists(st.tuples(st.integers(12, 4000), st.binary(max_size=4)), min_size=1, max_size=5),
    end=st.integers(20, 6000),
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_a_spoilt_picture_is_taken_or_refused_and_never_a_fault_of_ours(
    form: str, cuts: list[tuple[int, bytes]], end: int
) -> None:
    content = WHOLE[form]
    for place, bytes_ in cuts:
        place %= len(content)
        content = content[:place] + bytes_ + content[place + len(bytes_) :]
    with suppress(Refused), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rules.make_picture(content[:end])


@pytest.mark.parametrize(
    ("content", "claimed"),
    [(b"<html><script>alert(1)</script>", "photo.jpg"), (b"PK\x03\x04", "letter.pdf"),
     (b"GIF89a" + b"\0" * 64, "cat.png"), (b"%!PS-Adobe", "paper.pdf"),
     (b"\x00\x00\x00\x18ftypmp42" + b"\0" * 64, "clip.heic")],
)  # fmt: skip
def test_a_name_says_nothing_of_what_a_file_is(content: bytes, claimed: str) -> None:
    with pytest.raises(Refused) as caught:
        take(content, name=claimed)
    assert caught.value.refusal == Refusal.UNKNOWN


def test_a_name_is_no_way_out_of_the_folder() -> None:
    attachment = take(PDF, name="../../../etc/passwd\\..\\đơn.pdf").attachment
    assert attachment.name == "đơn.pdf"
    assert ".." not in attachment.path()


def test_two_shots_of_one_thing_look_alike_and_others_do_not() -> None:
    one = take(picture(seed=1)).attachment
    again = take(picture(seed=1, size=(1600, 1200), form="PNG")).attachment
    other = take(picture(seed=9)).attachment
    assert one.likeness is not None
    assert again.likeness is not None
    assert other.likeness is not None
    assert rules.likeness(one.likeness, one.likeness) == 1
    assert rules.likeness(one.likeness, other.likeness) < 0.9


def test_a_private_file_does_not_exist_for_others(client: Client) -> None:
    attachment = take(picture(), owner="test.thing:1").attachment
    assert client.get(f"/files/{attachment.code}").status_code == 404
    services.publish(owner="test.thing:1")
    response = client.get(f"/files/{attachment.code}/320")
    assert response.status_code == 200
    assert b"".join(response) == stored(attachment, 320)
    assert response["X-Content-Type-Options"] == "nosniff"
    services.publish(owner="test.thing:1", public=False)
    assert client.get(f"/files/{attachment.code}/320").status_code == 404


def test_the_domain_of_the_owner_says_who_may_open(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = take(PDF, owner="test.thing:1", name="đơn.pdf").attachment
    monkeypatch.setitem(registry.guards, "test.thing", lambda request, owner: owner.endswith(":1"))
    response = client.get(f"/files/{attachment.code}")
    assert b"".join(response) == PDF
    assert response["Cache-Control"] == "private, no-store"
    assert "đơn" not in response["Content-Disposition"]


def test_what_nobody_claims_is_thrown_away(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost, kept = take(picture()).attachment, take(picture()).attachment
    assert services.claim(codes=[kept.code], owner="test.thing:1") == 1
    assert services.claim(codes=[kept.code], owner="test.thing:2") == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert services.sweep_unclaimed(at=NOON + timedelta(days=2)) == 1
    assert not default_storage.exists(lost.path())
    assert [a.code for a in selectors.of("test.thing:1")] == [kept.code]


def test_erasing_leaves_no_file(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    attachment = take(picture(), owner="test.thing:1").attachment
    with django_capture_on_commit_callbacks(execute=True):
        assert services.erase(owner="test.thing:1") == 1
    for size in (None, *rules.RENDITIONS):
        assert not default_storage.exists(attachment.path(size))


def broken_off(deed: Callable[[], object]) -> None:
    with suppress(RuntimeError), transaction.atomic():
        deed()
        raise RuntimeError("the verb around it fails")


def test_an_erasure_that_goes_back_keeps_its_file() -> None:
    attachment = take(picture(), owner="test.thing:1").attachment
    broken_off(lambda: services.erase(owner="test.thing:1"))
    assert Attachment.objects.filter(pk=attachment.pk).exists()
    assert default_storage.exists(attachment.path())


def test_a_file_whose_transaction_went_back_is_swept_after_a_day() -> None:
    taken: list[Attachment] = []
    kept = take(PDF, owner="test.thing:1").attachment
    broken_off(lambda: taken.append(take(picture()).attachment))
    (lost,) = taken
    now = clock.now()
    assert services.sweep_orphans(at=now) == 0, "its transaction may still be open"
    assert default_storage.exists(lost.path())
    assert services.sweep_orphans(at=now + timedelta(days=1, minutes=1)) == 1
    assert not default_storage.exists(lost.path())
    assert not default_storage.exists(str(Path(lost.path()).parent)), "nor is its folder left"
    assert default_storage.exists(kept.path())
    assert services.sweep_orphans(at=now + timedelta(days=2)) == 0


@pytest.mark.parametrize("kind", [socket.AF_UNIX, socket.AF_INET], ids=["socket", "port"])
@pytest.mark.parametrize(
    ("answer", "refusal"),
    [(b"stream: OK\0", None), (b"stream: Eicar FOUND\0", Refusal.INFECTED),
     (b"INSTREAM size limit exceeded. ERROR\0", Refusal.NOT_SCANNED)],
)  # fmt: skip
def test_a_scanner_is_asked_when_there_is_one(
    settings: Any,
    tmp_path: Path,
    kind: socket.AddressFamily,
    answer: bytes,
    refusal: Refusal | None,
) -> None:
    with socket.socket(kind) as server:
        server.bind(str(tmp_path / "clamd") if kind == socket.AF_UNIX else ("127.0.0.1", 0))
        server.listen()
        name = server.getsockname()
        settings.CLAMD = name if kind == socket.AF_UNIX else f"127.0.0.1:{name[1]}"
        thread = threading.Thread(target=_clamd, args=(server, answer))
        thread.start()
        try:
            take(PDF)
            found = None
        except Refused as error:
            found = error.refusal
        thread.join()
    assert found == refusal


def test_a_silent_scanner_lets_nothing_in(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = str(tmp_path / "nobody")
    with pytest.raises(Refused) as caught:
        take(PDF)
    assert caught.value.refusal == Refusal.NOT_SCANNED


def _clamd(server: socket.socket, answer: bytes) -> None:
    line, _ = server.accept()
    with line:
        received = b""
        while not received.endswith(b"\0\0\0\0"):
            received += line.recv(65536)
        assert received.startswith(b"zINSTREAM\0")
        line.sendall(answer)
