"""A signature looked at by openssl, which is none of ours."""

import re
import subprocess
from pathlib import Path


def finds_it_valid(pdf: bytes, root: str, folder: Path) -> bool:
    """Cut the signature out by its byte range, and let openssl verify it against the root."""
    found = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    assert found is not None
    first, length, second, rest = map(int, found.groups())
    assert (first, second + rest) == (0, len(pdf)), "it covers the whole file"
    (folder / "cms").write_bytes(bytes.fromhex(pdf[length + 1 : second - 1].decode()))
    (folder / "data").write_bytes(pdf[:length] + pdf[second:])
    (folder / "root.pem").write_text(root, "ascii")
    done = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content",
         "data", "-CAfile", "root.pem", "-purpose", "any", "-no_check_time", "-out", "/dev/null"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0
