"""A secret channel between two programs that have just met: X25519, then ChaCha20-Poly1305.

It keeps listeners out. Who the other end is has to be proved inside, by signing `binding`.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.crypto.identity import exchange
from app.crypto.kdf import KEY_SIZE, derive
from app.domain.errors import RemoteProtocolError

HELLO_SIZE = 32
SEAL_SIZE = 16
MARK_SIZE = 16
_NONCE_SIZE = 12
_LABEL = "parlor channel 1"


class Opening:
    """Our half of the first exchange. `hello` (32 bytes) goes to the other end in the clear."""

    def __init__(self, *, leads: bool) -> None:
        """`leads` is true at one of the two ends only."""
        self._private = X25519PrivateKey.generate()
        self._leads = leads
        self.hello = self._private.public_key().public_bytes_raw()

    def meet(self, hello: bytes) -> Channel:
        """Return the channel with whoever sent this hello (32 bytes).

        Raises RemoteProtocolError("bad-peer-id") for a key of small order.
        """
        secret = exchange(self._private, X25519PublicKey.from_public_bytes(hello))
        hellos = self.hello + hello if self._leads else hello + self.hello
        keys = derive(secret, _LABEL, 4 * KEY_SIZE, hellos)
        parts = [keys[at : at + KEY_SIZE] for at in range(0, len(keys), KEY_SIZE)]
        ours, theirs = (parts[0::2], parts[1::2]) if self._leads else (parts[1::2], parts[0::2])
        return Channel(hashlib.sha256(keys + hellos).digest(), ours, theirs)


class Channel:
    """Seals what goes out and opens what comes in, each in its order and once."""

    def __init__(self, binding: bytes, ours: list[bytes], theirs: list[bytes]) -> None:
        """`binding` (32 bytes) is the same at both ends, and in no other channel."""
        self.binding = binding
        self._seals = ChaCha20Poly1305(ours[0])
        self._opens = ChaCha20Poly1305(theirs[0])
        self._our_marks, self._their_marks = ours[1], theirs[1]
        self._sealed = self._opened = 0

    def seal(self, plain: bytes) -> bytes:
        """Return what the other end opens next; 16 bytes longer."""
        number, self._sealed = self._sealed, self._sealed + 1
        return self._seals.encrypt(_nonce(number), plain, None)

    def open(self, sealed: bytes) -> bytes:
        """Raises RemoteProtocolError("seal-broken") for anything but what was sealed next."""
        number, self._opened = self._opened, self._opened + 1
        try:
            return self._opens.decrypt(_nonce(number), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise RemoteProtocolError("seal-broken") from error

    def our_mark(self, secret: bytes) -> bytes:
        """Return 16 bytes that show the other end that we know a secret, if it knows it too."""
        return _mark(self._our_marks, secret)

    def their_mark(self, secret: bytes) -> bytes:
        """Return the other end's mark of a secret, in case it knows it."""
        return _mark(self._their_marks, secret)


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE_SIZE, "big")


def _mark(key: bytes, secret: bytes) -> bytes:
    return hmac.digest(key, secret, "sha256")[:MARK_SIZE]
