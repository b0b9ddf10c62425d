"""After a sealed report: the whole database, every log and every file, searched for its writer.

On a whole house as it runs: what is looked for is the text, the address, the device, the code, and
the time of the visit beside anything that names the channel.
"""

import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dothi.run.postgres import Postgres, binaries
from tests.house import House

WORDS = "Nguoi nhan ho so doi them tien zq7vw"
ADDRESS = "203.0.113.201"
DEVICE = "SeldomBrowser/7.31"
CODE = re.compile(r'class="secret code">([0-9A-Z-]+)<')


def ask(house: House, path: str, **fields: str) -> str:
    """As a browser does: from an address that a proxy of ours would hand on."""
    data = urllib.parse.urlencode(fields).encode() if fields else None
    headers = {"User-Agent": DEVICE, "X-Forwarded-For": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    request = urllib.request.Request(f"{house.url}{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Set-Cookie"] is None
        assert answer.headers["Cache-Control"] == "no-store"
        return str(answer.read().decode())


def dump(house: House) -> str:
    """Everything that a backup holds."""
    server = Postgres(house.var / "pg")
    url = server.running()
    assert url is not None
    done = subprocess.run(
        [binaries() / "pg_dump", "--inserts", "--no-owner", url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def files(house: House) -> Iterator[Path]:
    """Every file of the house: logs, outbox, keys, and the database server's own files."""
    for path in house.var.rglob("*"):
        if path.is_file() and not path.is_socket():
            yield path


def test_nothing_tells_who_wrote_or_when(house: House) -> None:
    begun = datetime.now(UTC)
    ask(house, "/en/feedback/protected/")
    page = ask(house, "/en/feedback/protected/", conduct="abuse", text=WORDS)
    found = CODE.search(page)
    assert found
    code = found[1]
    assert WORDS in ask(house, "/en/feedback/protected/open", code=code)
    ask(house, "/en/feedback/protected/open", code=code, text=f"{WORDS} nua")
    ended = datetime.now(UTC)

    whole = dump(house)
    assert "feedback_sealedreport" in whole
    for secret in (WORDS, ADDRESS, DEVICE, code, code.replace("-", ""), WORDS.encode().hex()):
        assert secret not in whole, secret
    rows = whole.splitlines()
    sealed = [row for row in rows if row.startswith("INSERT INTO public.feedback_sealed")]
    assert len(sealed) >= 2
    moments = re.compile(r"\d\d:\d\d:\d\d")
    assert not [line for line in sealed if moments.search(line)]

    # The server's files hold the sealed rows, too, and none of the secrets in clear.
    secrets = [text.encode() for text in (WORDS, ADDRESS, DEVICE, code, code.replace("-", ""))]
    searched = 0
    for path in files(house):
        content = path.read_bytes()
        searched += 1
        for secret in secrets:
            assert secret not in content, f"{secret!r} in {path}"
    assert searched > 100

    # No log of ours has a line of these seconds that names the channel.
    seconds = [
        (begun + timedelta(seconds=n)).strftime("%H:%M:%S")
        for n in range(int((ended - begun).total_seconds()) + 2)
    ]
    for log in [*house.var.glob("log/*"), *house.var.glob("*.log"), *house.var.glob("pg/*.log")]:
        for line in log.read_text("utf-8", errors="replace").splitlines():
            named = "protected" in line or "sealed" in line
            assert not (named and any(second in line for second in seconds)), f"{log}: {line}"
