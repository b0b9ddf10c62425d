from datetime import date

import pytest

from dothi.accounts import registry, rules
from dothi.accounts.choices import Level, Role


def test_an_auditor_is_never_given_a_power_that_changes_something() -> None:
    with pytest.raises(registry.AuditorsOnlyLook):
        registry.allow(Role.AUDITOR, "feedback.assign")
    assert "feedback.assign" not in registry.powers_of(Role.AUDITOR)


def test_every_power_of_the_auditor_only_looks() -> None:
    granted = registry.granted()[Role.AUDITOR]
    assert granted
    assert all(rules.only_looks(power) for power in granted)


@pytest.mark.parametrize("power", ["assign", "Feedback.assign", "feedback.", "feedback.as-sign"])
def test_a_power_names_its_domain_and_its_verb(power: str) -> None:
    with pytest.raises(registry.NotAPower):
        registry.allow(Role.LEADER, power)


def test_levels_are_steps() -> None:
    assert rules.level_is_at_least(Level.IDENTITY, Level.CONTACT)
    assert not rules.level_is_at_least(Level.NONE, Level.CONTACT)


def test_a_period_ends_on_its_first_day_without() -> None:
    may, june, july = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
    assert not rules.overlap((may, june), (june, None))
    assert rules.overlap((may, None), (june, july))


def test_seeds_of_two_sample_people_differ() -> None:
    assert rules.demo_seed("lan") != rules.demo_seed("minh")
