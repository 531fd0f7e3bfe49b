from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError

import pytest

from app.transport.bulk.rtc_loop import RtcLoop


async def forever() -> None:
    await asyncio.Event().wait()


async def stubborn() -> None:
    try:
        await forever()
    finally:
        await asyncio.sleep(0.05)


def test_what_takes_too_long_is_cut_off_at_the_end() -> None:
    loop = RtcLoop()
    waiting, resisting = loop.run(forever()), loop.run(stubborn())
    short = loop.run(asyncio.sleep(0.01, "through"))
    loop.close(0.1)
    assert short.result(0) == "through"
    for cut in (waiting, resisting):
        with pytest.raises(CancelledError):
            cut.result(0)


def test_one_that_did_nothing_ends_at_once() -> None:
    loop = RtcLoop()
    loop.close(0.1)
    loop.soon(lambda: None)
    loop.close(0.1)
