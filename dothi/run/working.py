"""What does the jobs of a house: one worker for its own work, one for what waits for others.

Both are in one process. Whoever fetches waits for machines that nobody here keeps: such jobs have
slots of their own, so that four servers that do not answer hold up no delivery.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from procrastinate import App, signals
from procrastinate.jobs import DeleteJobCondition

SLOTS = 4  # Jobs at once, of each of the two.
SPARE = 2  # Threads for what the library itself leaves to one.


def run(app: App, *, waiting: str) -> None:
    """Do jobs until told to stop; those of the queue `waiting` beside all others."""
    with asyncio.Runner() as runner:
        runner.run(_both(app, waiting))


async def _both(app: App, waiting: str) -> None:
    # A job keeps its thread to the end: with fewer threads than slots the two would share again.
    threads = ThreadPoolExecutor(2 * SLOTS + SPARE, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)
    own = {task.queue for task in app.tasks.values()} - {waiting}
    async with app.open_async():
        workers = [
            asyncio.create_task(
                app.run_worker_async(
                    name=name, queues=sorted(queues), concurrency=SLOTS,
                    delete_jobs=DeleteJobCondition.SUCCESSFUL, fetch_job_polling_interval=2.0,
                    shutdown_graceful_timeout=5.0, install_signal_handlers=False,
                )
            )
            for name, queues in (("house", own), ("waiting", {waiting}))
        ]  # fmt: skip

        at_work = list(workers)

        def stop() -> None:
            # Once each: a second time would break off the jobs that are being ended in order.
            while at_work:
                at_work.pop().cancel()

        with signals.on_stop(stop):
            await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        # One that ended by a fault takes the other along: the supervisor starts both anew.
        stop()
        for told in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(told, Exception):
                raise told
