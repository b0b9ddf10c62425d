"""A payment service in the same process: says what a test has it say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from dothi.cases import ports, services
from dothi.cases.models import Dossier, Payment
from dothi.cases.ports import Ask, Standing, Told

CODE = "trial"


@dataclass
class Trial:
    """`down`: it does not answer. What it was asked is kept."""

    code: str = CODE
    name: str = "Trial"
    sample: bool = True
    down: bool = False
    asks: list[Ask] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)

    def ready(self) -> bool:
        return True

    def begin(self, ask: Ask) -> str:
        if self.down:
            raise ports.NotReached
        self.asks.append(ask)
        return f"https://pay.example/{ask.reference}"

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        if headers.get("X-Signature") != "right":
            raise ports.NotGenuine
        return self.told[body.decode()]

    def asked(self, reference: str, *, at: datetime) -> Told:
        if self.down:
            raise ports.NotReached
        still = Told(reference=reference, standing=Standing.OPEN, amount=0, provider_ref="")
        return self.told.get(reference, still)


@contextmanager
def trial() -> Iterator[Trial]:
    """The service, as long as the block runs."""
    service = Trial()
    ports.register(service)
    try:
        yield service
    finally:
        ports.providers.pop(CODE)


def begun(dossier: Dossier, *, at: datetime) -> Payment:
    return services.begin_payment(
        dossier=dossier, provider=CODE, at=at, language="vi",
        back="https://house.example/back/{reference}", callback="https://house.example/heard",
    )  # fmt: skip


def paid(payment: Payment, *, amount: int | None = None, ref: str = "P1") -> Told:
    return Told(
        reference=payment.reference, standing=Standing.PAID,
        amount=payment.amount if amount is None else amount, provider_ref=ref,
    )  # fmt: skip
