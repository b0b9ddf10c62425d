"""One whole file at a time, the oldest first; it stays where it is until it has landed."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from dothi.connectors.drop import client
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched, Settled, Verdict


def fetch(asked: Asked) -> Fetched | None:
    waiting = client.whole(_folder(asked), asked.text("pattern") or "*", at=asked.at)
    if not waiting:
        return None
    first = waiting[0]
    return Fetched(path=first.path, name=first.path.name, more=len(waiting) > 1)


def settle(asked: Asked, settled: Settled) -> None:
    """Put the file away under the number of its delivery: names come again."""
    folder = _folder(asked)
    name = Path(settled.name).name
    kept = f"{settled.delivery}-{name}"
    match settled.verdict:
        case Verdict.TAKEN:
            client.put_away(folder / name, folder / client.TAKEN, kept)
        case Verdict.REFUSED:
            client.put_away(folder / name, folder / client.REFUSED, kept, settled.reason)
        case Verdict.WITHDRAWN:
            taken = folder / client.TAKEN / kept
            client.put_away(taken, folder / client.REFUSED, kept, settled.reason)


def files(asked: Asked) -> list[Path]:
    """Every file below the folder, whatever it is called: also those that are half-written."""
    return client.everything(_folder(asked))


def take_away(asked: Asked, path: Path, note: str) -> None:
    client.remove(path, _folder(asked) / client.REFUSED, note)


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    try:
        client.folder_of(Path(settings.DROP), given.get("folder", "").strip())
    except (client.OutOfBounds, OSError, ValueError):
        return {"folder": Fault.SETTING}
    return {}


def _folder(asked: Asked) -> Path:
    name = asked.text("folder") or asked.dataset
    try:
        return client.folder_of(Path(settings.DROP), name)
    except client.OutOfBounds as error:
        raise NotFetched(Fault.SETTING, setting="folder") from error
    except OSError as error:
        raise NotFetched(Fault.NO_FOLDER, folder=name) from error
