"""Why somebody is not reached, by the services of several people."""

from __future__ import annotations

import re

import pytest

from app.crypto.identity import Identity
from app.domain.changes import LinkState
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.services.attempts import Attempt
from app.services.connection_manager import LinkReport
from app.services.network_api import Finding
from tests.services.diagnosing import STRANGER, examined, said
from tests.services.world import URL, World, until

# -- a person


async def test_findings_are_heard_as_they_are_made(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    heard: list[Finding] = []
    found = await ana.backend.insight.diagnose(bob.peer, heard.append)
    assert sorted(map(repr, heard)) == sorted(map(repr, found.findings))


async def test_somebody_who_is_linked(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await until(lambda: ana.backend.network.links()[0].rtt_ms is not None, "measured")
    found = await examined(ana, bob.peer)
    assert re.match(
        r"You are linked with Bob on your own network \(\d+ ms\)\.", said(found, "link").text
    )
    for check in ("blocked", "link", "rooms", "version", "identity", "peer-clock", "relay"):
        assert said(found, check).ok is True, check
    assert "seen" not in {one.check for one in found.findings}
    assert "Bob" not in found.report
    assert to_text(bob.peer) not in found.report
    assert to_text(bob.peer)[:6] in found.report


async def test_somebody_who_is_gone(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await bob.stop()
    await until(lambda: not ana.backend._services.hub.sees(bob.peer), "gone")
    await until(lambda: not ana.backend._services.manager.live(bob.peer), "down")
    found = await examined(ana, bob.peer)
    assert said(found, "link").ok is None
    assert "most likely offline" in said(found, "seen").fix
    assert said(found, "seen").ok is False
    await ana.backend.network.disconnect(URL)
    assert said(await examined(ana, bob.peer), "seen").ok is None


async def test_somebody_who_is_blocked(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    await ana.backend.contacts.block(bob.peer)
    one = said(await examined(ana, bob.peer), "blocked")
    assert (one.ok, one.place) == (False, "contacts")


async def test_somebody_of_whom_only_the_name_is_known(world: World) -> None:
    [ana] = await world.started("Ana")
    nobody = Identity(b"n" * 32).peer
    await ana.backend.chats.open_direct(nobody, "Nobody")
    found = await examined(ana, nobody)
    assert "no link since you started" in said(found, "seen").text
    assert said(found, "link").ok is None


async def test_a_stranger_is_not_looked_at(world: World) -> None:
    ana = await world.person("Ana").start()
    with pytest.raises(AppError, match="unknown peer"):
        await examined(ana, STRANGER)


async def test_ourselves_are_the_network(world: World) -> None:
    ana = await world.person("Ana").start()
    assert said(await examined(ana, ana.peer), "server").ok is None


async def test_why_the_last_attempts_failed(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    ana.links.reachable = bob.links.reachable = False
    made_room = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made_room.link)
    services = ana.backend._services
    await until(lambda: services.beyond.attempts.of(bob.peer), "tried")
    found = await examined(ana, bob.peer)
    tried = said(found, "attempts")
    assert (tried.ok, tried.place) == (False, "helpers")
    assert re.match(r"The direct way failed .* ago: the way was not open in time", tried.text)
    assert said(found, "carriers").ok is None
    note = services.beyond.attempts.note
    note(bob.peer, Attempt("turn", 1, 1, "ice-failed", "ice"))
    note(bob.peer, Attempt("member", 1, 1, "no-carrier", "signaling", STRANGER))
    note(bob.peer, Attempt("turn", 1, 1, "something-new", "ice"))
    texts = [
        one.text for one in (await examined(ana, bob.peer)).findings if one.check == "attempts"
    ]
    assert len(texts) == 3
    assert "TURN relay" in texts[1]
    assert "something new" in texts[1]
    assert "through this person" in texts[2]
    counters = ana.backend.insight.measurements().run.counters
    assert counters["attempts.turn"] == 2
    assert counters["attempt_failures.member.signaling"] == 1
    note(bob.peer, Attempt("turn", 1, 70))
    assert ana.backend.insight.measurements().run.histograms["attempt_ms.turn"].sum == 70


@pytest.mark.parametrize(
    ("reason", "check"),
    [
        ("timeout", "attempts"),
        ("version-mismatch", "version"),
        ("wrong-peer", "identity"),
        (None, ""),
    ],
)
async def test_what_the_last_report_says(
    world: World, monkeypatch: pytest.MonkeyPatch, reason: str | None, check: str
) -> None:
    [ana] = await world.started("Ana")
    bob = Identity(b"b" * 32).peer
    await ana.backend.chats.open_direct(bob, "Bob")
    manager = ana.backend._services.manager
    manager._reports[bob] = LinkReport(bob, LinkState.OFFLINE, 1, reason)
    monkeypatch.setattr(ana.backend._services.hub, "sees", lambda _: True)
    found = await examined(ana, bob)
    assert [one.ok for one in found.findings if one.check == check] == [False] * bool(check)
    assert said(found, "attempts").ok is (False if reason else None)
    manager._reports[bob] = LinkReport(bob, LinkState.CONNECTING, 1)
    assert said(await examined(ana, bob), "link").ok is None


async def test_who_is_there_and_needs_no_link(world: World) -> None:
    [ana] = await world.started("Ana")
    bob = Identity(b"b" * 32).peer
    room = await ana.backend.chats.open_direct(bob, "Bob")
    manager = ana.backend._services.manager
    manager.shared.is_around = lambda peer, where: (peer, where) == (bob, room)
    found = await examined(ana, bob)
    assert said(found, "link").ok is True
    assert "pass on what you write" in said(found, "link").text
    assert not {"seen", "attempts", "carriers"} & {one.check for one in found.findings}


async def test_who_is_linked_through_a_member(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, [ana, bob, eve] = await world.together("Ana", "Bob", "Eve")
    live = ana.backend._services.manager.live(bob.peer)
    assert live is not None
    monkeypatch.setattr(type(live), "through", eve.peer)
    found = await examined(ana, bob.peer)
    assert "through Eve" in said(found, "link").text
    assert "Eve" not in found.report


async def test_an_older_version_and_another_clock(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    live = ana.backend._services.manager.live(bob.peer)
    assert live is not None
    live.features = 1
    ana.backend._services.hub._context.wall.learn(bob.peer, -300_000)
    found = await examined(ana, bob.peer)
    assert said(found, "version").ok is None
    assert "newer abilities" in said(found, "version").text
    assert "5 min behind" in said(found, "peer-clock").text


async def test_a_namesake_is_named(world: World) -> None:
    _, [ana, bob] = await world.together("Ana", "Bob")
    ana.backend._services.circle.watch._warned.add((bob.peer, STRANGER))
    assert said(await examined(ana, bob.peer), "identity").ok is False
