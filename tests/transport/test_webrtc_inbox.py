"""The queue of what arrived."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import RemoteProtocolError
from app.transport.base import Lane
from app.transport.webrtc_inbox import MAX_INBOX, Inbox


async def test_messages_come_first_then_the_failure_once_then_the_end() -> None:
    inbox = Inbox()
    inbox.put(Lane.RELIABLE, b"1")
    inbox.end(RemoteProtocolError("flood"))
    inbox.end(RemoteProtocolError("too late"))
    inbox.put(Lane.RELIABLE, b"2")
    assert await inbox.get() == (Lane.RELIABLE, b"1")
    with pytest.raises(RemoteProtocolError, match="flood"):
        await inbox.get()
    assert await inbox.get() is None


async def test_a_waiting_reader_is_woken() -> None:
    inbox = Inbox()
    reader = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    inbox.put(Lane.UNRELIABLE, b"1")
    assert await reader == (Lane.UNRELIABLE, b"1")
    reader = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    inbox.end()
    assert await reader is None


async def test_full_is_counted_in_bytes_and_messages() -> None:
    inbox = Inbox()
    inbox.put(Lane.RELIABLE, bytes(MAX_INBOX))
    inbox.put(Lane.UNRELIABLE, b"dropped")
    await inbox.get()
    assert inbox.size == 0
    for _ in range(MAX_INBOX // 100):
        inbox.put(Lane.UNRELIABLE, b"")
    assert inbox.full
    assert inbox.size < MAX_INBOX + 1000


async def test_dropping_forgets_all() -> None:
    inbox = Inbox()
    inbox.put(Lane.RELIABLE, b"1")
    inbox.end(RemoteProtocolError("flood"))
    inbox.drop()
    assert await inbox.get() is None
