from __future__ import annotations

import asyncio

from app.domain.changes import Change, ErrorRaised
from app.services.feed import Feed
from app.ui.feed_pump import FeedPump


async def test_what_happens_in_one_turn_is_delivered_at_once() -> None:
    feed = Feed()
    turns: list[list[Change]] = []
    pump = FeedPump(feed, lambda changes: turns.append(list(changes)))
    one, two, three = (ErrorRaised(str(n), {}) for n in range(3))
    feed.publish(one)
    feed.publish(two)
    assert turns == []
    await asyncio.sleep(0)
    feed.publish(three)
    await asyncio.sleep(0)
    assert turns == [[one, two], [three]]
    feed.publish(one)
    pump.close()
    pump.close()
    feed.publish(two)
    await asyncio.sleep(0)
    assert len(turns) == 2
