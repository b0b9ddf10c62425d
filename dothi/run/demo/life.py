"""A day of life in the sample house, in fast motion; then it goes on at the pace of a small ward.

Runs as a child of the demo. What it does, it does by the verbs that people and doors use. After a
pause of days it first lets the office settle what came due meanwhile, so that the sample never
opens on a house where everything is overdue.
"""

import os
import random
import signal
import sys
import time
from types import FrameType

FAST_SECONDS = 3.0  # Between two things that happen, while the day goes by.
FAST_TIMES = 60
SLOW_SECONDS = 90.0
MOST_OPEN = 60


def main() -> int:
    """Live until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
    signal.signal(signal.SIGTERM, _stop)
    import django

    django.setup()
    from dothi.core import clock
    from dothi.run.demo import feedback_story

    chance = random.Random()
    feedback_story.settle(clock.now(), chance)
    happened = 0
    while True:
        _something_happens(chance)
        happened += 1
        time.sleep(FAST_SECONDS if happened < FAST_TIMES else SLOW_SECONDS)


def _something_happens(chance: random.Random) -> None:
    from dothi.core import clock
    from dothi.feedback import selectors
    from dothi.feedback.models import Ticket
    from dothi.run.demo import feedback_story as story
    from dothi.run.demo import news_story

    at = clock.now()
    news_story.somebody_reads(at, chance)
    waiting = Ticket.objects.filter(closed_at=None, resolved_at=None)
    count = waiting.count()
    if count < MOST_OPEN and chance.random() < 0.55:
        story.report(chance.choice(story.lines()), at, chance)
    elif count:
        oldest = waiting.order_by("due_at", "id").values_list("pk", flat=True)
        pk = oldest[min(chance.randint(3, 9), count - 1)]
        answers = {line.text: line.answer for line in story.lines()}
        ticket = selectors.public_tickets().filter(pk=pk).first()
        if ticket is not None:
            story.handle(ticket, at, answers.get(ticket.text, "Đã xử lý xong tại chỗ."))


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
