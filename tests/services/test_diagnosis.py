"""What keeps us from the network or from somebody is found and said in plain sentences."""

from __future__ import annotations

import asyncio
import re
import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.changes import ErrorRaised, LinkState
from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.ids import PeerId, to_text
from app.domain.probes import HelperProbe, ServerProbe
from app.services import diagnosis
from app.services.attempts import Attempt
from app.services.connection_manager import LinkReport
from app.services.diagnosis_network import NetworkChecks, ago, span
from app.services.diagnosis_report import MASKS, finding, made, mask_address, mask_url, report
from app.services.diagnosis_words import REASONS, SENTENCES, Sentence
from app.services.network_api import Diagnosis, Finding
from tests.services.world import OTHER_URL, URL, Someone, World, until

STRANGER = PeerId(b"s" * 32)
STUN = IceServer("stun:stun.example:3478")
TURN = IceServer("turn:turn.example:3478", "ana", "secret")


class Tried:
    """A probe whose results a test chooses."""

    def __init__(self) -> None:
        self.own = ["192.168.7.9", "fd00::9"]
        self.found = ServerProbe()
        self.helped: dict[str, HelperProbe] = {}
        self.hears = True
        self.listens = True
        self.stuck = False

    def addresses(self) -> Sequence[str]:
        return self.own

    async def server(self, url: str) -> ServerProbe:
        del url
        if self.stuck:
            await asyncio.Event().wait()
        return self.found

    async def helper(self, server: IceServer) -> HelperProbe:
        return self.helped.get(server.url, HelperProbe("timeout"))

    async def multicast(self) -> bool:
        return self.hears

    async def ports(self) -> bool:
        return self.listens


def probed(person: Someone) -> Tried:
    """Give somebody a probe, and return it."""
    tried = Tried()
    checks = person.backend.insight._doctor._network
    parts = checks._parts
    changed = type(parts)(
        parts.hub, parts.wall, parts.ice, parts.manager, parts.offering, None, tried
    )
    person.backend.insight._doctor._network = NetworkChecks(changed)
    return tried


async def examined(person: Someone, peer: PeerId | None = None) -> Diagnosis:
    return await person.backend.insight.diagnose(peer)


def said(found: Diagnosis, check: str) -> Finding:
    """Return the only finding of a check."""
    [one] = [one for one in found.findings if one.check == check]
    return one


# -- words


def test_every_sentence_can_be_said() -> None:
    fields = {
        name
        for sentence in SENTENCES.values()
        for text in (sentence.text, sentence.fix)
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }
    for code, sentence in SENTENCES.items():
        one = finding("check", code, **dict.fromkeys(fields, "x"))
        assert one.text[0].isupper()
        assert one.text.endswith((".", "}"))
        assert one.safe
        if sentence.ok is False:
            assert one.fix or code.startswith("attempt-failed"), code
    for why, fix in REASONS.values():
        assert why
        assert not fix or fix.endswith(".")


def test_counts_are_said_with_the_right_word() -> None:
    assert finding("relay", "relays-some", members=1).text.startswith("1 person ")
    assert finding("relay", "relays-some", members=3).text.startswith("3 people ")


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("127.0.0.1", "127.0.0.1"),
        ("home.example", "(name)"),
        ("", ""),
    ],
)
def test_addresses_are_masked(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("http://198.51.100.77:8765", "http://198.51.100.0/24:8765"),
        ("https://parlor.example", "https://(name)"),
        ("turn:[2001:db8::1]:3478?transport=tcp", "turn:2001:db8::/48:3478?transport=tcp"),
        ("stun:stun.example:3478", "stun:(name):3478"),
        ("http://[::bad", "http://(name)"),
    ],
)
def test_places_are_masked(url: str, masked: str) -> None:
    assert mask_url(url) == masked


@given(st.sampled_from(sorted(MASKS)), st.ip_addresses(), st.text("xyz", min_size=8))
def test_nothing_private_is_in_a_report(key: str, address: object, name: str) -> None:
    private = f"http://{name}.example" if key in ("server", "url") else name
    for value in (private, str(address)):
        one = made("check", Sentence(True, f"It is {{{key}}}."), {key: value})
        text = report([one], {})
        assert name not in text
        if not getattr(address, "is_loopback", False):
            assert f" {address}." not in text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0.0 s"),
        (-1500, "1.5 s"),
        (59_000, "59 s"),
        (180_000, "3 min"),
        (-7_200_000, "2 h"),
        (10**9, "12 days"),
    ],
)
def test_spans_are_said_in_fitting_units(ms: float, text: str) -> None:
    assert span(ms) == text


def test_what_was_just_now_is_a_moment_ago() -> None:
    assert (ago(900), ago(60_000)) == ("a moment ago", "60 s ago")


# -- the network


async def test_a_server_that_answers(world: World) -> None:
    [ana] = await world.started("Ana")
    one = said(await examined(ana), "server")
    assert one.ok is True
    assert URL in one.text


async def test_without_servers_nothing_is_wrong_with_them(world: World) -> None:
    ana = await world.person("Ana").start()
    found = await examined(ana)
    assert said(found, "server").ok is None
    assert said(found, "clock").ok is None
    assert {one.check for one in found.findings} == {"server", "clock", "links", "relay"}


@pytest.mark.parametrize(
    "problem",
    [
        "dns",
        "refused",
        "timeout",
        "unreachable",
        "certificate",
        "no-tls",
        "needs-tls",
        "not-parlor",
    ],
)
async def test_a_server_that_is_not_reached(world: World, problem: str) -> None:
    ana = await world.person("Ana").start(OTHER_URL)
    client = ana.backend._services.hub.clients[OTHER_URL]
    await until(lambda: client.reason, "failed")
    probed(ana).found = ServerProbe(problem)
    one = said(await examined(ana), "server")
    assert one.ok is False
    assert OTHER_URL in one.text
    assert one.fix
    assert one.place


@pytest.mark.parametrize(
    ("reason", "ok", "word"),
    [
        ("server-incompatible", False, "version"),
        ("server-refused", False, "turns us away"),
        ("replaced", False, "another run"),
        ("signaling-lost", None, "can be reached"),
        (None, None, "connecting"),
    ],
)
async def test_a_server_that_does_not_want_us(
    world: World, reason: str | None, ok: bool | None, word: str
) -> None:
    ana = await world.person("Ana").start(OTHER_URL)
    client = ana.backend._services.hub.clients[OTHER_URL]
    await until(lambda: client.reason, "failed")
    probed(ana)
    client.reason = reason
    one = said(await examined(ana), "server")
    assert one.ok is ok
    assert word in one.text


async def test_a_server_that_falls_silent_is_told_from_one_that_is_gone(world: World) -> None:
    [ana] = await world.started("Ana")
    client = ana.backend._services.hub.clients[URL]

    async def silent() -> object:
        raise AppError("signaling-lost")

    session = client.session
    assert session is not None
    session.lent_ice = silent  # type: ignore[method-assign, assignment]
    assert "does not answer" in said(await examined(ana), "server").text


@pytest.mark.parametrize(
    ("offsets", "ok", "word"),
    [
        ({"a": 5}, True, "agrees with 1 other clock"),
        ({"a": 5, "b": -900}, True, "2 other clocks"),
        ({"a": 300_000, "b": 299_000}, False, "5 min slow"),
        ({"a": -300_000}, False, "5 min fast"),
        ({"a": 0, "b": 4_000_000, "c": 1}, None, "one differs"),
    ],
)
async def test_clocks_are_compared(
    world: World, offsets: dict[str, int], ok: bool | None, word: str
) -> None:
    ana = await world.person("Ana").start()
    for source, off in offsets.items():
        ana.backend._services.hub._context.wall.learn(source, off)
    one = said(await examined(ana), "clock")
    assert (one.ok, word in one.text) == (ok, True), one


async def test_the_machine_and_what_is_near(world: World) -> None:
    ana = await world.person("Ana").start()
    tried = probed(ana)
    found = await examined(ana)
    assert [one.ok for one in found.findings if one.check == "candidates"] == [True, None]
    assert (said(found, "ports").ok, said(found, "mdns").ok) == (True, True)
    assert "192.168.7.9" not in found.report
    assert "192.168.7.0/24, fd00::/48" in found.report
    tried.own, tried.hears, tried.listens = ["8.8.4.4"], False, False
    found = await examined(ana)
    assert [one.ok for one in found.findings if one.check == "candidates"] == [True, True]
    assert (said(found, "ports").ok, said(found, "mdns").ok) == (False, False)
    tried.own = ["127.0.0.1", "::1"]
    assert said(await examined(ana), "candidates").ok is False


@pytest.mark.parametrize(
    ("problem", "ok", "word"),
    [
        ("", True, "carries for us"),
        ("login", False, "password"),
        ("dns", False, "not known"),
        ("timeout", False, "does not answer"),
        ("unreachable", False, "no relay at"),
        ("full", False, "no place left"),
        ("tls", False, "TLS"),
        ("strange", False, "strangely"),
    ],
)
async def test_relays_are_tried(world: World, problem: str, ok: bool, word: str) -> None:
    ana = await world.person("Ana").start()
    tried = probed(ana)
    await ana.backend.network.set_ice_servers([TURN])
    tried.helped[TURN.url] = HelperProbe(problem, "" if problem else "1.2.3.4", "5.6.7.8")
    found = await examined(ana)
    assert said(found, "turn").ok is ok
    assert word in said(found, "turn").text
    assert said(found, "udp").ok is (None if problem else True)
    assert "secret" not in found.report
    assert "turn.example" not in found.report


@pytest.mark.parametrize(("problem", "ok"), [("", True), ("timeout", False), ("dns", False)])
async def test_whether_udp_gets_out(world: World, problem: str, ok: bool) -> None:
    ana = await world.person("Ana").start()
    tried = probed(ana)
    await ana.backend.network.set_ice_servers([STUN])
    tried.helped[STUN.url] = HelperProbe(problem, "1.2.3.4")
    found = await examined(ana)
    assert (said(found, "udp").ok, said(found, "turn").ok) == (ok, None)


async def test_what_does_not_end_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LIMIT", 0.05)
    ana = await world.person("Ana").start(OTHER_URL)
    tried = probed(ana)
    tried.stuck = True
    client = ana.backend._services.hub.clients[OTHER_URL]
    await until(lambda: client.reason, "failed")
    client.reason = "server-unreachable"
    found = await examined(ana)
    assert said(found, "server").ok is None
    assert said(found, "mdns").ok is True


async def test_links_are_counted(world: World) -> None:
    _, [ana, _] = await world.together("Ana", "Bob")
    assert said(await examined(ana), "links").ok is True
    manager = ana.backend._services.manager
    eve = Identity(b"e" * 32).peer
    manager._reports[eve] = LinkReport(eve, LinkState.OFFLINE, 1, "ice-failed")
    assert said(await examined(ana), "links").ok is True
    ana.backend._services.hub.saw(URL, b"room", eve)
    one = said(await examined(ana), "links")
    assert one.ok is False
    assert "1 person seen online" in one.text
    assert "no way was found" in one.text
    manager._reports[eve] = LinkReport(eve, LinkState.CONNECTING, 1)
    assert "being made" in said(await examined(ana), "links").text
    found = await examined(ana, eve)
    assert "rooms" not in {one.check for one in found.findings}
    alone = await world.person("Eve").start()
    assert said(await examined(alone), "links").ok is None


async def test_a_report_tells_how_often_what_has_failed(world: World) -> None:
    ana = await world.person("Ana").start(OTHER_URL)
    await until(lambda: "server_failures" in str(ana.backend.insight.measurements().run), "failed")
    counted = (await examined(ana)).report.partition("counted: ")[2].splitlines()[0]
    assert re.match(r"server_failures\.[a-z-]+ \d+", counted)
    ana.backend._services.feed.publish(ErrorRaised("disk-full", {}))
    assert "disk" not in (await examined(ana)).report


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
