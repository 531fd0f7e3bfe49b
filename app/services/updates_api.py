"""What a front end may ask of newer versions. Nothing is ever asked of the web by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.domain.updates import Artefact, Release, UpdateState


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What became of a check. `release` is there in every state in which it was genuine.

    `fitting` are the files for this machine. `reason` says why the source was "unreachable".
    `too_old` is true if our data are in a form that the release does not read any more,
    `converts` if it brings them into one that this version does not read.
    """

    state: UpdateState
    installed: str
    release: Release | None = None
    fitting: tuple[Artefact, ...] = ()
    reason: str = ""
    too_old: bool = False
    converts: bool = False


class Updates(Protocol):
    async def source(self) -> str:
        """Where is asked and whose word counts, in one line; "" for nowhere."""
        ...

    async def set_source(self, text: str) -> str:
        """Keep another one, and return it as it is kept. Raises AppError("bad-update-source")."""
        ...

    async def check(self) -> UpdateReport:
        """Ask the source once. Raises AppError("update-source-unset")."""
        ...
