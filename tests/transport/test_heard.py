from __future__ import annotations

import pytest

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.transport import heard
from app.transport.base import PeerLeft
from app.transport.heard import Heard

EVENT = PeerLeft(bytes(32), PeerId(bytes(32)))


async def test_what_was_heard_before_the_end_is_read() -> None:
    news = Heard()
    news.check()
    assert news.is_empty
    assert not news.take([EVENT, EVENT])
    assert news.end("silent")
    assert not news.end("replaced")
    assert not news.take([EVENT])
    assert [event async for event in news.events()] == [EVENT, EVENT]
    assert [event async for event in news.events()] == []
    with pytest.raises(AppError) as caught:
        news.check()
    assert (caught.value.code, caught.value.params) == ("signaling-lost", {"reason": "silent"})


async def test_who_reads_nothing_is_told_when_it_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heard, "MAX_BEHIND", 2)
    news = Heard()
    assert not news.take([EVENT, EVENT])
    assert news.take([EVENT] * 9)
    assert news.end("too-far-behind")
    assert [event async for event in news.events()] == []
