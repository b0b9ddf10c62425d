"""One file at a time, the oldest first. What was taken stays there and is known by name, size and
time: a file that changed is a new one."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase

import paramiko

from dothi.connectors import allowed
from dothi.connectors.sftp import client
from dothi.connectors.sftp.client import Place, Remote
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched

PORT = 22
QUIET_SECONDS = 60


def fetch(asked: Asked) -> Fetched | None:
    place = Place(
        host=asked.text("host"), port=asked.number("port", PORT), user=asked.text("user"),
        host_key=asked.text("host_key"), password=asked.secrets.get("password", ""),
        key=asked.secrets.get("key", ""),
    )  # fmt: skip
    allowed.check(place.host, place.port)
    folder = asked.text("folder") or "."
    with _said(place, folder), client.opened(place) as session:
        there = client.files(session, folder)
        taken = asked.position.get("taken", {})
        waiting = [one for one in there if _is_new(one, taken, asked)]
        for number, one in enumerate(waiting):
            path = asked.folder / "file"
            if client.download(session, folder, one, path):
                # Files that are gone need not be remembered.
                names = {other.name for other in there}
                kept = {name: stamp for name, stamp in taken.items() if name in names}
                return Fetched(
                    path=path, name=one.name, more=number + 1 < len(waiting),
                    position={"taken": {**kept, one.name: [one.size, one.modified]}},
                )  # fmt: skip
    return None


def _is_new(one: Remote, taken: Mapping[str, list[int]], asked: Asked) -> bool:
    if not fnmatchcase(one.name, asked.text("pattern") or "*") or one.size == 0:
        return False
    if asked.at.timestamp() - one.modified < QUIET_SECONDS:
        return False
    return taken.get(one.name) != [one.size, one.modified]


@contextmanager
def _said(place: Place, folder: str) -> Iterator[None]:
    """Faults of the way in our words."""
    try:
        yield
    except client.OtherKey as error:
        raise NotFetched(Fault.HOST_KEY, host=place.host, found=error.found) from None
    except client.BadKey:
        raise NotFetched(Fault.SETTING, setting="key") from None
    except paramiko.AuthenticationException:
        raise NotFetched(Fault.DENIED, host=place.host) from None
    except FileNotFoundError:
        raise NotFetched(Fault.NO_FOLDER, folder=folder) from None
    except PermissionError:
        raise NotFetched(Fault.DENIED, host=place.host) from None
    except socket.gaierror:
        raise NotFetched(Fault.UNREACHABLE, host=place.host) from None
    except TimeoutError:
        raise NotFetched(Fault.SLOW, host=place.host) from None
    except (paramiko.SSHException, EOFError, OSError):
        raise NotFetched(Fault.UNREACHABLE, host=place.host) from None


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    found = {}
    if given.get("port", "") and not given["port"].isdigit():
        found["port"] = Fault.SETTING
    return found
