"""The doors of citizens: by a secret, by the account, the hall, appointments, files."""

from collections.abc import Mapping
from typing import Any

from dothi.cases.tests.factories import PERMIT
from tests.authorisation.house import House
from tests.authorisation.table import (
    ANYBODY,
    AWAY,
    DONE,
    EVERYBODY,
    GONE,
    Of,
    add,
    each,
    form,
    of,
    page,
)

# --- By a secret: whoever has it, and nobody else ------------------------------------------------


def secret(name: str) -> Of:
    return lambda house: {"text": house.made[name].secret}


def public_code(name: str) -> Of:
    return lambda house: {"text": house[name].code}


def behind(name: str, posted: str, *, dossier: str, data: Of) -> None:
    """A page behind the secret of a dossier; its public code opens nothing."""
    form(
        name,
        EVERYBODY,
        posted,
        args=secret(dossier),
        data=data,
        codes=ANYBODY,
        personal=ANYBODY,
        note=dossier,
    )
    form(
        name,
        GONE,
        GONE,
        args=public_code(dossier),
        data=data,
        codes=ANYBODY,
        note=f"{dossier} by the public code",
    )


behind(
    "cases:track",
    DONE,
    dossier="handled",
    data=lambda house: {"act": "withdraw", "reason": "Thôi", "sure": "on"},
)
behind("cases:track", DONE, dossier="asked", data=lambda house: {"act": "supply", "said": "Đã nộp"})
behind("cases:track", DONE, dossier="proposed", data=lambda house: {"act": "agree"})
behind("cases:pay", DONE, dossier="owing", data=lambda house: {"service": "trial"})
behind("cases:complain", DONE, dossier="handled", data=lambda house: {"text": "Chờ lâu"})
add(
    "cases:track",
    "403 302 302 302 302 302 302 302 302 302",
    method="post",
    args=secret("handled"),
    codes=ANYBODY,
    data=lambda house: {"act": "claim"},
    note="claim",
)
page("cases:own_application", EVERYBODY, args=secret("handled"), codes=ANYBODY, personal=ANYBODY)
page("cases:own_application", GONE, args=public_code("handled"), note="by the public code")
page(
    "cases:own_paper",
    EVERYBODY,
    codes=ANYBODY,
    personal=ANYBODY,
    args=lambda house: {**secret("handled")(house), "number": house.slip.code},
)
page(
    "cases:own_paper",
    GONE,
    note="not for the applicant",
    args=lambda house: {**secret("handled")(house), "number": house.paper.code},
)
page(
    "cases:own_paper",
    GONE,
    note="of another dossier",
    args=lambda house: {**secret("received")(house), "number": house.slip.code},
)
add(
    "cases:own_receipt",
    DONE,
    method="post",
    codes=ANYBODY,
    personal=ANYBODY,
    args=lambda house: {**secret("paid")(house), "pk": house.receipt.pk},
)
add(
    "cases:own_receipt",
    each("405"),
    method="get",
    args=lambda house: {**secret("paid")(house), "pk": house.receipt.pk},
)
add(
    "cases:own_receipt",
    GONE,
    method="post",
    note="of another dossier",
    args=lambda house: {**secret("owing")(house), "pk": house.receipt.pk},
)
page(
    "cases:pay_back",
    EVERYBODY,
    codes=ANYBODY,
    args=lambda house: {"reference": house.payment.reference},
)
add(
    "cases:pay_heard",
    each("401"),
    method="post",
    args=lambda house: {"provider": "trial"},
)
add(
    "cases:pay_heard",
    each("405"),
    method="get",
    args=lambda house: {"provider": "trial"},
)
page("cases:thanks", AWAY)
form("cases:follow", EVERYBODY, AWAY, data=lambda house: {"code": house.made["new"].secret})
add(
    "cases:follow",
    each("422"),
    method="post",
    data=lambda house: {"code": house["new"].code},
    note="by the public code",
    codes=ANYBODY,
)
# The account opens the own dossier, and nobody else's.
page("cases:mine", f"in 302 {' '.join(['404'] * 8)}", args=of("handled"))
page(
    "cases:my_draft",
    f"in 302 {' '.join(['404'] * 8)}",
    args=lambda house: {"pk": house.draft.draft.pk},
)

# --- A draft: by its secret ----------------------------------------------------------------------

form(
    "cases:begin",
    EVERYBODY,
    DONE,
    args=lambda house: {"code": PERMIT},
    data=lambda house: {"unit": "00001", "kind": "citizen", "acting": "self"},
)
form("cases:resume", EVERYBODY, AWAY, data=lambda house: {"code": house.draft.secret})
add("cases:resume", each("422"), method="post", data=lambda house: {"code": "1"}, note="guessed")


def draft_step(name: str, words: str, posted: str, data: Of, **more: Any) -> None:
    """A step of a draft: its key opens nothing, its secret does."""

    def args(house: House) -> Mapping[str, Any]:
        return {"text": house.draft.secret, **more}

    form(name, words, posted, args=args, data=data, personal=ANYBODY)
    form(
        name,
        GONE,
        GONE,
        data=data,
        note="by the key",
        args=lambda house: {"text": str(house.draft.draft.pk), **more},
    )


WHO = {"name": "Trần Thị Mẫu", "citizen_id": "079190000001", "phone": "0901234567"}
draft_step("cases:draft", AWAY, AWAY, lambda house: {})
draft_step(
    "cases:start",
    EVERYBODY,
    DONE,
    lambda house: {"unit": "00001", "kind": "citizen", "acting": "self"},
)
draft_step("cases:who", EVERYBODY, DONE, lambda house: WHO)
draft_step(
    "cases:section",
    EVERYBODY,
    DONE,
    section="work",
    data=lambda house: {
        "asked": ["kind", "floors", "owner_id"],
        "kind": "house",
        "floors": "3",
        "do": "next",
    },
)
draft_step("cases:papers_step", EVERYBODY, DONE, lambda house: {"do": f"remove-{house.draft_file}"})
draft_step("cases:wishes", EVERYBODY, DONE, lambda house: {"news": "none", "delivery": "counter"})
draft_step("cases:check", EVERYBODY, each("422"), lambda house: {"declared": "on"})
# Something is open in this draft, so that the way leads back.
draft_step("cases:sign_step", AWAY, AWAY, lambda house: {"do": "send", "name": "Ai đó"})
draft_step("cases:sheet", AWAY, AWAY, lambda house: {})
draft_step("cases:later", EVERYBODY, EVERYBODY, lambda house: {})
draft_step("cases:drop", EVERYBODY, DONE, lambda house: {})
add(
    "cases:attach",
    DONE,
    method="post",
    data=lambda house: {"file": house.upload},
    args=lambda house: {"text": house.draft.secret, "paper": "land"},
)
add(
    "cases:attach",
    each("405"),
    method="get",
    args=lambda house: {"text": house.draft.secret, "paper": "land"},
)
add(
    "cases:attach",
    GONE,
    method="post",
    data=lambda house: {"file": house.upload},
    args=lambda house: {"text": str(house.draft.draft.pk), "paper": "land"},
    note="by the key",
)

# --- Files and papers ----------------------------------------------------------------------------

# Who did not open the draft or dossier by its secret in this session finds no file.
page("files:file", GONE, args=lambda house: {"code": house.file.code})
page("files:rendition", GONE, args=lambda house: {"code": house.file.code, "size": 320})
page("files:file", GONE, args=lambda house: {"code": house.draft_file}, note="of a draft")
page("files:file", GONE, args=lambda house: {"code": house.slip.file}, note="paper")
page("papers:verify", EVERYBODY, args=lambda house: {"code": house.slip.code})

# --- Queue and appointments: for anybody, by a secret --------------------------------------------

page("cases:queue_offices", EVERYBODY)
form(
    "cases:kiosk",
    EVERYBODY,
    DONE,
    args=lambda house: {"unit": "00001"},
    data=lambda house: {"group": "A"},
)
page("cases:screen", EVERYBODY, args=lambda house: {"unit": "00001"})
page("cases:screen_now", EVERYBODY, args=lambda house: {"unit": "00001"})
form(
    "cases:turn",
    EVERYBODY,
    DONE,
    args=lambda house: {"secret": house.turn_secret},
    data=lambda house: {},
)
form(
    "cases:turn",
    GONE,
    GONE,
    args=lambda house: {"secret": house.turn.label},
    data=lambda house: {},
    note="by its number",
)
page("cases:turn_now", EVERYBODY, args=lambda house: {"secret": house.turn_secret})
page("cases:turn_now", GONE, args=lambda house: {"secret": house.turn.label}, note="by its number")
SLOT = "unit=00001&group=A&day=2026-03-10&time=08:00"
form(
    "cases:book_visit",
    EVERYBODY,
    DONE,
    query=SLOT,
    personal=ANYBODY,
    data=lambda house: {"name": "Lê Văn Mới", "phone": "0905555555", "email": ""},
)
page("cases:visit_booked", AWAY)
add("cases:visit_find", AWAY, method="post", data=lambda house: {"secret": house.visit_secret})
add("cases:visit_find", each("405"), method="get")
form(
    "cases:visit_own",
    EVERYBODY,
    DONE,
    args=lambda house: {"secret": house.visit_secret},
    data=lambda house: {"act": "cancel"},
    personal=ANYBODY,
)
form(
    "cases:visit_own",
    GONE,
    GONE,
    args=lambda house: {"secret": house.visit.code},
    data=lambda house: {"act": "cancel"},
    note="by its code",
)
