"""What `dothi init` refuses, and that its starter catalogue makes a house that takes reports."""

import argparse
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dothi.core.crypto import services as crypto
from dothi.core.workdays import services as workdays
from dothi.feedback import services as feedback
from dothi.feedback.choices import Channel
from dothi.feedback.selectors import catalogue
from dothi.lib.geo import Point
from dothi.procedures import selectors as designs
from dothi.procedures import services as procedures
from dothi.run.commands import new_house
from dothi.run.house import ROOT
from dothi.run.words import CannotWork
from dothi.units import services as units

AT = datetime(2026, 11, 26, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
GOOD = {
    "units": str(ROOT / "starter" / "units"),
    "url": "https://dothi.example.vn/",
    "admin": "quan.tri",
    "admin_name": "Phan Hoài An",
    "admin_email": "An@Example.vn",
    "catalogue": "",
    "procedures": "",
    "time_zone": "Asia/Ho_Chi_Minh",
    "mail": "",
    "mail_from": "",
}


def answered(**changes: str | None) -> argparse.Namespace:
    options = argparse.Namespace(**{**GOOD, **changes})
    new_house._answer(options)
    return options


@pytest.mark.parametrize(("changes", "why"), [
    ({"units": "/nowhere"}, "no units.csv"),
    ({"url": "dothi.example.vn"}, "no public address"),
    ({"url": "https://"}, "no public address"),
    ({"url": "https://x.vn:port"}, "no address"),
    ({"url": "https://x.vn/somewhere"}, "no public address"),
    ({"url": "http://dothi.example.vn"}, "TLS"),
    ({"admin": "quan tri"}, "no sign-in name"),
    ({"admin_name": ""}, "full name"),
    ({"admin_email": "an@"}, "no e-mail"),
    ({"mail": "smtp.example.vn:x"}, "no mail server"),
    ({"mail_from": "me"}, "no e-mail"),
    ({"time_zone": "Asia/Saigon2"}, "no time zone"),
    ({"catalogue": "/nowhere"}, "no categories.csv"),
    ({"procedures": "/nowhere"}, "no areas.csv"),
    ({"url": None, "admin": None}, "say --url, --admin"),
])  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(
    changes: dict[str, str | None], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CannotWork, match=why):
        answered(**changes)


def test_who_sits_at_a_terminal_is_asked_until_the_answer_makes_sense(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["not an address", "https://dothi.example.vn"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    assert answered(url=None).url == "https://dothi.example.vn"
    assert "no public address" in capsys.readouterr().out


def test_settings_behind_tls_and_on_this_machine() -> None:
    public = new_house._settings(answered())
    assert (public["SECURE"], public["TRUSTED_PROXIES"]) == ("1", "1")
    assert public["ALLOWED_HOSTS"] == "dothi.example.vn"
    assert public["CSRF_TRUSTED_ORIGINS"] == "https://dothi.example.vn"
    here = new_house._settings(answered(url="http://localhost:8161"))
    assert (here["SECURE"], here["TRUSTED_PROXIES"]) == ("0", "0")


@pytest.mark.django_db
def test_the_starter_makes_a_house_that_takes_reports_before_anything_is_drawn() -> None:
    crypto.make_keys()
    units.load_bundle(ROOT / "starter" / "units", at=AT)
    workdays.seed(years=range(2025, 2028), at=AT)
    feedback.load_catalogue(ROOT / "starter" / "feedback", at=AT)
    sent = feedback.submit(
        text="Ổ gà sâu ngay làn xe máy.", category="road", place=Point(106.65, 10.76),
        address="", contact=None, channel=Channel.WEB, at=AT,
    )  # fmt: skip
    assert sent.ticket.unit.code == "00000"
    assert sent.ticket.due_at is not None
    assert sent.ticket.due_at > AT


@pytest.mark.django_db
def test_procedures_of_the_starter_are_drafts_that_somebody_of_the_house_has_to_publish() -> None:
    folder = answered().procedures
    assert procedures.load_drafts(folder, at=AT) >= 25
    assert procedures.load_drafts(folder, at=AT) == 0, "a second time there is nothing new"
    assert not designs.search("", on=AT.date()).versions, "citizens see none of them yet"
    assert len(designs.designs()) >= 25


@pytest.mark.django_db
def test_every_row_of_the_starter_says_whose_decision_it_is() -> None:
    units.load_bundle(ROOT / "starter" / "units", at=AT)
    feedback.load_catalogue(ROOT / "starter" / "feedback", at=AT)
    assert len(catalogue.current().by_code) >= 10
    for name in ("limits", "routes", "settings"):
        lines = (Path(ROOT) / "starter" / "feedback" / f"{name}.csv").read_text("utf-8")
        for line in lines.splitlines()[1:]:
            assert "Quyết định" in line or "chưa phải quyết định" in line, f"{name}: {line}"
            assert "Mẫu minh họa" not in line, "that is the demo's"
