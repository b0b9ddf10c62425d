"""Addresses and forms that no page of ours would send: refused, and nothing is broken by them."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import close_files, signed_in
from dothi.cases import selectors
from dothi.cases.models import Receipt
from dothi.cases.tests.factories import SINCE, make_officer
from tests.authorisation import at_the_desk, of_citizens, of_the_catalogue
from tests.authorisation.house import NOW, House
from tests.authorisation.table import TABLE

pytestmark = pytest.mark.django_db
# Importing a part writes its lines into the table.
PARTS = (at_the_desk, of_citizens, of_the_catalogue)
ODD = ("a\0b", "²", "9" * 40, "..", "x" * 3000)


def with_every_post(house: House) -> Client:
    """Somebody who gets as far as anybody, and reads what broke instead of raising it."""
    user = make_officer("moi-viec", unit=house.office.root)
    for role in Role:
        if role not in {Role.SPECIALIST, Role.AUDITOR}:
            accounts.appoint(
                user=user, unit=house.office.root, role=role, valid_from=SINCE, at=NOW, by="system"
            )
    return signed_in(Client(raise_request_exception=False), user)


def odd_addresses(house: House) -> set[tuple[str, str]]:
    """Each address with one of its parts replaced by something odd, where a route takes that."""
    found = set()
    for row in TABLE.rows:
        args = dict(row.args(house))
        for name in args:
            for odd in ODD:
                try:
                    found.add((row.method, reverse(row.name, kwargs=args | {name: odd})))
                except NoReverseMatch:
                    continue
    return found


def test_no_address_breaks_a_door(house: House) -> None:
    client = with_every_post(house)
    addresses = odd_addresses(house)
    assert len(addresses) > 300
    broken = []
    for method, address in sorted(addresses):
        answer = getattr(client, method)(address)
        close_files(answer)
        if answer.status_code >= 500:
            broken.append(f"{method} {address[:90]}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("line", ["²", "abc", "0", "-1", "9" * 40, "", "of another dossier"])
def test_a_counter_collects_what_was_ticked_and_nothing_else(house: House, line: str) -> None:
    if line == "of another dossier":
        line = str(selectors.fees_of(house["online"]).lines[0].pk)
    client, before = house.client("counter"), Receipt.objects.count()
    url = reverse("cases:collect", args=[house["owing"].code])
    assert client.post(url, {"how": "cash", "line": line}).status_code == 302
    assert Receipt.objects.count() == before
    assert client.post(url, {"how": "cash"}).status_code == 302
    assert Receipt.objects.count() == before + 1


NAMES = (
    "q", "search", "after", "unit", "show", "whose", "since", "until", "from", "to", "status",
    "statuses", "procedure", "area", "step", "role", "way", "page", "start", "found", "cols",
    "month", "year", "period", "day", "purpose", "code", "line", "kind", "group", "visit", "next",
)  # fmt: skip


@pytest.mark.parametrize("odd", ["a\0b", "²", "9" * 40, "-1", "x" * 3000, "2026-13-45"])
def test_no_question_breaks_a_list(house: House, odd: str) -> None:
    client = with_every_post(house)
    broken = []
    for row in TABLE.rows:
        if row.method != "get":
            continue
        address = reverse(row.name, kwargs=dict(row.args(house)))
        answer = client.get(address, dict.fromkeys(NAMES, odd))
        close_files(answer)
        if answer.status_code >= 500:
            broken.append(address)
    assert not broken, "\n".join(broken)
