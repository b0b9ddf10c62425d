"""The virus scanner, if the house runs one: clamd's INSTREAM over a socket."""

import socket
import struct

CHUNK = 1 << 16
SECONDS = 20


class ScannerSilent(Exception):
    """The scanner does not answer."""


def is_infected(content: bytes, *, address: str) -> bool:
    """Ask clamd at `/path/to/socket` or `host:port`.

    Raises:
        ScannerSilent: it cannot be reached, or says something else than yes or no.
    """
    try:
        with _connect(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = line.recv(4096).decode(errors="replace").rstrip("\0\n")
    except OSError as error:
        raise ScannerSilent(str(error)) from error
    if answer.endswith("FOUND"):
        return True
    if answer.endswith("OK"):
        return False
    raise ScannerSilent(answer)


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), SECONDS)
