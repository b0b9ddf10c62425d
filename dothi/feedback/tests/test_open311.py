"""Open311 GeoReport v2 as existing apps use it: both formats, all arguments, errors as it says."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from defusedxml import ElementTree as Xml
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dothi.core.limits.models import Window
from dothi.feedback import services
from dothi.feedback.choices import AnswerKind, State
from dothi.feedback.models import ApiKey, Message, Reporter, Ticket
from dothi.feedback.tests.factories import BY_THE_RIVER, MONDAY_9AM, City, photo
from dothi.feedback.tests.test_report_page import ask, picture

V2 = "/open311/v2"
HERE = {"lat": str(BY_THE_RIVER.lat), "long": str(BY_THE_RIVER.lon)}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM + timedelta(hours=1), tick=False):
        yield


def post(client: Client, **changes: Any) -> Any:
    body = {"service_code": "trees", "description": "Cây đổ", **HERE, **changes}
    return client.post(f"{V2}/requests.json", body)


def rows(client: Client, **query: Any) -> list[Any]:
    answer = client.get(f"{V2}/requests.json", query)
    assert answer.status_code == 200, answer.content
    found: list[Any] = answer.json()
    return found


def told(answer: Any, status: int) -> str:
    """The error that the standard asks for."""
    assert answer.status_code == status, answer.content
    [error] = answer.json()
    assert error["code"] == status
    return str(error["description"])


# --- Reading ------------------------------------------------------------------------------------


def test_services_are_the_subjects_in_both_formats(client: Client, city: City) -> None:
    found = client.get(f"{V2}/services.json").json()
    assert [row["service_code"] for row in found] == ["trees", "waste", "conduct"]
    top = Xml.fromstring(client.get(f"{V2}/services.xml").content)
    assert top.tag == "services"
    assert [row.findtext("service_code") for row in top] == ["trees", "waste", "conduct"]


def test_a_definition_lists_the_questions_of_the_subject(client: Client, city: City) -> None:
    ask(city, required=True)
    [attribute] = client.get(f"{V2}/services/trees.json").json()["attributes"]
    assert attribute["datatype"] == "singlevaluelist"
    assert attribute["required"] is True
    assert {"key": "all", "name": "Hết"} in attribute["values"]
    top = Xml.fromstring(client.get(f"{V2}/services/trees.xml?locale=en").content)
    assert top.findtext("attributes/attribute/values/value/name") == "No"
    assert client.get(f"{V2}/services.json").json()[0]["metadata"] is True


def test_requests_show_facts_and_no_words_before_they_are_released(
    client: Client, city: City
) -> None:
    ticket = city.submit(text="Bí mật ngoài phố", address="7 Hẻm Kín")
    [row] = rows(client)
    assert row["service_request_id"] == ticket.code
    assert row["status"] == "open"
    assert "Bí mật" not in str(row)
    assert row["address"] is None
    services.accept(ticket=ticket, by=city.operator, at=MONDAY_9AM, publish=True)
    [row] = rows(client)
    assert row["description"] == "Bí mật ngoài phố"


def test_requests_are_narrowed_by_every_argument(client: Client, city: City) -> None:
    tree = city.submit()
    waste = city.submit(category="waste", at=MONDAY_9AM + timedelta(minutes=5))
    done = city.resolved(at=MONDAY_9AM + timedelta(minutes=10))
    held = city.submit(category="conduct")

    def codes(**query: Any) -> set[str]:
        return {row["service_request_id"] for row in rows(client, **query)}

    assert codes() == {tree.code, waste.code, done.code}
    assert held.code not in codes(service_request_id=held.code)
    assert codes(service_code="waste") == {waste.code}
    assert codes(service_code="waste, trees") == {tree.code, waste.code, done.code}
    assert codes(status="closed") == {done.code}
    assert codes(status="open,closed") == codes()
    assert codes(service_request_id=f"{tree.code},{done.code}") == {tree.code, done.code}
    later = (MONDAY_9AM + timedelta(minutes=7)).isoformat()
    assert codes(start_date=later) == {done.code}
    assert codes(end_date=later) == {tree.code, waste.code}
    assert codes(updated_after=later) == {done.code}


def test_pages_follow_each_other(client: Client, city: City) -> None:
    made = [city.submit(at=MONDAY_9AM + timedelta(minutes=n)).code for n in range(5)]
    first = [row["service_request_id"] for row in rows(client, page_size=2, page=1)]
    third = [row["service_request_id"] for row in rows(client, page_size=2, page=3)]
    assert first == [made[4], made[3]]
    assert third == [made[0]]
    assert rows(client, page_size=2, page=4) == []


def test_extensions_tell_more(client: Client, city: City) -> None:
    ask(city)
    ticket = city.submit(photos=[photo()], answers={"blocked": ["all"]})
    services.accept(ticket=ticket, by=city.operator, at=MONDAY_9AM, publish=True)
    more = rows(client, extensions="true")[0]["extended_attributes"]
    assert more["ward_name"] == "Phường Bờ Sông"
    assert more["attributes"] == [{"code": "blocked", "name": "Chắn đường?", "value": "Hết"}]
    assert len(more["photos"]) == 1
    xml = client.get(f"{V2}/requests/{ticket.code}.xml?extensions=true").content
    assert Xml.fromstring(xml).findtext("request/extended_attributes/photos/photo")


def test_one_request_and_updates_of_it(client: Client, city: City) -> None:
    ticket = city.resolved()
    [row] = client.get(f"{V2}/requests/{ticket.code.lower()}.json").json()
    assert row["status"] == "closed"
    steps = client.get(f"{V2}/servicerequestupdates.json?service_request_id={ticket.code}").json()
    assert [step["status"] for step in steps] == ["open", "open", "closed"]
    top = Xml.fromstring(client.get(f"{V2}/servicerequestupdates.xml").content)
    assert top.tag == "service_request_updates"
    assert top[0].tag == "request_update"


# --- Writing ------------------------------------------------------------------------------------


def test_a_report_from_an_app_becomes_one_of_ours(client: Client, city: City) -> None:
    ask(city, code="kinds", kind=AnswerKind.SEVERAL)
    answer = post(
        client,
        first_name="Mận",
        last_name="Nguyễn Thị",
        phone="0901234567",
        email="man@example.com",
        device_id="A-DEVICE",
        account_id="77",
        address_string="42 Lý Nam Đế",
        media_url="http://127.0.0.1:1/a.jpg",
        **{"attribute[kinds][]": ["no", "all"]},
    )
    assert answer.status_code == 201
    [row] = answer.json()
    ticket = Ticket.objects.get(code=row["service_request_id"])
    assert "not fetched" in row["service_notice"]
    assert ticket.attributes == {"kinds": ["no", "all"]}
    reporter = Reporter.objects.get()
    assert (reporter.name, reporter.phone) == ("Nguyễn Thị Mận", "0901234567")
    kept = str(Ticket.objects.values().get()) + str(Reporter.objects.values().get())
    assert "A-DEVICE" not in kept


def test_the_secret_of_the_receipt_is_its_token(client: Client, city: City) -> None:
    [row] = post(client).json()
    secret = row["service_notice"].split("/feedback/t/")[1].split()[0]
    [found] = client.get(f"{V2}/tokens/{secret}.json").json()
    assert found == {"service_request_id": row["service_request_id"], "token": secret}
    code = row["service_request_id"]
    told(client.get(f"{V2}/tokens/{code}.json"), 404)


def test_pictures_come_as_files_and_tell_the_place(client: Client, city: City) -> None:
    answer = post(client, lat="", long="", media=picture(BY_THE_RIVER))
    assert answer.status_code == 201, answer.content
    ticket = Ticket.objects.get()
    assert ticket.lon == pytest.approx(BY_THE_RIVER.lon, abs=1e-5)


def test_an_address_with_its_ward_will_do(client: Client, city: City) -> None:
    answer = post(client, lat="", long="", address_string="5 Lò Siêu, phường Trên Đồi")
    assert answer.status_code == 201
    assert Ticket.objects.get().unit == city.hill


def test_what_is_missing_or_wrong_is_said(client: Client, city: City) -> None:
    ask(city, required=True)
    assert "service_code" in told(post(client, service_code=""), 400)
    assert "description" in told(post(client, description=" "), 400)
    told(post(client, service_code="nothing"), 400)
    told(post(client, lat="x"), 400)
    told(post(client, lat="nan"), 400)
    told(post(client, lat="0.5", long="0.5"), 400)
    told(post(client, lat="", long=""), 400)
    told(post(client, email="nobody"), 400)
    assert "Chắn đường?" in told(post(client), 400)
    told(post(client, **{"attribute[blocked]": "maybe"}), 400)
    told(post(client, **{"attribute[blocked]": "all", "attribute[other]": "1"}), 400)
    assert not Ticket.objects.exists()


def test_too_many_writes_are_told_when_to_come_back(client: Client, city: City) -> None:
    for _n in range(60):
        post(client, description="")
    answer = post(client)
    told(answer, 429)
    assert answer["Retry-After"] == "3600"


# --- Keys ---------------------------------------------------------------------------------------


@pytest.fixture
def key(city: City) -> str:
    return services.issue_key(code="app", name="City app", by="system", at=MONDAY_9AM)


def test_a_key_is_kept_as_a_hash_and_opens_more(client: Client, key: str) -> None:
    assert key not in str(ApiKey.objects.values().get())
    for _n in range(61):
        post(client, description="")
    assert post(client, api_key=key).status_code == 201
    services.end_key(code="app", by="system", at=MONDAY_9AM)
    told(post(client, api_key=key), 403)


def test_a_program_writes_on_only_to_what_it_brought(client: Client, city: City, key: str) -> None:
    url = f"{V2}/servicerequestupdates.json"
    other = city.submit()
    [mine] = post(client, api_key=key).json()
    body = {"description": "Cành còn treo.", "status": "open"}
    told(client.post(url, {**body, "service_request_id": mine["service_request_id"]}), 403)
    told(client.post(url, {**body, "api_key": key, "service_request_id": other.code}), 404)
    answer = client.post(
        url, {**body, "api_key": key, "service_request_id": mine["service_request_id"]}
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()[0]["update_id"] == f"m{Message.objects.get().pk}"


def test_an_update_that_says_open_reopens_what_was_closed(
    client: Client, city: City, key: str
) -> None:
    [mine] = post(client, api_key=key).json()
    ticket = Ticket.objects.get(code=mine["service_request_id"])
    services.reject(ticket=ticket, reason="Không rõ", by=city.operator, at=MONDAY_9AM)
    client.post(
        f"{V2}/servicerequestupdates.xml",
        {"description": "Vẫn còn", "status": "open", "api_key": key,
         "service_request_id": ticket.code},
    )  # fmt: skip
    ticket.refresh_from_db()
    assert ticket.state == State.REOPENED


# --- The door itself ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/requests.html", 404), ("/services.csv", 404), ("/nothing.json", 404),
        ("/requests/PA-000000-ZZZZZZ.json", 404), ("/services/none.json", 404),
        ("/tokens/none.json", 404), ("/requests.json?start_date=yesterday", 400),
        ("/requests.json?status=half", 400), ("/requests.json?page=0", 400),
        ("/requests.json?page=99999999", 400), ("/requests.json?api_key=wrong", 403),
        ("/services.json?jurisdiction_id=elsewhere", 404), ("/requests.json?page_size=x", 400),
        ("/requests.json?start_date=2026-03-02&end_date=2026-03-01", 400),
    ],
)  # fmt: skip
def test_every_failure_is_a_list_of_errors(
    client: Client, city: City, path: str, status: int
) -> None:
    answer = client.get(f"{V2}{path}")
    assert answer.status_code == status
    if status != 200:
        assert told(answer, status)
        xml = client.get(f"{V2}{path.replace('.json', '.xml')}", headers={"accept": "text/xml"})
        if xml["Content-Type"].startswith("text/xml"):
            assert Xml.fromstring(xml.content).findtext("error/code") == str(status)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused_in_the_same_form(
    client: Client, city: City, method: str
) -> None:
    answer = getattr(client, method)(f"{V2}/requests.json")
    told(answer, 405)
    assert "POST" in answer["Allow"]


def test_programs_of_other_sites_may_read_and_not_write(client: Client, city: City) -> None:
    assert client.get(f"{V2}/requests.json")["Access-Control-Allow-Origin"] == "*"
    asked = client.options(f"{V2}/requests.json")
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "Access-Control-Allow-Origin" not in post(client)


def test_discovery_says_where_everything_is(client: Client, city: City) -> None:
    found = client.get(f"{V2}/discovery.json").json()
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    top = Xml.fromstring(client.get("/open311/discovery.xml").content)
    assert top.findtext("endpoints/endpoint/formats/format") == "text/xml"
    assert client.get(f"{V2}/").status_code == 200


WORDS = st.text(max_size=30) | st.sampled_from(
    ["", "open", "closed", "1", "-1", "²", "٣", "2026-11-24T09:00:00+07:00", "9999-12-31T23:59:59Z",
     "0001-01-01", "nan", "inf", "1e999", "trees", "\0", "PA-260302-ABCDEF", "true", ",,,"]
)  # fmt: skip
QUERY = st.dictionaries(
    st.sampled_from(
        ["service_request_id", "service_code", "start_date", "end_date", "status", "page",
         "page_size", "updated_after", "updated_before", "extensions", "jurisdiction_id", "q",
         "locale", "lat", "long"]
    ),
    WORDS,
    max_size=6,
)  # fmt: skip
BODY = st.dictionaries(
    st.sampled_from(
        ["service_code", "description", "lat", "long", "address_string", "address_id", "email",
         "phone", "first_name", "last_name", "device_id", "account_id", "media_url",
         "attribute[blocked]", "attribute[", "attribute[]", "api_key", "jurisdiction_id"]
    ),
    WORDS,
    max_size=8,
)  # fmt: skip
FUZZ = settings(
    max_examples=120, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.mark.django_db
class TestNothingBreaksIt:
    """Whatever a program sends, the answer is data or a list of errors, never a crash."""

    @FUZZ
    @given(query=QUERY, door=st.sampled_from(["requests", "services", "servicerequestupdates"]),
           form=st.sampled_from(["json", "xml"]))  # fmt: skip
    def test_reading(self, city: City, query: dict[str, str], door: str, form: str) -> None:
        answer = Client(raise_request_exception=True).get(f"{V2}/{door}.{form}", query)
        assert answer.status_code in {200, 400, 403, 404}
        if form == "xml":
            Xml.fromstring(answer.content)

    @FUZZ
    @given(body=BODY, form=st.sampled_from(["json", "xml"]))
    def test_writing(self, city: City, body: dict[str, str], form: str) -> None:
        Window.objects.all().delete()
        answer = Client().post(
            f"{V2}/requests.{form}", {"service_code": "trees", "description": "x", **HERE, **body}
        )
        assert answer.status_code in {201, 400, 403, 404}
        if form == "xml":
            Xml.fromstring(answer.content)


def test_a_root_code_is_a_jurisdiction(client: Client, city: City) -> None:
    code = city.root.code
    assert client.get(f"{V2}/services.json?jurisdiction_id={code}").status_code == 200
