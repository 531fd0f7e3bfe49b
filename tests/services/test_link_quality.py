"""Links are measured while they are up, both ways."""

from __future__ import annotations

import pytest

from app.domain.changes import LinkState
from app.protocol import link_quality
from app.services.api import LinkView
from tests.services.world import WAIT, Someone, World, until


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_quality, "PROBE_EVERY", 0.05)
    monkeypatch.setattr(link_quality, "LOST_AFTER", WAIT)


def link(one: Someone, other: Someone) -> LinkView:
    return next(view for view in one.backend.network.links() if view.peer == other.peer)


async def test_what_gets_lost_is_told_by_direction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: (link(ana, bob).jitter_ms or 0) > 0, "measured")
    assert (link(ana, bob).loss, link(ana, bob).loss_in) == (0.0, 0.0)
    quality = link(ana, bob).quality
    assert quality is not None
    assert quality > 0.0
    wire = ana.link_to(bob)
    wire.lossy = True
    monkeypatch.setattr(link_quality, "LOST_AFTER", 0.5)
    await until(lambda: link(ana, bob).loss > 0.3, "lost on the way out")
    assert link(ana, bob).loss_in == 0.0
    wire.lossy = False
    await until(lambda: link(bob, ana).loss_in > 0.2, "lost on the way in")
    worse = link(ana, bob).quality
    assert worse is not None
    assert worse < quality
    assert link(ana, bob).uptime_s > 0


async def test_rates_follow_what_is_said(world: World) -> None:
    room, [ana, bob] = await world.together("Ana", "Bob")
    await ana.say(room, "x" * 3000)
    await bob.has(room, "x" * 3000)
    await until(lambda: link(ana, bob).rate_out > 0 and link(bob, ana).rate_in > 0, "rates")


async def test_a_link_that_is_gone_has_no_quality(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await bob.stop()
    await until(lambda: link(ana, bob).state is LinkState.OFFLINE, "gone")
    gone = link(ana, bob)
    assert (gone.quality, gone.rtt_ms, gone.route, gone.uptime_s) == (None, None, None, 0.0)
    assert gone.reason
