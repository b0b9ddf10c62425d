"""Over HTTP: lives of reports through the doors, public pages, a spike of arrivals."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass

from bench.client import Answer, Browser, Failed
from bench.house import Measured, Open, settled
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.core import clock
from dothi.feedback.models import Ticket
from dothi.lib.geo import Point
from dothi.run.demo.base import PASSWORD
from dothi.run.demo.feedback_story import somewhere

LIVES = 300
WARM_UP = 40
AT_ONCE = 8
TABS = 3  # Windows that each officer has open.
REQUESTS = 400
SUBJECT = "security"  # Comes to the duty operator, who sends it on.
# A city's sustained load, and the spike that ten times of it is.
SUSTAINED = 6.0
TIMES = 10
SPIKE_SECONDS = 30
CALM_SECONDS = 10


# --- Lives ---------------------------------------------------------------------------------------


def lives(house: Measured) -> Iterator[str]:
    """Submit, send on, take, resolve, read: each by a request of its own, deliveries finished."""
    count = Ticket.objects.count()
    with house.open() as running:
        for follow, lived in asyncio.run(_lives(running)).items():
            yield _report(lived, count, follow)


@dataclass
class Lived:
    seconds: float
    spent: dict[str, float]
    requests: int


def _report(lived: Lived, count: int, follow: bool) -> str:
    how = ", each page opened before and after an act" if follow else ""
    spent = ", ".join(
        f"{name} {seconds / LIVES * 1000:.1f}" for name, seconds in lived.spent.items()
    )
    return (
        f"{LIVES / lived.seconds:.1f} lives/s over HTTP with {count:,} reports "
        f"({lived.requests / LIVES:.0f} requests a life{how}); ms of processor a life: {spent}"
    )


async def _lives(running: Open) -> dict[bool, Lived]:
    staff = await _signed_in(running.port)
    try:
        return {follow: await _live(running, staff, follow=follow) for follow in (False, True)}
    finally:
        staff.close()


async def _live(running: Open, staff: "Staff", *, follow: bool) -> Lived:
    chance = random.Random(11)
    places = [
        await asyncio.to_thread(somewhere, clock.now(), chance) for _ in range(LIVES + WARM_UP)
    ]
    asked: list[int] = []
    todo = iter(places)

    async def work() -> None:
        for place in todo:
            asked.append(await _life(running.port, staff, place, follow=follow))

    for _ in range(WARM_UP):  # Warm up: caches, connections, compiled templates.
        await _life(running.port, staff, next(todo), follow=follow)
    before, mine, started = running.spent(), time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    await asyncio.to_thread(settled)
    seconds = time.perf_counter() - started
    spent = {name: after - before[name] for name, after in running.spent().items()}
    spent["load generator"] = time.process_time() - mine
    return Lived(seconds, spent, sum(asked))


class Staff:
    """Officers who are signed in, each with some windows: one request at a time in each."""

    def __init__(self) -> None:
        self.free: dict[tuple[str, str], asyncio.Queue[Browser]] = {}
        self.people: dict[str, str] = {}  # Ward → its specialist.

    def add(self, unit: str, role: str, browser: Browser) -> None:
        self.free.setdefault((unit, role), asyncio.Queue()).put_nowait(browser)

    async def act(
        self, unit: str, role: str, code: str, form: dict[str, str], *, follow: bool
    ) -> int:
        """Do one thing with a report at the desk. Return how many requests that took."""
        queue = self.free[unit, role]
        browser = await queue.get()
        try:
            path = f"/desk/feedback/{code}/"
            if follow:
                await _expect(browser.get(path), 200)
            answer = await _expect(browser.post(path, form), 302)
            if follow:
                await _expect(browser.get(answer.headers["location"]), 200)
        finally:
            queue.put_nowait(browser)
        return 3 if follow else 1

    def close(self) -> None:
        for queue in self.free.values():
            while not queue.empty():
                queue.get_nowait().close()


async def _signed_in(port: int) -> Staff:
    """Sign the duty operators and specialists in: password and second step, by the pages."""
    staff = Staff()
    for post in await asyncio.to_thread(_posts):
        if post.role == Role.SPECIALIST:
            staff.people[post.unit.code] = str(post.user_id)
        browser = Browser(port)
        await _sign_in(browser, post.user)
        staff.add(post.unit.code, post.role, browser)
        for _ in range(TABS - 1):  # A code of the second step opens once: tabs share the session.
            tab = Browser(port, address=browser.address)
            tab.cookies = browser.cookies
            staff.add(post.unit.code, post.role, tab)
    return staff


def _posts() -> list[Post]:
    rows = Post.objects.filter(
        in_force(clock.now().date()), role__in=[Role.DISPATCHER, Role.SPECIALIST]
    )
    return list(rows.select_related("user", "unit").order_by("id"))


async def _sign_in(browser: Browser, user: User) -> None:
    await _expect(browser.get("/accounts/login/"), 200)
    form = {"login": user.username, "password": PASSWORD}
    answer = await _expect(browser.post("/accounts/login/", form), 302)
    code = await asyncio.to_thread(accounts.current_totp, user, clock.now())
    await _expect(browser.post(answer.headers["location"], {"code": code}), 302)


async def _life(port: int, staff: Staff, place: Point, *, follow: bool) -> int:
    citizen = Browser(port)
    try:
        code = await submit(citizen, place)
        ward = random.choice(sorted(staff.people))
        root = next(unit for unit, role in staff.free if role == Role.DISPATCHER)
        to = f"{ward}:{Role.SPECIALIST}"
        sent = {"act": "forward", "to": to, "text": "Thuộc địa bàn phường"}
        asked = await staff.act(root, Role.DISPATCHER, code, sent, follow=follow)
        post = (ward, Role.SPECIALIST, code)
        asked += await staff.act(
            *post, {"act": "assign", "person": staff.people[ward]}, follow=follow
        )
        done = {"act": "resolve", "text": "Đã lập lại trật tự."}
        asked += await staff.act(*post, done, follow=follow)
        page = await _expect(citizen.get(f"/feedback/r/{code}"), 200)
        if code.encode() not in page.body:
            raise Failed(f"the page of {code} does not name it")
    finally:
        citizen.close()
    return asked + 2


async def submit(citizen: Browser, place: Point) -> str:
    form = {"service_code": SUBJECT, "lat": place.lat, "long": place.lon,
            "description": "Lấn chiếm lòng đường trước chợ"}  # fmt: skip
    answer = await _expect(citizen.post("/open311/v2/requests.json", form), 201)
    return str(json.loads(answer.body)[0]["service_request_id"])


async def _expect(asked: Awaitable[Answer], status: int) -> Answer:
    answer = await asked
    if answer.status != status:
        raise Failed(f"expected {status}, got {answer.status}: {answer.body[:300]!r}")
    return answer
