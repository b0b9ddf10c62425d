"""Begin a dataset and say what it is."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import IntegrityError, transaction

from dothi.accounts.choices import Role
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue import events
from dothi.datastore.catalogue.choices import Kind, Licence, Rhythm, Share, State, Theme
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.services.indexing import index
from dothi.datastore.catalogue.services.refusals import CodeTaken, NotReady
from dothi.lib import text_vi
from dothi.units.models import Unit

LONG = frozenset({"description_vi", "description_en"})


@dataclass(frozen=True, kw_only=True)
class Description:
    """All that a steward says of a dataset."""

    title_vi: str
    title_en: str = ""
    description_vi: str = ""
    description_en: str = ""
    kind: Kind = Kind.ORIGINAL
    share: Share = Share.CLOSED
    themes: tuple[Theme, ...] = ()
    keywords: tuple[str, ...] = ()
    steward_role: Role = Role.STEWARD
    agency_vi: str = ""
    agency_en: str = ""
    licence: Licence = Licence.NOT_OPEN
    legal_basis: str = ""
    source: str = ""
    place: Unit | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    rhythm: Rhythm = Rhythm.IRREGULAR
    sample: bool = False


def description_of(dataset: Dataset) -> Description:
    """What is said of it now."""
    said = {one.name: getattr(dataset, one.name) for one in fields(Description)}
    return Description(
        **said | {"themes": tuple(dataset.themes), "keywords": tuple(dataset.keywords)}
    )


@transaction.atomic
def create(
    *, code: str, unit: Unit, description: Description, by: str, at: datetime,
    registered: bool = False,
) -> Dataset:  # fmt: skip
    """Begin a dataset as a draft.

    Raises:
        CodeTaken: another one has the code.
    """
    try:
        with transaction.atomic():
            dataset = Dataset.objects.create(
                code=code, unit=unit, registered=registered, created_at=at, changed_at=at,
                **_tidied(description),
            )  # fmt: skip
    except IntegrityError as error:
        raise CodeTaken(code) from error
    index(dataset)
    record("catalogue.create", subject=dataset.subject, by=by, at=at, unit=unit.code)
    tell(events.DatasetDescribed(code=code, unit_code=unit.code, parts=()), at=at)
    return dataset


@transaction.atomic
def describe(
    *, dataset: Dataset, description: Description, by: str, at: datetime, unit: Unit | None = None
) -> tuple[str, ...]:
    """Change what is said of a dataset, or who answers for it. Return the parts that changed.

    Raises:
        NotReady: it is published, and readers would miss something.
    """
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    said = _tidied(description) | ({"unit": unit} if unit is not None else {})
    changed = [name for name, value in said.items() if getattr(dataset, name) != value]
    for name in changed:
        setattr(dataset, name, said[name])
    if not changed:
        return ()
    if dataset.state == State.PUBLISHED and (missing := missing_in(dataset)):
        raise NotReady(missing)
    dataset.changed_at = at
    dataset.save(update_fields=[*changed, "changed_at"])
    index(dataset)
    record(
        "catalogue.describe", subject=dataset.subject, by=by, at=at, unit=dataset.unit.code,
        parts=changed,
    )  # fmt: skip
    tell(
        events.DatasetDescribed(
            code=dataset.code, unit_code=dataset.unit.code, parts=tuple(changed)
        ),
        at=at,
    )
    return tuple(changed)


def missing_in(dataset: Dataset) -> list[str]:
    """What readers would miss if it were published as it is."""
    found = [name for name in ("title_vi", "description_vi") if not getattr(dataset, name)]
    if not dataset.themes:
        found.append("themes")
    if dataset.share == Share.OPEN and dataset.licence == Licence.NOT_OPEN:
        found.append("licence")
    if dataset.contract_id is None:
        found.append("contract")
    return found


def _tidied(description: Description) -> dict[str, object]:
    said: dict[str, object] = {}
    for one in fields(Description):
        value = getattr(description, one.name)
        if isinstance(value, str) and one.name in LONG:
            value = text_vi.nfc(value).strip()
        elif isinstance(value, str) and type(value) is str:
            value = text_vi.tidy(value)
        elif one.name == "keywords":
            value = list(dict.fromkeys(text_vi.tidy(word)[:60] for word in value if word.strip()))
        elif one.name == "themes":
            value = [theme for theme in Theme if theme in value]
        said[one.name] = value
    return said
