"""A ward with something behind every door of dossiers and procedures, and everybody who tries."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.doors import signed_in
from dothi.accounts.tests.factories import make_citizen
from dothi.cases import selectors, services
from dothi.cases.choices import Origin, Paid, Scope, Sent
from dothi.cases.models import Arrival, Document, Dossier, StatementLine, Telling
from dothi.cases.services import Application, Given, Submitted, counters
from dothi.cases.tests import paying
from dothi.cases.tests.factories import (
    PERMIT,
    SINCE,
    Office,
    at,
    make_officer,
    make_result,
    somebody,
)
from dothi.cases.tests.test_reconciling import file as statement_file
from dothi.cases.tests.test_reconciling import row as statement_row
from dothi.cases.tests.waiting import Hall
from dothi.core.attachments import services as attachments
from dothi.core.papers import signing
from dothi.core.worklists.services import save_filter
from dothi.feedback.tests.factories import make_category
from dothi.procedures import services as procedures
from dothi.procedures.choices import Way
from dothi.procedures.tests import documents
from dothi.units.models import Unit

NOW = at("03T09:00")
VISIT = "0123456789abcdef"
# Whatever of these stands in an answer tells who somebody is.
OWNER = {
    "name": "Trịnh Thị Mốc Ấn", "phone": "0907654321", "citizen_id": "079190000777",
    "address": "77 Ngõ Dấu Riêng", "email": "dau-rieng@example.com",
}  # fmt: skip
SEALED = "079190000888"
VISITOR = {"name": "Lý Văn Hẹn Trước", "phone": "0903111222", "email": "hen-truoc@example.com"}
PERSONAL = frozenset({*OWNER.values(), SEALED, *VISITOR.values(), "0907 654 321"})


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


@dataclass
class Program:
    """A program of another office and its token."""

    code: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class House:
    """Dossiers of one applicant in every state, and the people who come to their doors."""

    office: Office = field(default_factory=Office)
    made: dict[str, Submitted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        river, hill = self.office.river, self.office.hill
        self.owner = make_citizen("chu-ho-so", full_name=OWNER["name"], email=OWNER["email"])
        self.people: dict[str, User | None] = {
            "nobody": None,
            "owner": self.owner,
            "other": make_citizen("nguoi-khac", full_name="Quách Văn Khác"),
            "outsider": self.office.stranger,
            "clerk": make_officer("bien-tap", unit=river, role=Role.EDITOR),
            "counter": self.office.counter,
            "handler": self.office.officer,
            "leader": self.office.leader,
            "auditor": make_officer("kiem-tra", unit=river, role=Role.AUDITOR),
            "steward": make_officer("quan-tri", unit=river, role=Role.STEWARD),
        }
        self.programs = {
            "reader": self._program("reader", river, [Scope.READ]),
            "sender": self._program("sender", river, [Scope.SUBMIT]),
            "doer": self._program("doer", river, [Scope.ACT]),
            "far": self._program("far", hill, list(Scope)),
        }
        signing.make_signer(
            unit_code="00001", role=Role.LEADER, post="Chủ tịch", agency="UBND Phường Bờ Sông",
            by="system", at=NOW,
        )  # fmt: skip
        self._dossiers()
        self._papers()
        self._money()
        self._queue()
        self._catalogue()

    # --- What is there ---------------------------------------------------------------------------

    def _dossiers(self) -> None:
        office = self.office
        make_category("conduct", "Thái độ", conduct=True)
        self._submit("new")
        self._submit("received", received=True)
        for name in ("handled", "asked", "charged", "asking", "proposed", "signing", "done", "back",
                     "taken", "agent"):  # fmt: skip
            self._submit(name, received=True)
            services.begin(dossier=self[name], by=office.officer, at=NOW)
        services.ask(dossier=self["asked"], what="Thiếu bản vẽ.", by=office.officer, at=NOW)
        services.charge(dossier=self["charged"], reason="Thuế", duties=[], by=office.officer,
                        at=NOW)  # fmt: skip
        self.question = services.consult(
            dossier=self["asking"], question="Đất có tranh chấp không?", due_on=NOW.date(),
            unit=office.hill, by=office.officer, at=NOW,
        )  # fmt: skip
        services.propose(dossier=self["proposed"], text="Bản thảo", by=office.officer, at=NOW)
        for name in ("signing", "done", "back"):
            services.advance(dossier=self[name], outcome="fits", by=office.officer, at=NOW)
        for name in ("done", "back"):
            self._finished(self[name])
        services.give(dossier=self["back"], by=office.counter, at=NOW)
        services.rate(dossier=self["back"], stars=1, note="Chờ lâu quá", at=NOW)
        # Received here on the visit of others, and decided uphill: who is there sees this one only.
        self._submit("crossing", origin=Origin.COUNTER, way=Way.DIRECT, by=office.counter,
                     visit=VISIT, unit=office.hill, receiving_unit=office.river)  # fmt: skip
        self.crossing = self.made.pop("crossing").dossier
        services.receive(dossier=self.crossing, by=office.counter, at=NOW)
        self.telling = Telling.objects.create(
            portal="national", dossier=self["handled"], move=1, service="DongBoHoSoMC",
            state=Sent.REFUSED, next_try_at=NOW, error="Sai mã",
        )  # fmt: skip
        self.arrival = Arrival.objects.create(
            portal="national", ref="G01-1", error="Thiếu tên", first_at=NOW, last_at=NOW
        )
        self._submit("brought", origin=Origin.MACHINE, source="sender")

    def __getitem__(self, name: str) -> Dossier:
        return self.made[name].dossier

    def _submit(
        self, name: str, *, received: bool = False, unit: Unit | None = None, **more: Any
    ) -> None:
        application = Application(
            procedure=PERMIT, unit=unit or self.office.river, applicant=somebody(**OWNER),
            answers=documents.permit_answers(owner_id=SEALED),
            papers=[Given(code=code) for code in documents.PERMIT_PAPERS],
        )  # fmt: skip
        given: dict[str, Any] = {
            "application": application, "origin": Origin.OWN, "by": self.owner, "at": NOW,
            "account": self.owner,
        }  # fmt: skip
        self.made[name] = services.submit(**(given | more))
        if received:
            services.receive(dossier=self[name], by=self.office.counter, at=NOW)

    def _finished(self, dossier: Dossier) -> None:
        make_result(dossier, at=NOW)
        services.advance(dossier=dossier, outcome="signed", by=self.office.leader, at=NOW)

    def _papers(self) -> None:
        land = Document.objects.get(dossier=self["handled"], code="land")
        self.file = attachments.take(
            file=picture(), name="so-do.jpg", by="public", at=NOW, owner=land.subject
        ).attachment
        self.paper = services.print_control(dossier=self["handled"], by=self.office.officer, at=NOW)
        receipt_of_day = selectors.history(self["handled"])[1]
        issued = services.issue_for(move=receipt_of_day.pk)
        assert issued is not None
        self.slip = issued
        self.draft = services.begin_draft(procedure=PERMIT, at=NOW, account=self.owner)
        services.attach(
            draft=self.draft.draft, paper="land", files=[(BytesIO(picture()), "so-do.jpg")], at=NOW
        )
        held = services.content_of(self.draft.draft)["papers"]["land"]
        self.draft_file = held[0]
        services.save_draft(
            draft=self.draft.draft, at=NOW, unit=self.office.river,
            content={"applicant": OWNER, "kind": "citizen", "done": ["start", "who"],
                     "papers": {"land": held}},
        )  # fmt: skip

    def _money(self) -> None:
        office = self.office
        for name in ("owing", "paid", "voided"):
            self._submit(name, received=True, origin=Origin.COUNTER, way=Way.DIRECT,
                         by=office.counter, visit=VISIT)  # fmt: skip
        [self.receipt] = services.collect(
            dossier=self["paid"], by=office.counter, at=NOW, how=Paid.CASH
        )
        [self.void] = services.collect(
            dossier=self["voided"], by=office.counter, at=NOW, how=Paid.CASH
        )
        services.void(receipt=self.void, reason="Nhầm", by=office.counter, at=NOW)
        self.statement = services.take_statement(
            name="sao-ke.csv", content=statement_file(statement_row("khong ro")),
            unit=office.river, by=office.counter, at=NOW,
        )  # fmt: skip
        self.line = StatementLine.objects.get(statement=self.statement)
        self._submit("online", received=True, origin=Origin.COUNTER, way=Way.DIRECT,
                     by=office.counter)  # fmt: skip
        self.payment = paying.begun(self["online"], at=NOW)
        services.confirm(told=paying.paid(self.payment, amount=1), provider=paying.CODE, at=NOW)

    def _queue(self) -> None:
        self.hall = Hall(self.office)
        self.hall.seated()
        taken = counters.take_turn(group=self.hall.civil, by="public", at=NOW)
        self.turn, self.turn_secret = taken.turn, taken.secret
        self.hall.slots()
        booked = counters.book_visit(
            group=self.hall.civil, starts_at=at("03T10:00"), by="public", at=NOW, **VISITOR
        )
        self.visit, self.visit_secret = booked.visit, booked.secret

    def _catalogue(self) -> None:
        self.writer = make_officer("soan", unit=self.office.root, role=Role.STEWARD)
        self.version = procedures.draft(document=documents.birth(), by=self.writer.actor, at=NOW)
        self.filter = save_filter(
            worklist="cases", person_id=self.office.leader.pk, name="Trễ", query="show=late"
        )

    # --- What they bring ------------------------------------------------------------------------

    @property
    def read_at(self) -> str:
        """Which draft of the procedure was read, as its page says it."""
        self.version.refresh_from_db()
        return self.version.changed_at.isoformat()

    def seen(self, name: str) -> str:
        """Which state of a dossier was read, as its page says it."""
        return selectors.loaded().get(pk=self[name].pk).changed_at.isoformat()

    @property
    def upload(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("so-do.jpg", picture(), "image/jpeg")

    @property
    def bank_file(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("moi.csv", statement_file(statement_row("la", ref="FT9")))

    @property
    def procedure_file(self) -> SimpleUploadedFile:
        document = documents.permit(code="1.000894")
        return SimpleUploadedFile("thu-tuc.json", json.dumps(document).encode())

    @property
    def entry(self) -> dict[str, Any]:
        """What an officer types for one dossier at the counter."""
        return {
            "who-kind": "citizen", "who-name": "Trần Thị Mẫu", "who-citizen_id": "079190000001",
            "how-receiving": "00001", "how-unit": "00001", "how-way": "1", "how-copies": "1",
            "how-pages": "1", "how-delivery": "counter", "how-language": "vi",
            **{f"papers-has-{code}": "on" for code in documents.PERMIT_PAPERS},
            "asked": ["kind", "floors", "owner_id"], "kind": "house", "floors": "3", "do": "next",
        }  # fmt: skip

    # --- Who comes -------------------------------------------------------------------------------

    def _program(self, code: str, unit: Unit, scopes: list[Scope]) -> Program:
        made = accounts.register_machine(
            code=code, name=f"Hệ thống {code}", unit=unit, role=Role.COUNTER,
            scopes=[scope.value for scope in scopes], valid_from=SINCE, by="system", at=NOW,
        )  # fmt: skip
        _token, text = accounts.issue_token(machine=made.machine, scopes=(), at=NOW)
        return Program(code=code, token=text)

    def client(self, name: str) -> Client:
        user = self.people[name]
        if user is None or name in {"owner", "other"}:
            client = Client()
            if user is not None:
                client.force_login(user)
            return client
        return signed_in(Client(), user)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the ward's dossiers: in no answer to who does not see them."""
        return frozenset(one.dossier.code for one in self.made.values())
