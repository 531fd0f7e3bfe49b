"""The system's keyring, if it answers; a start never waits for it for long."""

from __future__ import annotations

import binascii
import os
import threading
from collections.abc import Callable
from typing import TypeVar

SERVICE = "Parlor"
OFF_VARIABLE = "PARLOR_KEYRING"
TIMEOUT_SECONDS = 5.0

T = TypeVar("T")


class Keyring:
    """Keeps 32-byte keys by name. No method raises; a keyring that fails or hangs has nothing."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        """`timeout` is in seconds, for each call."""
        self._timeout = timeout

    def get(self, name: str) -> bytes | None:
        def run() -> bytes | None:
            import keyring  # noqa: PLC0415 - slow to load, rarely needed

            text = keyring.get_password(SERVICE, name)
            return binascii.unhexlify(text) if text else None

        return self._call(run)

    def put(self, name: str, key: bytes) -> bool:
        """Store a key and tell whether it can be read back."""

        def run() -> bool:
            import keyring  # noqa: PLC0415 - slow to load, rarely needed

            keyring.set_password(SERVICE, name, key.hex())
            return keyring.get_password(SERVICE, name) == key.hex()

        return bool(self._call(run))

    def remove(self, name: str) -> None:
        def run() -> None:
            import keyring  # noqa: PLC0415 - slow to load, rarely needed

            keyring.delete_password(SERVICE, name)

        self._call(run)

    def _call(self, run: Callable[[], T]) -> T | None:
        """Run in a thread that may be left behind: some back ends wait for a person."""
        if os.environ.get(OFF_VARIABLE) == "off":
            return None
        results: list[T] = []

        def work() -> None:
            try:
                results.append(run())
            except Exception:  # noqa: BLE001 - back ends raise anything; there is just no key
                return

        thread = threading.Thread(target=work, name="keyring", daemon=True)
        thread.start()
        thread.join(self._timeout)
        return results[0] if results else None
