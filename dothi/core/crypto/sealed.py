"""Sealed to two people: only both together can open it, and the house alone cannot.

Sealed boxes of libsodium (X25519, XSalsa20-Poly1305; https://doc.libsodium.org). A text is
encrypted with a key of its own; that key lies in a box for the second holder, which lies in a box
for the first. So the first can take off the outer box and hand the rest to the second, who opens
it: neither tells the other a passphrase, and what is handed over opens this one text only.

Texts are filled up to whole blocks, so that their length tells little, and bound to a place
(`context`): a box that somebody moved elsewhere does not open there. A holder's private key is
kept encrypted with a key drawn from a passphrase by Argon2id (RFC 9106), which nobody stores.
"""

from dataclasses import dataclass
from hashlib import blake2b

from nacl import bindings, pwhash, secret, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

SALT = pwhash.argon2id.SALTBYTES
MINIMUM_PASSPHRASE = 12
DIFFERENT_LETTERS = 6  # "aaaaaaaaaaaa" is long and no secret.
BLOCK = 4096  # Bytes. Most reports are as long as any other.
BOX = 48  # What a sealed box adds: an ephemeral public key and a tag.
KEY = secret.SecretBox.KEY_SIZE
WHOLE = KEY + 2 * BOX  # A text's key in both boxes.
HALF = KEY + BOX  # The same without the outer one.


class WrongPassphrase(Exception):
    """The passphrase does not open this key."""


class CannotOpen(Exception):
    """This key is not one that the text was sealed to, or the text was changed."""


@dataclass(frozen=True, kw_only=True)
class HolderKey:
    """What the house keeps of a holder: nothing that opens anything."""

    public: bytes  # 32 bytes.
    locked: bytes  # Salt, then the private key, encrypted with the passphrase's key.


def new_holder_key(passphrase: str) -> tuple[HolderKey, bytes]:
    """Make a holder's keys. Return what is kept of them, and the private key.

    Raises:
        ValueError: the passphrase has fewer than 12 characters, or too few different ones.
    """
    if len(passphrase) < MINIMUM_PASSPHRASE:
        raise ValueError(f"a passphrase has at least {MINIMUM_PASSPHRASE} characters")
    if len(set(passphrase)) < DIFFERENT_LETTERS:
        raise ValueError(f"a passphrase has at least {DIFFERENT_LETTERS} different characters")
    private = PrivateKey.generate()
    salt = utils.random(SALT)
    box = secret.SecretBox(_key_of(passphrase, salt))
    kept = HolderKey(
        public=bytes(private.public_key), locked=salt + bytes(box.encrypt(bytes(private)))
    )
    return kept, bytes(private)


def public_of(private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    return bytes(PrivateKey(private).public_key)


def fingerprint(public: bytes) -> str:
    """A public key as people compare it: 80 bits in groups of four."""
    digest = blake2b(public, digest_size=10, person=b"dothi.fingerprnt").hexdigest().upper()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def unlock(locked: bytes, passphrase: str) -> bytes:
    """Return the private key.

    Raises:
        WrongPassphrase: it does not open.
    """
    box = secret.SecretBox(_key_of(passphrase, locked[:SALT]))
    try:
        return bytes(box.decrypt(locked[SALT:]))
    except CryptoError as error:
        raise WrongPassphrase from error


def seal(text: str, *, first: bytes, second: bytes, context: str = "") -> bytes:
    """Seal a text to the public keys of two holders, for the place that `context` names."""
    key = utils.random(KEY)
    inner = SealedBox(PublicKey(second)).encrypt(key)
    outer = SealedBox(PublicKey(first)).encrypt(inner)
    return bytes(outer) + bytes(secret.SecretBox(key).encrypt(_filled(text, context)))


def half_open(sealed: bytes, *, first_private: bytes) -> bytes:
    """Take off the first holder's box. What is left opens nothing but this text, for the second.

    Raises:
        CannotOpen: it was not sealed to this key.
    """
    return open_one(sealed[:WHOLE], private=first_private)


def open_half(sealed: bytes, half: bytes, *, second_private: bytes, context: str = "") -> str:
    """Open a text with what the first holder handed over.

    Raises:
        CannotOpen: the half is of another text, the key is not the right one, the text was
        changed, or it belongs elsewhere.
    """
    key = open_one(half, private=second_private)
    try:
        return _emptied(secret.SecretBox(key).decrypt(sealed[WHOLE:]), context)
    except CryptoError as error:
        raise CannotOpen from error


def open_sealed(
    sealed: bytes, *, first_private: bytes, second_private: bytes, context: str = ""
) -> str:
    """Open with both private keys.

    Raises:
        CannotOpen: one of them is not the right one, or the text was changed or moved.
    """
    half = half_open(sealed, first_private=first_private)
    return open_half(sealed, half, second_private=second_private, context=context)


def open_one(sealed: bytes, *, private: bytes) -> bytes:
    """Take off one layer.

    Raises:
        CannotOpen: the key is not the one it was sealed to.
    """
    try:
        return bytes(SealedBox(PrivateKey(private)).decrypt(sealed))
    except CryptoError as error:
        raise CannotOpen from error


def seal_to_one(text: str, *, public: bytes, context: str = "") -> bytes:
    """Seal a text to one public key: answers to somebody who holds a code."""
    return bytes(SealedBox(PublicKey(public)).encrypt(_filled(text, context)))


def open_text(sealed: bytes, *, private: bytes, context: str = "") -> str:
    """Open what `seal_to_one` sealed.

    Raises:
        CannotOpen: the key is not the right one, or the text was changed or moved.
    """
    return _emptied(open_one(sealed, private=private), context)


def key_from_code(code: str) -> tuple[bytes, bytes]:
    """Private and public key of somebody who has nothing but a code.

    The code has at least 128 bits of chance, so a plain keyed hash (BLAKE2b, RFC 7693) is enough
    to draw the key from it.
    """
    seed = blake2b(code.encode(), digest_size=32, person=b"dothi.code.key").digest()
    private = PrivateKey.from_seed(seed)
    return bytes(private), bytes(private.public_key)


def _filled(text: str, context: str) -> bytes:
    return bindings.sodium_pad(f"{context}\0{text}".encode(), BLOCK)


def _emptied(raw: bytes, context: str) -> str:
    there, _, text = bindings.sodium_unpad(raw, BLOCK).decode().partition("\0")
    if there != context:
        raise CannotOpen("this text belongs elsewhere")
    return text


def _key_of(passphrase: str, salt: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE,
        passphrase.encode(),
        salt,
        opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
    )
