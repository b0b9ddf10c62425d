"""The desk of the catalogue: write a version, look at it, have somebody else publish it."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from pydantic import ValidationError

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root
from dothi.core import clock
from dothi.core.audit.models import Entry
from dothi.procedures import services, wording
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Procedure, Version
from dothi.procedures.rules import places
from dothi.procedures.rules.definition import Definition
from dothi.procedures.services import faults
from dothi.procedures.tests.documents import birth, defined, words
from tests.standing import Standing, standing

CODE = "1.001193"
DESK = f"/desk/procedures/{CODE}/"


def make_office() -> dict[str, User]:
    root = make_root()
    Area.objects.create(code="civil_status", name_vi="Hộ tịch", name_en="Civil status", order=1)
    roles = {"nga": Role.STEWARD, "minh": Role.ADMINISTRATOR, "hoa": Role.LEADER,
             "tam": Role.AUDITOR, "lan": Role.SPECIALIST, "bien": Role.EDITOR}  # fmt: skip
    return {name: make_officer(name, unit=root, role=role) for name, role in roles.items()}


@pytest.fixture(scope="module")
def office_of_the_file(
    django_db_setup: None, django_db_blocker: Any
) -> Iterator[Standing[dict[str, User]]]:
    yield from standing(make_office, django_db_blocker)


@pytest.fixture
def office(office_of_the_file: Standing[dict[str, User]], db: None) -> dict[str, User]:
    return office_of_the_file.visit()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def drafted(by: User, **changes: Any) -> Version:
    return services.draft(document=birth(**changes), by=by.actor, at=clock.now())


def draft_of(code: str = CODE) -> Version:
    return Version.objects.get(procedure__code=code, state=State.DRAFT)


def read_at() -> str:
    return draft_of().changed_at.isoformat()


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_who_may_write_read_and_publish(office: dict[str, User]) -> None:
    drafted(office["nga"])
    reads = {"nga", "minh", "hoa", "tam", "lan"}
    writes, publishes = {"nga", "minh"}, {"hoa"}
    doors = [("/desk/procedures/", reads), (DESK, reads), (f"{DESK}preview", reads),
             (f"{DESK}try", reads), (f"{DESK}draft.json", reads), ("/desk/procedures/new", writes),
             (f"{DESK}edit", writes), (f"{DESK}edit/papers.0", writes)]  # fmt: skip
    posts = [(f"{DESK}change/papers.0", writes), (f"{DESK}begin", writes),
             ("/desk/procedures/import", writes), (f"{DESK}publish", publishes)]  # fmt: skip
    people = {**office, "citizen": make_citizen()}
    for name, user in people.items():
        client = signed_in(user)
        for door, allowed in doors:
            assert (client.get(door).status_code == 200) == (name in allowed), (name, door)
        for door, allowed in posts:
            assert (client.post(door).status_code != 403) == (name in allowed), (name, door)


def test_a_procedure_is_begun_written_and_published_by_somebody_else(
    office: dict[str, User],
) -> None:
    nga = signed_in(office["nga"])
    begun = nga.post("/desk/procedures/new", {
        "code": CODE, "name_vi": "Đăng ký khai sinh", "name_en": "Birth registration",
        "area": "civil_status", "channel": "own",
    })  # fmt: skip
    assert begun["Location"] == DESK
    page = text(nga, DESK)
    assert "Còn thiếu phần này" in page
    assert f'href="{DESK}#papers"' in page
    services.draft(document=birth(), by=office["nga"].actor, at=clock.now())
    added = nga.post(f"{DESK}edit/papers.new", {
        "read_at": read_at(), "code": "photo", "name_vi": "Ảnh", "name_en": "Photo",
        "form": "copy", "number": "2", "when": '{"==": [{"var": "abroad"}, true]}',
    })  # fmt: skip
    assert added["Location"] == f"{DESK}#papers"
    paper = draft_of().content.papers[-1]
    assert (paper.code, paper.number, paper.required) == ("photo", 2, False)
    assert "“Sinh ở nước ngoài” là Có" in text(nga, f"{DESK}edit/papers.2")
    leader = signed_in(office["hoa"])
    sent = {"valid_from": "2026-01-01", "sure": "on", "read_at": read_at()}
    assert leader.post(f"{DESK}publish", {**sent, "sure": ""}).status_code == 422
    assert leader.post(f"{DESK}publish", sent)["Location"] == DESK
    version = Version.objects.get(procedure__code=CODE)
    assert (version.state, version.valid_from) == (State.PUBLISHED, date(2026, 1, 1))


def test_who_wrote_it_does_not_publish_it_and_a_flawed_one_stays(office: dict[str, User]) -> None:
    leader = signed_in(office["hoa"])
    sent = {"valid_from": "2026-01-01", "sure": "on"}
    drafted(office["hoa"])
    assert "Người khác phải công bố" in text(leader, DESK)
    answer = leader.post(f"{DESK}publish", sent | {"read_at": read_at()})
    assert answer.status_code == 422
    drafted(office["nga"])
    answer = leader.post(f"{DESK}publish", sent | {"read_at": read_at()})
    assert answer.status_code == 422, "a word of somebody else's does not make it theirs"
    Version.objects.filter(state=State.DRAFT).delete()
    drafted(office["nga"], fees=[])
    answer = leader.post(f"{DESK}publish", sent | {"read_at": read_at()})
    assert "Vẫn còn thiếu" in answer.content.decode()
    stale = leader.post(f"{DESK}publish", sent | {"read_at": "2026-01-01"})
    assert stale.status_code == 409
    assert draft_of()


def test_what_somebody_else_kept_meanwhile_is_not_overwritten_unseen(
    office: dict[str, User],
) -> None:
    drafted(office["nga"])
    seen = read_at()
    papers = [birth()["papers"][0] | {"name": words("Giấy mới", "New paper")}]
    drafted(office["minh"], papers=papers)
    nga = signed_in(office["nga"])
    sent = {"code": "birth_note", "name_vi": "Của tôi", "name_en": "Mine", "form": "original",
            "required": "on"}  # fmt: skip
    answer = nga.post(f"{DESK}edit/papers.0", sent | {"read_at": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Người khác vừa sửa bản thảo này" in page
    assert "Giấy mới" in page
    assert 'value="Của tôi"' in page, "nothing written is lost"
    assert draft_of().content.papers[0].name.vi == "Giấy mới"
    again = nga.post(f"{DESK}edit/papers.0", sent | {"read_at": read_at()})
    assert again.status_code == 302
    assert draft_of().content.papers[0].name.vi == "Của tôi"


def test_entries_are_moved_and_taken_out(office: dict[str, User]) -> None:
    drafted(office["nga"])
    nga = signed_in(office["nga"])
    nga.post(f"{DESK}change/papers.1", {"do": "up", "read_at": read_at()})
    assert [one.code for one in draft_of().content.papers] == ["marriage", "birth_note"]
    stale = nga.post(f"{DESK}change/papers.0", {"do": "remove", "read_at": "x"}, follow=True)
    assert "Người khác vừa sửa bản thảo" in stale.content.decode()
    nga.post(f"{DESK}change/papers.0", {"do": "remove", "read_at": read_at()})
    assert [one.code for one in draft_of().content.papers] == ["birth_note"]


def test_every_entry_is_shown_and_kept_as_it_stands(office: dict[str, User]) -> None:
    """What a page shows and is sent back unchanged changes nothing."""
    document = birth()
    document["fees"][0] |= {"per": "page", "tiers": [{"since": 3, "amount": 5}], "ways": [1],
                            "places": ["79"], "valid_from": "2026-01-01"}  # fmt: skip
    document["limits"][0]["spec"]["cut_off"] = None
    document["sources"] = {"papers": {"text": "x", "trust": "likely", "as_of": "2026-01-01"}}
    before = services.draft(document=document, by=office["nga"].actor, at=clock.now()).content
    nga = signed_in(office["nga"])
    for place in ("", "papers.1", "fees.0", "fees.0.tiers.0", "limits.0", "results.0", "basis.0",
                  "steps.0", "steps.0.outcomes.1", "form.sections.1", "sources.papers",
                  "form.sections.1.fields.1", "form.sections.1.fields.1.fields.1"):  # fmt: skip
        path = f"{DESK}edit/{place}" if place else f"{DESK}edit"
        form = nga.get(path).context["form"]
        sent: dict[str, Any] = {"read_at": read_at()}
        for box in form:
            value = box.value()
            if value is not None and value is not False:
                sent[box.name] = value
        answer = nga.post(path, sent)
        assert answer.status_code == 302, (place, answer.context["form"].errors)
        assert draft_of().content.model_dump(exclude={"limits"}) == before.model_dump(
            exclude={"limits"}
        ), place
    assert draft_of().content.limits[0].clock == before.limits[0].clock


@pytest.mark.parametrize(
    ("place", "sent", "box"),
    [
        ("papers.0", {"code": "Xấu"}, "code"),
        ("papers.0", {"when": "{nothing"}, "when"),
        ("papers.0", {"when": '{"shout": [1]}'}, "when"),
        ("papers.0", {"when": "[1]"}, "when"),
        ("papers.new", {"number": "99"}, "number"),
        ("form.sections.0.fields.0", {"type": "choice", "options": "only-a-code"}, "options"),
        ("form.sections.0.fields.0", {"type": "choice", "options": "A B | x"}, None),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_box(
    office: dict[str, User], place: str, sent: dict[str, Any], box: str | None
) -> None:
    drafted(office["nga"])
    plain = {"code": "x", "name_vi": "X", "name_en": "X", "form": "copy", "type": "text",
             "read_at": read_at()}  # fmt: skip
    answer = signed_in(office["nga"]).post(f"{DESK}edit/{place}", plain | sent)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert (box or "options") in errors, errors


@pytest.mark.parametrize("place", ["nobody", "papers.9", "papers", "sources.nobody", "form", "0"])
def test_a_place_that_does_not_exist_is_not_there(office: dict[str, User], place: str) -> None:
    drafted(office["nga"])
    assert signed_in(office["nga"]).get(f"{DESK}edit/{place}").status_code == 404


def test_a_draft_begins_with_what_holds_and_is_compared_with_it(office: dict[str, User]) -> None:
    services.publish(version=drafted(office["nga"]), valid_from=date(2026, 1, 1),
                     by=office["hoa"].actor, at=clock.now())  # fmt: skip
    nga = signed_in(office["nga"])
    assert nga.get(f"{DESK}edit").status_code == 404, "what was published is not written"
    nga.post(f"{DESK}begin")
    sent = {"read_at": read_at(), "code": "birth_note", "name_vi": "Giấy chứng sinh bản mới",
            "name_en": "Birth note", "form": "original", "required": "on"}  # fmt: skip
    nga.post(f"{DESK}edit/papers.0", sent)
    page = text(nga, f"{DESK}compare")
    assert "papers › birth_note › name › vi" in page
    assert "Giấy chứng sinh bản mới" in page
    assert "marriage" not in page


def test_a_file_is_taken_along_and_taken_over(office: dict[str, User]) -> None:
    drafted(office["nga"])
    nga = signed_in(office["nga"])
    file = nga.get(f"{DESK}draft.json").content
    again = SimpleUploadedFile("a.json", file)
    refused = nga.post("/desk/procedures/import", {"file": again})
    assert "đã có bản thảo" in refused.content.decode()
    Version.objects.filter(state=State.DRAFT).delete()
    taken = nga.post("/desk/procedures/import", {"file": SimpleUploadedFile("a.json", file)})
    assert taken["Location"] == DESK
    assert draft_of().content == defined()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "a.json"),
        ("a.toml", b"= 1", "a.toml"),
        ("a.json", b"[1]", "no table"),
        ("a.json", b"\xff\xfe\x00", "a.json"),
        ("a.json", json.dumps(birth(papers=[{"code": "X"}])).encode(), "papers.0.code"),
        ("a.json", json.dumps(birth(area="nowhere")).encode(), "nowhere"),
        ("a.json", json.dumps(birth(owner="me")).encode(), "owner"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(
    office: dict[str, User], name: str, content: bytes, said: str
) -> None:
    answer = signed_in(office["nga"]).post(
        "/desk/procedures/import", {"file": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Version.objects.exists()


def test_the_form_is_tried_and_nothing_is_kept(office: dict[str, User]) -> None:
    drafted(office["nga"])
    nga = signed_in(office["nga"])
    assert 'name="child_name"' in text(nga, f"{DESK}try")
    answer = nga.post(f"{DESK}try", {"asked": ["child_name"], "child_name": ""})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    preview = nga.get(f"{DESK}preview")
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "chưa công bố" in preview.content.decode()


# --- Places of a document ------------------------------------------------------------------------


def test_a_fault_is_found_at_its_place() -> None:
    definition = defined()
    found = {
        where: places.place_of(definition, where)
        for where in ("steps.sign", "steps.sign.back", "form.parents.role", "papers.marriage",
                      "limits.0", "sequence", "form.nobody", "fees.online")
    }  # fmt: skip
    assert found == {
        "steps.sign": "steps.1", "steps.sign.back": "steps.1.outcomes.1",
        "form.parents.role": "form.sections.1.fields.1.fields.1", "papers.marriage": "papers.1",
        "limits.0": "limits.0", "sequence": "", "form.nobody": "", "fees.online": "",
    }  # fmt: skip


def test_a_document_is_changed_only_in_the_copy() -> None:
    document = birth()
    added = places.put(document, "papers.new", {"code": "z"})
    assert (len(added["papers"]), len(document["papers"])) == (3, 2)
    assert len(places.without(document, "steps.0.outcomes.0")["steps"][0]["outcomes"]) == 1
    assert places.moved(document, "papers.0", by=-1) == document
    for wrong in ("papers.7", "nobody.0", ""):
        with pytest.raises(places.NoPlace):
            places.without(document, wrong)


def test_only_what_differs_is_told() -> None:
    before, after = defined().model_dump(mode="json"), defined().model_dump(mode="json")
    assert places.changes(before, after) == []
    after["papers"].reverse()
    after["papers"][0]["number"] = 3
    (change,) = places.changes(before, after)
    assert (change.place, change.before, change.after) == (
        ("papers", "marriage", "number"), 1, 3
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"==": [{"var": "abroad"}, True]}, "“Sinh ở nước ngoài” là Có"),
        ({"in": [{"var": "role"}, ["mother", "father"]]}, "“Là” là một trong: mẹ, cha"),
        ({"and": [{"var": "married"}, {"!": {"var": "abroad"}}]},
         "(“Đã kết hôn”) và (không phải là: “Sinh ở nước ngoài”)"),
        ({"<": [{"var": "born_on"}, "2026-02-01"]}, "“Ngày sinh” nhỏ hơn 01/02/2026"),
        ({"some": [{"var": "parents"}, True]}, '{"some": [{"var": "parents"}, true]}'),
        (None, ""),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(when: dict[str, Any] | None, said: str) -> None:
    assert wording.condition(defined().form, when) == said


# --- Throwing a draft away -----------------------------------------------------------------------


def discarded(user: User, read_at: str = "") -> Any:
    read_at = read_at or draft_of().changed_at.isoformat()
    return signed_in(user).post(f"{DESK}discard", {"read_at": read_at})


def test_a_draft_is_thrown_away_after_asking_and_what_was_published_stays(
    office: dict[str, User],
) -> None:
    published = services.publish(
        version=drafted(office["nga"]), valid_from=date(2026, 1, 1), by=office["hoa"].actor,
        at=clock.now(),
    )  # fmt: skip
    drafted(office["minh"])
    asked = signed_in(office["nga"]).get(f"{DESK}discard")
    assert asked.status_code == 200
    assert office["minh"].get_full_name() in asked.content.decode(), "whose work it is"
    assert Version.objects.filter(state=State.DRAFT).exists(), "a look throws nothing away"

    assert discarded(office["nga"])["Location"].endswith(DESK)

    assert list(Version.objects.all()) == [published]
    assert Entry.objects.get(act="procedures.discard").actor == office["nga"].actor
    assert signed_in(office["nga"]).get(f"{DESK}discard").status_code == 404
    signed_in(office["nga"]).post(f"{DESK}begin")
    assert draft_of().number == 2, "a new one can be begun"


def test_one_that_never_was_anything_but_a_draft_goes_from_the_catalogue(
    office: dict[str, User],
) -> None:
    drafted(office["nga"])
    discarded(office["nga"])
    assert not Procedure.objects.filter(code=CODE).exists()
    assert signed_in(office["nga"]).get("/desk/procedures/").status_code == 200


def test_what_somebody_wrote_meanwhile_is_not_thrown_away(office: dict[str, User]) -> None:
    read_at = drafted(office["nga"]).changed_at.isoformat()
    drafted(office["minh"])
    answer = discarded(office["nga"], read_at)
    assert answer.status_code == 409
    assert Version.objects.filter(state=State.DRAFT).exists()


@pytest.mark.parametrize("name", ["hoa", "tam", "lan", "bien"])
def test_only_who_designs_throws_a_draft_away(office: dict[str, User], name: str) -> None:
    drafted(office["nga"])
    assert discarded(office[name]).status_code == 403
    assert Version.objects.filter(state=State.DRAFT).exists()


# --- What is wrong with a value ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"channel": "fax"}, "Xin chọn một trong các giá trị"),
        ({"results": "x"}, "Xin nhập một danh sách."),
        ({"colour": "red"}, "Không có mục này."),
        ({"name": 5}, "Xin nhập một mục có tên và giá trị."),
    ],
)
def test_each_value_that_cannot_be_taken_is_refused_in_the_language_of_the_reader(
    office: dict[str, User], changes: dict[str, Any], said: str
) -> None:
    with translation.override("vi"), pytest.raises(services.NotADefinition) as refused:
        services.draft(document=birth(**changes), by="user:1", at=clock.now())
    [(_where, why)] = refused.value.places
    assert why.startswith(said)
    assert "nput" not in why


def test_every_fault_that_a_definition_can_have_has_words_of_its_own() -> None:
    """Whatever is thrown at it, no sentence of the library comes through."""
    strange: list[Any] = [None, 5, "x" * 5000, [], {}, [1], True, -1, 1.5]
    document = birth()
    for name in Definition.model_fields:
        for value in strange:
            try:
                Definition.model_validate(document | {name: value})
            except ValidationError as error:
                for one in error.errors(include_url=False, include_input=False):
                    assert faults.said(one) != "This cannot be read.", one["type"]
                    assert "%(" not in faults.said(one)
