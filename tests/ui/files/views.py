"""Transfers for tests."""

from __future__ import annotations

from dataclasses import replace

from app.domain.files import Lane, Receiver, TransferState, TransferView
from app.domain.ids import EventId
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of

MARA, JONAS, ME = "Mara Lindqvist", "Jonas Weber", "Noor Haddad"
SURVEY = "Lighthouse Survey"
MB = 1_000_000


def view(name: str = "north.zip", *, own: bool = False, **what: object) -> TransferView:
    """A transfer of 742 MB that was offered to us, or by us."""
    author = ME if own else MARA
    made = TransferView(
        EventId(name.encode().ljust(32, b"_")[:32]),
        room_of(SURVEY),
        peer_of(author),
        author,
        own,
        name,
        742 * MB,
        1,
        is_folder=False,
        digest="ab" * 32,
        state=TransferState.OFFERED,
        offered_ms=FROZEN_MS,
        path="/srv/files/x" if own else "",
    )
    return replace(made, **what)  # type: ignore[arg-type]


def running(name: str = "north.zip", *, own: bool = False, **what: object) -> TransferView:
    """One that is half-way, directly."""
    known: dict[str, object] = {
        "state": TransferState.RUNNING,
        "done": 486 * MB,
        "rate": 18_400_000.0,
        "lane": Lane.DIRECT,
    }
    return view(name, own=own, **(known | what))


def receiver(name: str, state: TransferState, done: int = 0, rate: float = 0.0) -> Receiver:
    return Receiver(peer_of(name), name, done, state, rate, Lane.DIRECT if rate else None)
