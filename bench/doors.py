"""Over HTTP: lives of reports through the doors, public pages, a spike of arrivals."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
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
    stock = f"{Ticket.objects.count():,} reports"
    with house.open() as running:
        for follow, lived in asyncio.run(_lives(running)).items():
            how = ", each page opened before and after an act" if follow else ""
            yield report(lived, stock, how)


@dataclass
class Lived:
    seconds: float
    spent: dict[str, float]
    requests: int


def report(lived: Lived, stock: str, how: str = "") -> str:
    spent = ", ".join(
        f"{name} {seconds / LIVES * 1000:.1f}" for name, seconds in lived.spent.items()
    )
    return (
        f"{LIVES / lived.seconds:.1f} lives/s over HTTP with {stock} "
        f"({lived.requests / LIVES:.0f} requests a life{how}); ms of processor a life: {spent}"
    )


async def _lives(running: Open) -> dict[bool, Lived]:
    staff = await signed_in(running.port, (Role.DISPATCHER, Role.SPECIALIST))
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
    return await timed(running, work, asked)


async def timed(running: Open, work: Callable[[], Awaitable[None]], asked: list[int]) -> Lived:
    """So many workers side by side until they are through and all is delivered; `asked` counts the
    requests of each life.
    """
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

    @asynccontextmanager
    async def window(self, unit: str, role: str) -> AsyncIterator[Browser]:
        """A window of an officer, as soon as one is free."""
        queue = self.free[unit, role]
        browser = await queue.get()
        try:
            yield browser
        finally:
            queue.put_nowait(browser)

    async def act(
        self, unit: str, role: str, path: str, form: dict[str, str], *, follow: bool
    ) -> int:
        """Do one thing at the desk. Return how many requests that took."""
        async with self.window(unit, role) as browser:
            if follow:
                await expect(browser.get(path), 200)
            answer = await expect(browser.post(path, form), 302)
            if follow:
                await expect(browser.get(answer.headers["location"]), 200)
        return 3 if follow else 1

    def close(self) -> None:
        for queue in self.free.values():
            while not queue.empty():
                queue.get_nowait().close()


async def signed_in(port: int, roles: Sequence[Role]) -> Staff:
    """Sign who holds such a post in: password and second step, by the pages."""
    staff, known = Staff(), dict[int, Browser]()
    for post in await asyncio.to_thread(_posts, roles):
        if post.role == Role.SPECIALIST:
            staff.people[post.unit.code] = str(post.user_id)
        browser = Browser(port)
        if (before := known.get(post.user_id)) is not None:  # Somebody with two posts.
            browser.address, browser.cookies = before.address, before.cookies
        else:
            await sign_in(browser, post.user)
            known[post.user_id] = browser
        staff.add(post.unit.code, post.role, browser)
        for _ in range(TABS - 1):  # A code of the second step opens once: tabs share the session.
            tab = Browser(port, address=browser.address)
            tab.cookies = browser.cookies
            staff.add(post.unit.code, post.role, tab)
    return staff


def _posts(roles: Sequence[Role]) -> list[Post]:
    rows = Post.objects.filter(in_force(clock.now().date()), role__in=roles)
    held = rows.select_related("user", "unit").order_by("id")
    return [post for post in held if post.user.has_usable_password()]  # Programs sign in otherwise.


async def sign_in(browser: Browser, user: User) -> None:
    await expect(browser.get("/accounts/login/"), 200)
    form = {"login": user.username, "password": PASSWORD}
    answer = await expect(browser.post("/accounts/login/", form), 302)
    code = await asyncio.to_thread(accounts.current_totp, user, clock.now())
    await expect(browser.post(answer.headers["location"], {"code": code}), 302)


async def _life(port: int, staff: Staff, place: Point, *, follow: bool) -> int:
    citizen = Browser(port)
    try:
        code = await submit(citizen, place)
        ward = random.choice(sorted(staff.people))
        root = next(unit for unit, role in staff.free if role == Role.DISPATCHER)
        to = f"{ward}:{Role.SPECIALIST}"
        sent = {"act": "forward", "to": to, "text": "Thuộc địa bàn phường"}
        desk = f"/desk/feedback/{code}/"
        asked = await staff.act(root, Role.DISPATCHER, desk, sent, follow=follow)
        post = (ward, Role.SPECIALIST, desk)
        asked += await staff.act(
            *post, {"act": "assign", "person": staff.people[ward]}, follow=follow
        )
        done = {"act": "resolve", "text": "Đã lập lại trật tự."}
        asked += await staff.act(*post, done, follow=follow)
        page = await expect(citizen.get(f"/feedback/r/{code}"), 200)
        if code.encode() not in page.body:
            raise Failed(f"the page of {code} does not name it")
    finally:
        citizen.close()
    return asked + 2


async def submit(citizen: Browser, place: Point) -> str:
    form = {"service_code": SUBJECT, "lat": place.lat, "long": place.lon,
            "description": "Lấn chiếm lòng đường trước chợ"}  # fmt: skip
    answer = await expect(citizen.post("/open311/v2/requests.json", form), 201)
    return str(json.loads(answer.body)[0]["service_request_id"])


async def expect(asked: Awaitable[Answer], status: int) -> Answer:
    answer = await asked
    if answer.status != status:
        shown = answer.body.decode(errors="replace")
        raise Failed(f"expected {status}, got {answer.status}: {shown[:200]} … {shown[-2000:]}")
    return answer
