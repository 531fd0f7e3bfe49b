"""Sound as numbers, and as a finished recording. Needs no library, so anybody may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RATE = 48_000


@dataclass(frozen=True, slots=True)
class Pcm:
    """How a source gives its samples: in this machine's byte order, channels side by side."""

    rate: int = RATE
    channels: int = 1
    kind: Literal["u8", "s16", "s32", "flt"] = "s16"

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * {"u8": 1, "s16": 2, "s32": 4, "flt": 4}[self.kind]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A finished recording: a file, how long it is, and how loud from beginning to end."""

    sound: bytes
    ms: int
    wave: bytes
