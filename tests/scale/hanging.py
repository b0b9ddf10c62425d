"""The worker of the house, where every source of the kind `played` never answers."""

import argparse
import os
import time

from dothi.datastore.sources.ports import Asked, Fetched


def hang(asked: Asked) -> Fetched | None:
    with open(os.environ["ASKED"], "a", encoding="utf-8") as lines:
        lines.write("asked\n")
    while True:
        time.sleep(1)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
    from dothi.datastore.sources.ports import Kind, register
    from dothi.run.commands.serve import work

    register(Kind(code="played", title="Played", help="", settings=(), fetch=hang))
    work(argparse.Namespace(as_child=True))


if __name__ == "__main__":
    main()
