"""Forms that were changed on the way: what no page of ours sends changes nothing."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from dothi.accounts.tests.doors import signed_in
from dothi.accounts.tests.factories import make_citizen
from dothi.cases import selectors, services
from dothi.cases.choices import Act, Origin, Status
from dothi.cases.models import Dossier, Draft, Party, Receipt
from dothi.cases.tests.factories import MONDAY_9AM, PERMIT, Office
from dothi.cases.tests.test_citizen_pages import (
    SIGNED,
    begun,
    file,
    filled_in,
    page,
    post,
    sent,
    signed,
)
from dothi.core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def draft_behind(url: str) -> Draft:
    found = re.search(r"/apply/([^/]+)/", url)
    assert found is not None
    return services.draft_of(found[1], at=clock.now())


def answers(url: str) -> dict[str, object]:
    found: dict[str, object] = services.content_of(draft_behind(url)).get("answers", {})
    return found


WORK = {"asked": ["kind", "floors", "owner_id"], "kind": "house", "floors": "3", "do": "next"}


def test_answers_to_questions_that_nobody_asked_are_not_kept(
    client: Client, office: Office
) -> None:
    url = begun(client)
    post(client, f"{url}form/work", WORK | {"status": "9", "fee": "0", "unit": "00002"})
    assert answers(url).keys() <= {"kind", "floors", "owner_id"}


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "palace"}, {"kind": ["house", "works"], "floors": "99"}, {"floors": "-1"},
     {"floors": "1e9"}, {"floors": "²"}, {"floors": "3" * 500}, {"owner_id": "1" * 5000}],
)  # fmt: skip
def test_answers_that_the_form_does_not_offer_are_said_at_their_box(
    client: Client, office: Office, wrong: dict[str, str]
) -> None:
    url = begun(client)
    assert client.post(f"{url}form/work", WORK | wrong).status_code == 422
    filled = {**WORK, **wrong}
    post(client, f"{url}sign", SIGNED | filled)
    assert not Dossier.objects.exists()


def test_a_step_that_was_left_out_is_gone_back_to(client: Client, office: Office) -> None:
    url = begun(client)
    answer = post(client, f"{url}sign", SIGNED)
    assert "/sign" not in answer["Location"]
    assert not Dossier.objects.exists()


def test_what_is_sent_twice_is_one_dossier(client: Client, office: Office) -> None:
    url = begun(client)
    filled_in(client, url)
    signed(client, url)
    answer = client.post(f"{url}sign", SIGNED)
    assert answer.status_code in {302, 404, 410}
    assert Dossier.objects.count() == 1


def test_a_file_of_another_draft_stays_where_it_is(client: Client, office: Office) -> None:
    mine, other = begun(client), begun(Client())
    post(client, f"{mine}papers", {"paper-land": file(), "do": "add"})
    [held] = services.content_of(draft_behind(mine))["papers"]["land"]
    for deed in (f"remove-{held}", f"remove-{held}\0", "remove-", "use-land", "unuse-nothing"):
        answer = Client().post(f"{other}papers", {"do": deed})
        assert answer.status_code in {302, 422}
    assert services.content_of(draft_behind(mine))["papers"]["land"] == [held]
    assert "land" not in services.content_of(draft_behind(other)).get("papers", {})


def test_a_paper_that_the_procedure_does_not_ask_for_takes_no_file(
    client: Client, office: Office
) -> None:
    url = begun(client)
    assert client.post(f"{url}papers/anything", {"file": file()}).status_code == 404
    post(client, f"{url}papers", {"paper-anything": file(), "do": "add"})
    assert "anything" not in services.content_of(draft_behind(url)).get("papers", {})


def test_the_applicant_is_who_stands_on_the_page_and_no_account_is_taken_by_name(
    client: Client, office: Office
) -> None:
    """Fields beside those of the page name no account, no officer and no other draft."""
    victim = make_citizen("nan-nhan", full_name="Nạn Nhân")
    url = begun(client)
    filled_in(client, url)
    assert post(client, f"{url}check", {})["Location"].endswith("/sign")
    post(client, f"{url}sign", SIGNED | {"account": str(victim.pk), "user": str(victim.pk),
                                         "draft": "1", "origin": "counter"})  # fmt: skip
    [dossier] = Dossier.objects.all()
    assert {party.account_hash for party in Party.objects.filter(dossier=dossier)} == {""}
    assert dossier.origin == Origin.OWN


def test_what_has_to_be_paid_is_reckoned_and_never_read_from_a_form(
    client: Client, office: Office
) -> None:
    dossier = office.received()
    signed_in(client, office.counter)
    due = [line.amount for line in selectors.fees_of(dossier).lines]
    url = f"/en/desk/cases/{dossier.code}/fees/collect"
    client.post(url, {"how": "cash", "amount": "1", "sum": "1", "price": "0"})
    assert [line.amount for line in selectors.fees_of(dossier).lines] == due
    assert all(one.amount in due for one in Receipt.objects.all())


@pytest.mark.parametrize("deed", ["supply", "rate", "agree", "object", "delete", "give", "\0", ""])
def test_an_applicant_does_only_what_the_status_offers(
    client: Client, office: Office, deed: str
) -> None:
    secret = sent(client)
    before = Dossier.objects.values().get()
    answer = client.post(f"/en/cases/t/{secret}", {"act": deed, "stars": "5", "said": "x"})
    assert answer.status_code in {200, 302, 403}
    assert Dossier.objects.values().get() == before
    assert "Traceback" not in page(client, f"/en/cases/t/{secret}")


@pytest.mark.parametrize("act", [Act.FINISH, Act.GIVE, Act.RECEIVE, Act.SUPPLY, Act.REFUSE])
def test_an_officer_does_only_what_the_status_offers(
    client: Client, office: Office, act: Act
) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    answer = client.post(
        f"/en/desk/cases/{dossier.code}/",
        {"act": act.value, "reason": "x", "outcome": "signed", "status": str(Status.DONE.value)},
    )
    assert answer.status_code in {200, 302, 403, 422}
    assert selectors.loaded().get(pk=dossier.pk).status == Status.HANDLED


def test_an_outcome_of_another_step_moves_nothing(client: Client, office: Office) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    before = selectors.loaded().get(pk=dossier.pk).step
    for outcome in ("signed", "back", "nowhere", "", "sign\0"):
        client.post(
            f"/en/desk/cases/{dossier.code}/", {"act": "advance", "outcome": outcome, "reason": "x"}
        )
    assert selectors.loaded().get(pk=dossier.pk).step == before


@pytest.mark.parametrize(
    "url", ["/en/procedures/{PERMIT}/apply/", "{draft}who", "{draft}sign", "/en/desk/cases/{code}/"]
)
def test_no_form_of_another_site_is_taken(office: Office, url: str) -> None:
    """Without the token of the page (CSRF)."""
    draft, dossier = begun(Client()), office.received()
    strict = Client(enforce_csrf_checks=True)
    signed_in(strict, office.officer)
    before = selectors.loaded().get(pk=dossier.pk).changed_at
    answer = strict.post(
        url.format(PERMIT=PERMIT, draft=draft, code=dossier.code),
        {"act": "begin", "unit": "00001", "kind": "citizen", "acting": "self"},
    )
    assert answer.status_code == 403
    assert selectors.loaded().get(pk=dossier.pk).changed_at == before
