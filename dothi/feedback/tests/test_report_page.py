"""The report form: without a script, with pictures, with nothing lost, against programs."""

import io
from collections.abc import Iterator
from typing import Any

import pillow_heif
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image

from dothi.core.attachments.models import Attachment
from dothi.feedback import selectors, services
from dothi.feedback.choices import AnswerKind
from dothi.feedback.models import Question, Reporter, Ticket
from dothi.feedback.services.catalogue import changed
from dothi.feedback.tests.factories import BY_THE_RIVER, MONDAY_9AM, SINCE, City, photo
from dothi.lib.geo import Point
from dothi.units.choices import Kind
from dothi.units.tests.factories import make_unit

URL = "/en/feedback/"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def picture(
    place: Point | None = None, *, kind: str = "JPEG", seed: int = 1, name: str = "a.jpg"
) -> SimpleUploadedFile:
    """A photo as a phone makes it: with camera, time and place written into it."""
    image = Image.new("RGB", (80, 60), (seed * 40 % 256, 90, 120))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif[ExifTags.Base.Artist] = "Nguyen Van Secret"
    if place is not None:
        exif[ExifTags.IFD.GPSInfo] = {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: dms(place.lat),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: dms(place.lon),
        }
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    else:
        image.save(out, kind, exif=exif.tobytes())
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def dms(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return (whole, minutes, round(((degrees - whole) * 60 - minutes) * 60, 4))


def form(**changes: Any) -> dict[str, Any]:
    return {"category": "trees", "text": "Cây đổ chắn đường.", "unit": "00001", **changes}


def ask(city: City, **more: Any) -> Question:
    """The subject "trees" asks something."""
    question = Question.objects.create(
        category=city.trees,
        valid_from=SINCE,
        **{
            "code": "blocked",
            "kind": AnswerKind.ONE,
            "label_vi": "Chắn đường?",
            "label_en": "Blocked?",
            "options": [{"key": "no", "vi": "Không", "en": "No"},
                        {"key": "all", "vi": "Hết", "en": "All"}],
            **more,
        },
    )  # fmt: skip
    changed()
    return question


# --- Sending ------------------------------------------------------------------------------------


def test_subject_words_and_a_ward_are_enough(client: Client, city: City) -> None:
    answer = client.post(URL, form())
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    [ticket] = Ticket.objects.all()
    assert ticket.code in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Reporter.objects.exists(), "nobody was asked who it is"


def test_the_code_page_shows_the_code_as_qr_too(client: Client, city: City) -> None:
    client.post(URL, form())
    page = client.get("/en/feedback/thanks").content.decode()
    assert 'class="qr"' in page
    assert 'role="img"' in page


def test_a_mistake_loses_nothing(client: Client, city: City) -> None:
    answer = client.post(URL, form(text="", address="12 Lò Siêu", photos=[picture()]))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "12 Lò Siêu" in page
    kept = answer.context["taken"]
    assert Attachment.objects.get().code == kept
    assert "data:image/jpeg;base64," in page, "the picture is seen again"
    client.post(URL, form(taken=kept))
    assert len(selectors.photos_of(Ticket.objects.get())) == 1


def test_a_picture_can_be_taken_out_again(client: Client, city: City) -> None:
    one, two = photo(1), photo(2)
    answer = client.post(URL, form(taken=f"{one} {two}", drop=one))
    assert answer.status_code == 200
    assert answer.context["taken"] == two
    assert not Ticket.objects.exists()


def test_what_no_camera_made_is_refused_by_name(client: Client, city: City) -> None:
    paper = SimpleUploadedFile("don.pdf", b"%PDF-1.7 ...", "application/pdf")
    answer = client.post(URL, form(photos=[paper]))
    assert answer.status_code == 422
    assert "don.pdf: Only pictures" in answer.content.decode()


def test_more_pictures_than_a_report_carries_are_refused(client: Client, city: City) -> None:
    answer = client.post(URL, form(photos=[picture(seed=n) for n in range(7)]))
    assert answer.status_code == 422
    assert "at most 6 pictures" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_point_outside_the_city_is_told_at_the_place(client: Client, city: City) -> None:
    answer = client.post(URL, form(lon="0.5", lat="0.5"))
    assert answer.status_code == 422
    assert "outside the city" in answer.content.decode()


@pytest.mark.parametrize("point", [("nan", "1"), ("1e400", "1"), ("x", "1"), ("106.65", "")])
def test_a_point_that_is_none_breaks_nothing(
    client: Client, city: City, point: tuple[str, str]
) -> None:
    answer = client.post(URL, form(lon=point[0], lat=point[1], unit=""))
    assert answer.status_code == 422


# --- Pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_the_place_is_read_and_then_everything_is_stripped(
    client: Client, city: City, kind: str
) -> None:
    answer = client.post("/en/feedback/photo", {"photo": picture(BY_THE_RIVER, kind=kind)})
    found = answer.json()
    assert found["place"]["inside"] is True
    assert found["place"]["lon"] == pytest.approx(BY_THE_RIVER.lon, abs=1e-5)
    assert "Phường Bờ Sông" in found["place"]["words"]
    kept = Attachment.objects.get(code=found["code"])
    for size in (None, 320, 960):
        with default_storage.open(kept.path(size)) as file:
            content = file.read()
        assert content.startswith(b"\xff\xd8\xff"), "made anew as JPEG"
        assert b"Secret" not in content
        with Image.open(io.BytesIO(content)) as image:
            assert not dict(image.getexif()), "no trace of the camera"


def test_without_a_script_the_place_of_the_picture_is_shown_before_it_goes_off(
    client: Client, city: City
) -> None:
    sent = form(unit="", photos=[picture(BY_THE_RIVER)])
    answer = client.post(URL, sent)
    page = answer.content.decode()
    assert "We read the place from your picture" in page
    assert "Phường Bờ Sông" in page
    context = answer.context
    place = {"lon": f"{context['place'].lon:.6f}", "lat": f"{context['place'].lat:.6f}"}
    client.post(URL, form(unit="", taken=context["taken"], seen="1", **place))
    ticket = Ticket.objects.get()
    assert ticket.lon == pytest.approx(BY_THE_RIVER.lon, abs=1e-5)


def test_a_picture_from_elsewhere_decides_nothing(client: Client, city: City) -> None:
    client.post(URL, form(photos=[picture(Point(2.35, 48.85))]))
    ticket = Ticket.objects.get()
    assert ticket.lon is None
    assert ticket.unit == city.river


def test_one_picture_too_many_from_one_network_is_refused(client: Client, city: City) -> None:
    for _n in range(120):
        client.post("/en/feedback/photo", {})
    answer = client.post("/en/feedback/photo", {"photo": picture()})
    assert answer.status_code == 429
    assert answer["Retry-After"]


def test_a_request_larger_than_all_pictures_together_is_not_read(
    client: Client, city: City, settings: Any
) -> None:
    settings.BODY_AT_MOST = 1000
    answer = client.post(URL, {"text": "x" * 2000})
    assert answer.status_code == 413
    assert "At most" in answer.content.decode()


# --- Programs ------------------------------------------------------------------------------------


def test_a_program_that_fills_in_the_hidden_box_is_thanked_for_nothing(
    client: Client, city: City
) -> None:
    answer = client.post(URL, form(website="http://spam.example"))
    assert answer.status_code == 302
    assert not Ticket.objects.exists()


def test_forty_reports_an_hour_from_one_network_are_enough(client: Client, city: City) -> None:
    for _n in range(40):
        client.post(URL, form(website="x"))
    assert client.post(URL, form()).status_code == 429
    assert not Ticket.objects.exists()


# --- Known places -------------------------------------------------------------------------------


def test_a_list_of_known_places_stands_in_for_the_map(client: Client, city: City) -> None:
    known = city.submit(address="42 Lý Nam Đế")
    services.accept(ticket=known, by=city.operator, at=MONDAY_9AM, publish=True)
    answer = client.post(URL, form(go="places"))
    assert answer.status_code == 200
    assert "42 Lý Nam Đế" in answer.content.decode()
    assert "error-summary" not in answer.content.decode(), "the reader is not done yet"
    client.post(URL, form(spot=f"a-{known.code}", seen="1"))
    mine = Ticket.objects.exclude(pk=known.pk).get()
    assert (mine.lon, mine.lat) == (known.lon, known.lat)
    assert mine.address == "42 Lý Nam Đế"


def test_addresses_that_are_not_public_are_not_offered(client: Client, city: City) -> None:
    city.submit(address="7 Hẻm Kín")
    assert "7 Hẻm Kín" not in client.post(URL, form(go="places")).content.decode()
    assert client.get("/en/feedback/spots?q=7 Hẻm Kín").json() == {"spots": []}


def test_quarters_below_the_ward_are_known_places(client: Client, city: City) -> None:
    make_unit(
        "q1", "Khu phố 1", parent=city.river, box=(106.64, 10.75, 106.65, 10.76), kind=Kind.QUARTER
    )
    assert "Khu phố 1" in client.post(URL, form(go="places")).content.decode()


def test_an_address_that_is_known_gives_the_point(city: City) -> None:
    known = city.submit(address="42 Lý Nam Đế")
    services.accept(ticket=known, by=city.operator, at=MONDAY_9AM, publish=True)
    point, unit = selectors.located(None, address="42 Ly Nam De, hẻm sau", at=MONDAY_9AM)
    assert point == BY_THE_RIVER
    assert unit is None
    assert selectors.located(None, address="43 Lý Nam Đế", at=MONDAY_9AM) == (None, None)


def test_an_address_that_names_its_ward_gives_the_ward(city: City) -> None:
    found = selectors.located(None, address="5 Lò Siêu, phường Trên Đồi", at=MONDAY_9AM)
    assert found == (None, city.hill)


# --- Questions ----------------------------------------------------------------------------------


def test_what_the_subject_asks_comes_once_without_a_script(client: Client, city: City) -> None:
    ask(city, required=True)
    answer = client.post(URL, form())
    assert answer.status_code == 200
    assert "Blocked?" in answer.content.decode()
    assert "error-summary" not in answer.content.decode(), "nobody was asked before"
    again = client.post(URL, form(seen="1", asked="trees"))
    assert "Please answer this question" in again.content.decode()
    client.post(URL, form(seen="1", asked="trees", q_blocked="all"))
    assert Ticket.objects.get().attributes == {"blocked": "all"}


def test_a_script_gets_the_questions_with_the_subject(client: Client, city: City) -> None:
    ask(city)
    page = client.get("/en/feedback/questions?category=trees").content.decode()
    assert 'name="q_blocked"' in page
    assert client.get("/en/feedback/questions?category=%00x").status_code == 200


def test_an_answer_that_is_not_on_the_list_is_refused(client: Client, city: City) -> None:
    ask(city)
    answer = client.post(URL, form(seen="1", asked="trees", q_blocked="maybe"))
    assert answer.status_code == 422
    assert not Ticket.objects.exists()


# --- Doubles ------------------------------------------------------------------------------------


def test_similar_reports_are_shown_first_and_only_what_is_public_of_them(
    client: Client, city: City
) -> None:
    other = city.submit(text="Cây đổ ngang đường.", photos=[photo()])
    here = {"lon": "106.6501", "lat": "10.7601", "unit": ""}
    answer = client.post(URL, form(**here))
    page = answer.content.decode()
    assert "Was it reported already?" in page
    assert other.code in page
    assert "ngang" not in page, "its words are not released"
    assert len(Ticket.objects.all()) == 1
    client.post(URL, form(seen="1", **here))
    assert len(Ticket.objects.all()) == 2


def test_me_too_counts_one_person_once(client: Client, city: City) -> None:
    ticket = city.submit()
    url = f"/en/feedback/r/{ticket.code}/me-too"
    client.post(url)
    client.post(url)
    client.cookies.pop("sessionid", None)
    client.post(url)
    ticket.refresh_from_db()
    assert ticket.me_too == 1, "the mark in the browser outlives the session"
    Client().post(url)
    ticket.refresh_from_db()
    assert ticket.me_too == 2


def test_one_network_cannot_push_a_report(city: City) -> None:
    ticket = city.submit()
    for _n in range(15):
        Client().post(f"/en/feedback/r/{ticket.code}/me-too")
    ticket.refresh_from_db()
    assert ticket.me_too == 10


def test_the_own_report_is_not_seconded(client: Client, city: City) -> None:
    client.post(URL, form())
    client.get("/en/feedback/thanks")
    ticket = Ticket.objects.get()
    client.post(f"/en/feedback/r/{ticket.code}/me-too")
    ticket.refresh_from_db()
    assert ticket.me_too == 0
