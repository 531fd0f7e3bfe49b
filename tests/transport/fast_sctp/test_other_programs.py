"""The reworked path in a process of its own against a real Chromium and against aiortc's own."""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from tests.support.chromium import CHROMIUM
from tests.transport.fast_sctp.bad_line import BadLine, bad_line
from tests.transport.fast_sctp.remote_ends import joined
from tests.transport.fast_sctp.virtual_line import Line

pytestmark = pytest.mark.e2e

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="needs chromium"
)
SEED = 5


async def there_and_back(
    one: str, other: str, line: BadLine | None = None, count: int = 60
) -> None:
    """Send from the Python end of the two; the other one sends everything back."""
    async with asyncio.timeout(100), joined(one, other, line) as ends:
        sender, mirror = ends if one != "chromium" else reversed(ends)
        await mirror.ask("echo")
        await sender.ask("watch")
        sent = await sender.ask("send", count=count, size=65536, seed=SEED)
        told = await sender.ask("received", count=count)
        assert told["digest"] == sent["digest"]


@needs_chromium
@pytest.mark.parametrize("path", ["rate", "classic"])
@pytest.mark.parametrize("offers", ["ours", "theirs"])
async def test_content_is_equal_through_chromium(path: str, offers: str) -> None:
    await there_and_back(*((path, "chromium") if offers == "ours" else ("chromium", path)))


@pytest.mark.parametrize("other", ["stock", "rate"])
async def test_content_is_equal_through_another_process(other: str) -> None:
    await there_and_back("rate", other)


@needs_chromium
@pytest.mark.parametrize("first", ["rate", "chromium"])
async def test_either_end_closes_a_channel_after_what_was_sent(first: str) -> None:
    second = "chromium" if first == "rate" else "rate"
    async with asyncio.timeout(100), joined(first, second) as (one, other):
        await one.ask("send", count=30, size=65536)
        await one.ask("close")
        assert (await other.ask("received", count=30))["bytes"] == 30 * 65536
        await other.ask("closed")
        await one.ask("closed")


def disturbed(seed: int) -> Line:
    rng = random.Random(seed)
    return Line(0.01, 6_000_000, loss=0.03, twice=0.02, shuffled=0.02, rng=rng)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rate", "rate"),
        ("rate", "stock"),
        pytest.param("rate", "chromium", marks=needs_chromium),
        pytest.param("chromium", "classic", marks=needs_chromium),
    ],
)
async def test_content_is_equal_over_a_bad_line(one: str, other: str) -> None:
    async with bad_line(disturbed(1), disturbed(2)) as line:
        await there_and_back(one, other, line, count=20)
