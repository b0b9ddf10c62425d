"""Say where data comes from, and start, stop or wind back a source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import transaction

from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.sources import events, rules
from dothi.datastore.sources.choices import Fault, Language, Outcome, Publishing, State
from dothi.datastore.sources.models import Secret, Source
from dothi.datastore.sources.ports import Kind, kinds
from dothi.datastore.sources.services import telling
from dothi.datastore.sources.services.waking import ask_for_a_turn
from dothi.lib.codes import public_code

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that a steward says about a source. Secrets that are not named stay as they are."""

    title: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    every_minutes: int | None = None
    daily_at: time | None = None
    publishing: Publishing = Publishing.BY_HAND
    contact: str = field(default="", repr=False)
    contact_language: str = Language.VI


class NotSound(Exception):
    """The source would not work. `faults`: name of the setting ("" for the whole) → fault."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(dict(faults))
        self.faults = dict(faults)


class NotAllowedNow(Exception):
    """The source is not in a state for that."""


def create(*, dataset: "Dataset", kind: str, plan: Plan, by: str, at: datetime) -> Source:
    """A new source, paused: it fetches nothing before it is started.

    Raises:
        NotSound: see there.
    """
    _judge(dataset, kind, plan)
    with transaction.atomic():
        source = Source.objects.create(
            code=public_code("NG", at), dataset=dataset, title=plan.title, kind=kind,
            settings=dict(plan.settings), every_minutes=plan.every_minutes,
            daily_at=plan.daily_at, publishing=plan.publishing, next_at=at,
            contact=plan.contact, contact_language=plan.contact_language,
            created_by=by, created_at=at,
        )  # fmt: skip
        _keep_secrets(source, plan.secrets)
        record(
            "datastore.source_create", subject=source.subject, by=by, at=at,
            dataset=dataset.code, kind=kind, publishing=plan.publishing,
        )  # fmt: skip
    return source


def change(source: Source, *, plan: Plan, by: str, at: datetime) -> Source:
    """Say anew how a source is fetched. Where it is stays: to begin anew is `backfill`.

    Raises:
        NotSound: see there.
    """
    _judge(source.dataset, source.kind, plan)
    with transaction.atomic():
        source = _locked(source)
        changed = sorted(
            name
            for name in {*source.settings, *plan.settings}
            if source.settings.get(name, "") != plan.settings.get(name, "")
        )
        source.title, source.settings = plan.title, dict(plan.settings)
        source.every_minutes, source.daily_at = plan.every_minutes, plan.daily_at
        source.publishing = plan.publishing
        is_new_contact = source.contact != plan.contact
        source.contact, source.contact_language = plan.contact, plan.contact_language
        if source.state == State.RUNNING:
            source.next_at = at
        source.save()
        _keep_secrets(source, plan.secrets)
        record(
            "datastore.source_change", subject=source.subject, by=by, at=at, settings=changed,
            secrets=sorted(plan.secrets), publishing=plan.publishing, contact=is_new_contact,
        )  # fmt: skip
    return source


def pause(source: Source, *, by: str, at: datetime) -> Source:
    """Fetch nothing more for now. What is on its way is still settled.

    Raises:
        NotAllowedNow: it is paused already.
    """
    with transaction.atomic():
        source = _locked(source)
        if source.state == State.PAUSED:
            raise NotAllowedNow
        _move(source, State.PAUSED, by=by, at=at)
        if not source.run:
            telling.done(source)
    return source


def resume(source: Source, *, by: str, at: datetime) -> Source:
    """Start a source, or let one go on that was held: it is due at once.

    Raises:
        NotAllowedNow: it runs already.
        NotSound: it cannot be fetched under the contract of today.
    """
    _judge_mode(source.dataset, source.kind, source.settings)
    with transaction.atomic():
        source = _locked(source)
        if source.state == State.RUNNING:
            raise NotAllowedNow
        source.failures, source.fault, source.facts, source.next_at = 0, "", {}, at
        _move(source, State.RUNNING, by=by, at=at)
        if not source.run:
            telling.done(source)
        transaction.on_commit(lambda: ask_for_a_turn(source.code))
    return source


def fetch_now(source: Source, *, by: str, at: datetime) -> Source:
    """Have a running source fetched at once.

    Raises:
        NotAllowedNow: it does not run.
    """
    with transaction.atomic():
        source = _locked(source)
        if source.state != State.RUNNING:
            raise NotAllowedNow
        source.next_at = at
        source.save(update_fields=["next_at"])
        record("datastore.source_fetch_now", subject=source.subject, by=by, at=at)
        transaction.on_commit(lambda: ask_for_a_turn(source.code))
    return source


def backfill(source: Source, *, since: date | None, by: str, at: datetime) -> Source:
    """Fetch again what is new since a day, or everything: known rows are replaced by their key.

    Raises:
        NotAllowedNow: a delivery of it is on its way, or rows would come twice.
    """
    kind = kinds.get(source.kind)
    contract = source.dataset.agreed
    if kind is None or contract is None or not kind.is_incremental(source.settings):
        raise NotAllowedNow
    if contract.mode != Mode.MERGE:
        raise NotAllowedNow
    with transaction.atomic():
        source = _locked(source)
        if source.run or source.fetches.filter(outcome=Outcome.UNDER_WAY).exists():
            raise NotAllowedNow
        source.position = {"since": since.isoformat()} if since else {}
        source.next_at = at
        source.save(update_fields=["position", "next_at"])
        record(
            "datastore.source_backfill", subject=source.subject, by=by, at=at,
            since=since.isoformat() if since else "",
        )  # fmt: skip
        if source.state == State.RUNNING:
            transaction.on_commit(lambda: ask_for_a_turn(source.code))
    return source


def hold(source: Source, fault: Fault, *, at: datetime, **facts: object) -> None:
    """Stop a source by what came of it, and tell the steward. Within a transaction."""
    source.fault, source.facts = fault, facts
    _move(source, State.HELD, by="system", at=at)
    telling.told(source, at=at)


def _locked(source: Source) -> Source:
    return (
        Source.objects.select_for_update(of=("self",))
        .select_related("dataset__unit", "dataset__contract")
        .get(pk=source.pk)
    )


def _move(source: Source, state: State, *, by: str, at: datetime) -> None:
    was, source.state = source.state, state
    source.save()
    record(f"datastore.source_{state}", subject=source.subject, by=by, at=at, was=was)
    tell(
        events.SourceMoved(source=source.code, dataset=source.dataset.code, was=was, now=state),
        at=at,
    )


def _keep_secrets(source: Source, secrets: Mapping[str, str]) -> None:
    for name, value in secrets.items():
        if value:
            Secret.objects.update_or_create(source=source, name=name, defaults={"value": value})
        else:
            Secret.objects.filter(source=source, name=name).delete()


def _judge(dataset: "Dataset", code: str, plan: Plan) -> None:
    kind = kinds.get(code)
    if kind is None:
        raise NotSound({"": Fault.NO_KIND})
    faults = dict(kind.faults(plan.settings))
    for one in kind.settings:
        if one.required and not one.widget.is_secret and not plan.settings.get(one.name):
            faults.setdefault(one.name, Fault.SETTING)
    if faults:
        raise NotSound(faults)
    _judge_mode(dataset, code, plan.settings)


def _judge_mode(dataset: "Dataset", code: str, settings: Mapping[str, str]) -> None:
    kind, contract = kinds.get(code), dataset.agreed
    if kind is None:
        raise NotSound({"": Fault.NO_KIND})
    if contract is None:
        raise NotSound({"": Fault.NO_CONTRACT})
    if not is_fit(kind, Mode(contract.mode), settings):
        raise NotSound({"": Fault.MODE})


def is_fit(kind: Kind, mode: Mode, settings: Mapping[str, str]) -> bool:
    return rules.fits(
        mode, files=kind.files, incremental=kind.is_incremental(settings),
        overlap=kind.has_overlap(settings),
    )  # fmt: skip


def today(at: datetime) -> datetime:
    """The moment in the time of the city, by which schedules go."""
    return clock.local(at)
