"""What keeps us from the network or from somebody is found and said in plain sentences."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.changes import ErrorRaised, LinkState
from app.domain.errors import AppError
from app.domain.probes import HelperProbe, ServerProbe
from app.protocol import backoff
from app.services import diagnosis
from app.services.connection_manager import LinkReport
from app.services.diagnosis_network import ago, span
from app.services.diagnosis_report import MASKS, finding, made, mask_address, mask_url, report
from app.services.diagnosis_words import REASONS, SENTENCES, Sentence
from tests.services.diagnosing import STUN, TURN, examined, probed, said
from tests.services.world import OTHER_URL, URL, World, until


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not reach a server does not try again before the test has looked at that."""
    monkeypatch.setattr(backoff, "FIRST_WAIT", 600.0)
    monkeypatch.setattr(backoff, "LONGEST_WAIT", 600.0)


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
