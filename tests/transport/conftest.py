"""Streets on which people meet without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.transport import lan_door, lan_neighbours
from app.transport.base import LAN_URL
from app.transport.lan_direct import LanTransport
from app.transport.lan_session import LanSession
from tests.signaling.people import Person
from tests.support.memory_lookout import Street
from tests.transport.contract.signaling import ROOM, WAIT
from tests.transport.lan_strangers import Enter, Stranger


@pytest.fixture
async def street(monkeypatch: pytest.MonkeyPatch) -> Street:
    """Everybody who is there answers, so nobody need be given up however busy the machine is."""
    monkeypatch.setattr(lan_door, "SETTLE_SECONDS", WAIT)
    monkeypatch.setattr(lan_neighbours, "ANSWER_SECONDS", WAIT)
    return Street()


@pytest.fixture
async def enter(street: Street) -> AsyncIterator[Enter]:
    sessions: list[LanSession] = []

    async def enter(person: Person) -> LanSession:
        sessions.append(await LanTransport(street.lookout).open(LAN_URL, person))
        return sessions[-1]

    yield enter
    for session in sessions:
        await session.close()


@pytest.fixture
async def mallory(enter: Enter, street: Street) -> AsyncIterator[tuple[LanSession, Stranger]]:
    """Return Ana's session, in a room, and a stranger."""
    session = await enter(Person())
    await session.join(ROOM)
    stranger = Stranger(street)
    yield session, stranger
    await stranger.close()
