"""The worker of the house with one handler more, whose effects can be counted.

Inside the database it writes a row, outside of it a line in a file: the line stays when a kill
takes the row back, so that a test can tell whether it struck in the middle.
"""

import argparse
import os
import time
from typing import ClassVar

from dothi.core.events import registry


class BellRang(registry.Event):
    """A bell rang, in a test."""

    name: ClassVar[str] = "test.scale_bell"
    number: int


def listen(event: BellRang) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("insert into rung (number) values (%s)", [event.number])
    with open(os.environ["RUNG"], "a", encoding="utf-8") as lines:
        lines.write(f"{event.number}\n")
    time.sleep(0.01)  # Long enough to be killed in the middle.


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
    registry.on(BellRang, name="test.bells")(listen)
    from dothi.run.commands.serve import work

    work(argparse.Namespace(as_child=True))


if __name__ == "__main__":
    main()
