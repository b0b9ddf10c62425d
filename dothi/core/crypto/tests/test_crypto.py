"""What is secret stays secret, and what was changed does not open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from dothi.core.crypto import rules, sealed, services
from dothi.core.notices.models import Notice

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    settings.KEYS = tmp_path / "keys"


def test_a_value_opens_for_its_purpose_only() -> None:
    token = services.encrypt("Nguyễn Thị Bưởi", purpose="reporter.name")
    assert "Bưởi" not in token
    assert services.decrypt(token, purpose="reporter.name") == "Nguyễn Thị Bưởi"
    with pytest.raises(rules.Unreadable):
        services.decrypt(token, purpose="reporter.phone")


def test_a_changed_value_does_not_open() -> None:
    token = services.encrypt("0901234567", purpose="p")
    other = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    with pytest.raises(rules.Unreadable):
        services.decrypt(other, purpose="p")


@pytest.mark.parametrize("text", ["", "plain", "1..x", "9.0001.AAAA"])
def test_what_was_never_encrypted_is_refused(text: str) -> None:
    with pytest.raises(rules.Unreadable):
        services.decrypt(text, purpose="p")


def test_equal_texts_have_different_tokens_and_equal_hashes() -> None:
    assert services.encrypt("a", purpose="p") != services.encrypt("a", purpose="p")
    assert services.keyed_hash("a", purpose="p") == services.keyed_hash("a", purpose="p")
    assert services.keyed_hash("a", purpose="p") != services.keyed_hash("a", purpose="q")


def test_keys_are_files_of_their_owner_only(settings: Any) -> None:
    made = services.make_keys()
    assert {path.name for path in made} == {"field-0001.key", "hash.key", "sign.key"}
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert services.make_keys() == []


@pytest.mark.django_db
def test_old_values_open_after_a_new_key_came() -> None:
    old = services.encrypt("a", purpose="p")
    key_id = services.add_key(by="system", at=NOON)
    new = services.encrypt("a", purpose="p")
    assert rules.key_id_of(new) == key_id != rules.key_id_of(old)
    assert services.decrypt(old, purpose="p") == services.decrypt(new, purpose="p") == "a"


def test_another_process_reads_and_writes_with_the_new_key_at_once(settings: Any) -> None:
    """The web programs run on while the office makes a new key."""
    old = services.encrypt("a", purpose="p")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(services, "_rings", services._Ring())
        (Path(settings.KEYS) / "field-0002.key").write_text("cd" * 32)
        new = services.encrypt("a", purpose="p")
    assert rules.key_id_of(new) == "0002"
    assert services.decrypt(new, purpose="p") == "a"
    assert services.decrypt(old, purpose="p") == "a"
    assert rules.key_id_of(services.encrypt("b", purpose="p")) == "0002"


def test_a_wrong_key_opens_nothing(settings: Any) -> None:
    token = services.encrypt("a", purpose="p")
    path = Path(settings.KEYS) / "field-0001.key"
    path.write_text("ab" * 32)
    (path.parent / "touched").touch()
    with pytest.raises(rules.Unreadable):
        services.decrypt(token, purpose="p")


def test_a_value_cannot_be_passed_off_under_another_key_id(settings: Any) -> None:
    """Version, key id and purpose are bound into each value (additional data of AES-GCM)."""
    token = services.encrypt("a", purpose="p")
    key = (Path(settings.KEYS) / "field-0001.key").read_text()
    (Path(settings.KEYS) / "field-0002.key").write_text(key)
    with pytest.raises(rules.Unreadable):
        services.decrypt(token.replace("1.0001.", "1.0002."), purpose="p")


def written(dedupe: str) -> Notice:
    return Notice.objects.create(
        template="t", channel="email", address="lan@example.org", address_hash="h", subject="a",
        text="b", language="vi", dedupe=dedupe, created_at=NOON, next_try_at=NOON,
    )  # fmt: skip


def tokens() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select address from core_notices_notice order by id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_a_new_key_reaches_every_value_and_the_old_one_is_put_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    for number in range(5):
        written(str(number))
    mark = services.keyed_hash("lan@example.org", purpose="notices.address")
    before = tokens()
    services.add_key(by="user:1", at=NOON)
    assert services.retire_keys(by="user:1", at=NOON) == [], "values still use the old key"
    told: dict[str, int] = {}
    found = services.re_encrypt(by="user:1", at=NOON, tell=told.__setitem__)
    assert (told["core_notices_notice.address"], found.unreadable) == (5, 0)
    assert {rules.key_id_of(token) for token in tokens()} == {"0002"}
    assert {notice.address for notice in Notice.objects.all()} == {"lan@example.org"}
    assert services.re_encrypt(by="user:1", at=NOON).values == 0
    assert services.retire_keys(by="user:1", at=NOON) == ["0001"]
    purpose = "core_notices_notice.address"
    assert services.decrypt(before[0], purpose=purpose) == "lan@example.org", "an old backup opens"
    (Path(settings.KEYS) / "field-0001.retired").unlink()
    with pytest.raises(rules.Unreadable):
        services.decrypt(before[0], purpose=purpose)
    assert services.keyed_hash("lan@example.org", purpose="notices.address") == mark


@pytest.mark.django_db
def test_a_value_that_does_not_open_stops_nobody_else() -> None:
    broken, fine = written("1"), written("2")
    with connection.cursor() as cursor:
        cursor.execute(
            "update core_notices_notice set address = '1.0001.AAAA' where id = %s", [broken.pk]
        )
    services.add_key(by="user:1", at=NOON)
    assert services.re_encrypt(by="user:1", at=NOON).unreadable == 1
    assert tokens()[0] == "1.0001.AAAA"
    assert Notice.objects.get(pk=fine.pk).address == "lan@example.org"
    assert services.retire_keys(by="user:1", at=NOON) == [], "its key is kept: it may be mended"


@pytest.mark.django_db
def test_a_house_that_keeps_its_keys_elsewhere_adds_the_new_one_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOTHI_KEY_FIELD", "ab" * 32)
    old = services.encrypt("a", purpose="p")
    with pytest.raises(services.KeysFromEnvironment):
        services.add_key(by="user:1", at=NOON)
    monkeypatch.setenv("DOTHI_KEY_FIELD", f"0001:{'ab' * 32},0002:{'cd' * 32}")
    assert services.decrypt(old, purpose="p") == "a"
    assert rules.key_id_of(services.encrypt("a", purpose="p")) == "0002"


def test_a_signed_link_is_good_until_its_time() -> None:
    token = services.sign({"t": 7}, purpose="partner", expires=NOON)
    assert services.unsign(token, purpose="partner", at=NOON - timedelta(seconds=1)) == {"t": 7}
    with pytest.raises(rules.Expired):
        services.unsign(token, purpose="partner", at=NOON)
    with pytest.raises(rules.Unreadable):
        services.unsign(token, purpose="other", at=NOON - timedelta(seconds=1))
    with pytest.raises(rules.Unreadable):
        services.unsign("x" + token, purpose="partner", at=NOON - timedelta(seconds=1))


def test_only_both_holders_together_open_what_was_sealed() -> None:
    one, first = sealed.new_holder_key("một câu dài để nhớ")
    two, second = sealed.new_holder_key("hai câu dài để nhớ")
    text = sealed.seal("Cán bộ A nhận tiền", first=one.public, second=two.public)
    assert sealed.unlock(one.locked, "một câu dài để nhớ") == first
    opened = sealed.open_sealed(text, first_private=first, second_private=second)
    assert opened == "Cán bộ A nhận tiền"
    for wrong in ((first, first), (second, second), (second, first)):
        with pytest.raises(sealed.CannotOpen):
            sealed.open_sealed(text, first_private=wrong[0], second_private=wrong[1])


def test_what_the_first_hands_over_opens_one_text_for_the_second_and_no_other() -> None:
    one, first = sealed.new_holder_key("một câu dài để nhớ")
    two, second = sealed.new_holder_key("hai câu dài để nhớ")
    here = sealed.seal("Việc này", first=one.public, second=two.public)
    there = sealed.seal("Việc khác", first=one.public, second=two.public)
    half = sealed.half_open(here, first_private=first)
    assert len(half) == sealed.HALF
    assert sealed.open_half(here, half, second_private=second) == "Việc này"
    with pytest.raises(sealed.CannotOpen):
        sealed.open_half(there, half, second_private=second)
    with pytest.raises(sealed.CannotOpen):
        sealed.open_half(here, half, second_private=first)


def test_a_text_that_was_moved_elsewhere_does_not_open_there() -> None:
    one, first = sealed.new_holder_key("một câu dài để nhớ")
    two, second = sealed.new_holder_key("hai câu dài để nhớ")
    text = sealed.seal("Việc này", first=one.public, second=two.public, context="a.1")
    assert sealed.open_sealed(text, first_private=first, second_private=second, context="a.1")
    with pytest.raises(sealed.CannotOpen):
        sealed.open_sealed(text, first_private=first, second_private=second, context="b.1")


def test_short_and_long_reports_look_the_same() -> None:
    one, two = (sealed.new_holder_key(f"câu thứ {n} để nhớ")[0] for n in "12")
    _private, code = sealed.key_from_code("01ABCDEFGH")
    texts = ("x", "Một báo cáo dài hơn nhiều. " * 50)
    assert len({len(sealed.seal(t, first=one.public, second=two.public)) for t in texts}) == 1
    assert len({len(sealed.seal_to_one(t, public=code)) for t in texts}) == 1


def test_a_wrong_passphrase_opens_nothing() -> None:
    key, _private = sealed.new_holder_key("một câu dài để nhớ")
    with pytest.raises(sealed.WrongPassphrase):
        sealed.unlock(key.locked, "một câu dài để nhỡ")


@pytest.mark.parametrize("weak", ["ngắn", "aaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused(weak: str) -> None:
    with pytest.raises(ValueError, match="passphrase"):
        sealed.new_holder_key(weak)


def test_keys_are_compared_by_a_short_print() -> None:
    one, private = sealed.new_holder_key("một câu dài để nhớ")
    assert sealed.fingerprint(one.public) == sealed.fingerprint(sealed.public_of(private))
    assert len(sealed.fingerprint(one.public)) == 24


def test_an_answer_opens_with_the_code_of_the_reporter() -> None:
    private, public = sealed.key_from_code("01ABCDEFGH")
    answer = sealed.seal_to_one("Chúng tôi đã nhận", public=public)
    assert sealed.open_text(answer, private=private) == "Chúng tôi đã nhận"
    other, _ = sealed.key_from_code("01ABCDEFGJ")
    with pytest.raises(sealed.CannotOpen):
        sealed.open_text(answer, private=other)
