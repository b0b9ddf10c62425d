"""The demo: a house with a sample district, in which a day of life goes by."""

import argparse
import json
import shutil
import signal
import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dothi.core.house import Standing
from dothi.run.checks import LOOPBACK, alone, check_port, check_space
from dothi.run.commands import serve
from dothi.run.database import Database, bring_up_to_date, database, in_the_house, use_django
from dothi.run.demo.cities import City, city_of
from dothi.run.house import House, house, write_private
from dothi.run.process import Stopped, end_with_parent
from dothi.run.supervisor import Child
from dothi.run.words import CannotWork, Progress, say

FILES = ("files", "outbox", "audit-heads", "store")


def demo(options: argparse.Namespace) -> int:
    """Load the sample base if it is not there, run the house, and let a day go by."""
    if options.with_parent:
        end_with_parent(signal.SIGTERM, keep_handlers=True)()
    home = house()
    if home.settings_file.exists():
        raise CannotWork("this folder holds a real house; run the demo from another clone.")
    _check_zone(options.timezone)
    say("dothi")
    progress = Progress()
    with alone(home) as was_killed:
        check_port(LOOPBACK, options.port, patient=was_killed)
        check_space(home)
        try:
            if options.fresh:
                _begin_anew(home)
            with database(home) as base:
                _load(home, base, progress, options)
                _run(home, base, options.port, progress)
        except Stopped:
            say("\nstopped; `make demo` goes on from here.")
    return 0


def _check_zone(name: str) -> None:
    if not name:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CannotWork(
            f"there is no time zone {name}; write it like America/Los_Angeles"
        ) from error


def _remember(home: House, base: Database, code: str, zone: str) -> None:
    """Write down which city this is and what time it is there: later commands ask for it."""
    known = home.settings()
    there = known.get("DOTHI_CITY", "")
    if base.standing() == Standing.SAMPLE and code and code != there:
        raise CannotWork(
            f"this folder holds another sample house; throw it away with FRESH=1, or set DOTHI_VAR "
            f"to a folder of its own for {code}."
        )
    if base.standing() != Standing.SAMPLE:
        known, there = {}, code
    bundle = json.loads((city_of(there).units / "bundle.json").read_text("utf-8"))
    kept = {
        "DOTHI_CITY": there,
        "TIME_ZONE": zone or known.get("TIME_ZONE") or bundle["time_zone"],
    }
    text = "# What this sample house remembers.\n"
    write_private(
        home.sample_file, text + "".join(f"{name}={value}\n" for name, value in kept.items())
    )


def _city(home: House) -> City:
    return city_of(home.setting("DOTHI_CITY"))


def demo_code(options: argparse.Namespace) -> int:
    """Print the present second step (TOTP) of a sample person."""
    with in_the_house():
        from dothi.accounts import selectors
        from dothi.accounts.models import User
        from dothi.core import clock

        user = User.objects.filter(username=options.name).first()
        if user is None:
            raise CannotWork(f"nobody is called {options.name}; the demo prints the names.")
        say(selectors.current_totp(user, clock.now()))
    return 0


def _begin_anew(home: House) -> None:
    """Throw the sample data away; an embedded cluster goes whole, so that a broken one heals."""
    from dothi.run.database import embedded

    say("  throwing the sample data away")
    if home.setting("DATABASE_URL"):
        with database(home) as base:
            if base.standing() == Standing.OTHER:
                raise CannotWork("this database holds something else; the demo needs its own.")
            base.empty()
    else:
        shutil.rmtree(embedded(home).data, ignore_errors=True)
    _remove_files(home)


def _remove_files(home: House) -> None:
    for name in FILES:
        shutil.rmtree(home.var / name, ignore_errors=True)


def _load(home: House, base: Database, progress: Progress, options: argparse.Namespace) -> None:
    """Load what every sample house has; /readyz is 200 only after that.

    A load that was broken off is worth nothing: it begins anew.
    """
    match base.standing():
        case Standing.SAMPLE_BEGUN:
            say("  an earlier start was broken off while it loaded: beginning anew")
            base.empty()
            _remove_files(home)
        case Standing.HOUSE | Standing.HOUSE_BEGUN:
            raise CannotWork("this database holds a real house; the demo needs its own.")
        case Standing.OTHER:
            raise CannotWork(
                "this database holds something else, or a sample of an older version: "
                "`make demo FRESH=1` begins anew in the embedded one."
            )
    home.make()
    _remember(home, base, options.city, options.timezone)
    is_new = base.standing() in {Standing.EMPTY, Standing.TABLES}
    if is_new:
        base.mark(Standing.SAMPLE_BEGUN)
    use_django(home, base.owner, demo=True)
    with progress.step("bringing the database up to date"):
        bring_up_to_date(home, base)
    if not is_new:
        return
    from dothi.core import clock
    from dothi.run.demo import base as sample

    at = clock.now()
    for title, step in sample.steps_of(_city(home)):
        with progress.step(title):
            step(at)
    base.mark(Standing.SAMPLE)


def _run(home: House, base: Database, port: int, progress: Progress) -> None:
    with serve.programs(home, base, host=LOOPBACK, port=port, demo=True) as supervisor:
        with progress.step("starting web and worker"):
            serve.wait_until_ready(supervisor, LOOPBACK, port)
        _greet(port, _city(home))
        if not _city(home).story:
            supervisor.watch()
        life = [sys.executable, "-m", "dothi.run.demo.life"]
        environment = serve.environment_of(home, base, port=port, demo=True)
        supervisor.add(Child("life", life, environment, home.logs / "life.log", grace=3))
        supervisor.watch()


def _greet(port: int, city: City) -> None:
    from dothi.run.demo import base as sample

    say(f"\ndothi is ready: http://localhost:{port}\n")
    say(f"  the wall         http://localhost:{port}/operations/wall")
    say(f"  the desk         http://localhost:{port}/desk/")
    say(f"  Open311          http://localhost:{port}/open311/v2/services.json")
    say(f"  the API          http://localhost:{port}/api/openapi.json\n")
    say("  sign in with one of these names, the password")
    say(f"  “{sample.PASSWORD}” and the code of `bin/dothi demo code NAME`:\n")
    for name, what in sample.people():
        say(f"    {name:<18} {what}")
    if city.story:
        _greet_seats()
    if city.hint:
        say(f"\n  take reports over: {city.hint}")
    say("\n  Ctrl-C stops everything.")


def _greet_seats() -> None:
    from dothi.feedback.choices import Seat
    from dothi.run.demo.sealed_story import PASSPHRASES

    say("\n  the protected channel opens with both (sample passphrases; in a real house nobody's):")
    say(f"    first seat         “{PASSPHRASES[Seat.FIRST]}”")
    say(f"    second seat        “{PASSPHRASES[Seat.SECOND]}”")
