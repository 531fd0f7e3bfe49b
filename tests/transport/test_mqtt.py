"""Signaling over MQTT: the contract over a real broker, and people who say what is not true."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.domain.errors import AppError, LocalProtocolError
from app.domain.ids import PeerId
from app.transport import heard, mqtt_session
from app.transport import mqtt_statements as say
from app.transport.any_signaling import AnySignaling
from app.transport.base import PeerJoined, PeerLeft, Present, SignalReceived
from app.transport.mqtt_address import Will, broker_address
from app.transport.mqtt_broker import MqttBroker
from app.transport.mqtt_client import MqttTransport
from app.transport.mqtt_session import MqttSession
from tests.services.world import until
from tests.signaling.people import Person
from tests.support.certificates import certificate_files
from tests.support.mosquitto import MOSQUITTO, Broker, mosquitto
from tests.support.ports import deaf_port
from tests.transport.contract.signaling import ROOM, WAIT, SignalingContract, code_of, following

pytestmark = pytest.mark.skipif(
    MOSQUITTO is None and os.environ.get("CI") != "true", reason="needs mosquitto"
)
OTHER = b"o" * 32


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with mosquitto(tmp_path) as running:
        yield running


@pytest.fixture(autouse=True)
def time_to_say_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs out of it has not left as far as the others know."""
    monkeypatch.setattr(mqtt_session, "CLOSE_SECONDS", WAIT)


@pytest.fixture
def url(broker: Broker) -> str:
    return f"mqtt://127.0.0.1:{broker.port}"


class MqttContract(SignalingContract):
    @pytest.fixture
    def transport(self) -> MqttTransport:
        return MqttTransport()

    @pytest.fixture
    def stop_server(self, broker: Broker) -> Callable[[], Awaitable[None]]:
        return broker.stop


class TestMqtt(MqttContract):
    pass


class TestBelowAPrefix(MqttContract):
    @pytest.fixture
    def url(self, broker: Broker) -> str:
        return f"mqtt://127.0.0.1:{broker.port}/some/where"


Enter = Callable[[Person], Awaitable[MqttSession]]


@pytest.fixture
async def enter(url: str) -> AsyncIterator[Enter]:
    sessions: list[MqttSession] = []

    async def enter(person: Person) -> MqttSession:
        sessions.append(await MqttTransport().open(url, person))
        return sessions[-1]

    yield enter
    for session in sessions:
        await session.close()


@pytest.fixture
async def mallory(url: str) -> AsyncIterator[MqttBroker]:
    """Return somebody at the broker who says what they like."""
    heard: list[str] = []
    broker = MqttBroker("mallory", lambda topic, _raw, _new: heard.append(topic), heard.append)
    await broker.connect(broker_address(url), Will("mallory/gone", b""))
    yield broker
    await broker.close()


def session_of(session: MqttSession) -> bytes:
    return session._letters.session


async def settled(session: MqttSession) -> None:
    """Return when the session has heard all that was published before."""
    await session._voice.echo()


async def test_forged_statements_are_nobody_s_word(enter: Enter, mallory: MqttBroker) -> None:
    ana, eve, ghost = Person(), Person(), Person()
    one = await enter(ana)
    assert await one.join(ROOM) == []
    presence = say.presence_topic(ghost.peer)
    member = say.member_topic(ROOM, ghost.peer)
    true = say.Member(secrets.token_bytes(16), ghost.instance)
    online = say.Presence(true.session, ghost.instance, online=True)
    for topic, raw in (
        (presence, say.signed(eve, presence, online)),
        (member, say.signed(eve, member, true)),
        (member, say.signed(ghost, say.member_topic(OTHER, ghost.peer), true)),
        (member, b"\xff" * 40),
        ("room/nonsense/too", b"x"),
        ("room", b"x"),
        (say.card_topic(ghost.peer), b"\x93\x01"),
        (say.letter_topic(ana.peer, "offer"), b""),
    ):
        await mallory.publish(topic, raw, retain=True)
    await settled(one)
    assert one._news.is_empty
    assert await one.search("", 10) == []
    assert one.end_reason == ""


async def test_who_is_there_is_known_by_both_statements(enter: Enter, mallory: MqttBroker) -> None:
    """Being in a room counts while that very connection is there."""
    bob = Person()
    one = await enter(Person())
    await one.join(ROOM)
    old, new = secrets.token_bytes(16), secrets.token_bytes(16)
    member, presence = say.member_topic(ROOM, bob.peer), say.presence_topic(bob.peer)

    async def is_there(session: bytes, *, online: bool) -> None:
        statement = say.Presence(session, bob.instance, online)
        await mallory.publish(presence, say.signed(bob, presence, statement), retain=True)

    await is_there(new, online=True)
    stale = say.signed(bob, member, say.Member(old, bob.instance))
    await mallory.publish(member, stale, retain=True)
    two = await enter(Person())
    assert [p.peer for p in await two.join(ROOM)] == [one._who.peer]
    fresh = say.signed(bob, member, say.Member(new, bob.instance))
    await mallory.publish(member, fresh, retain=True)
    assert await following(two, 1) == [PeerJoined(ROOM, Present(bob.peer, bob.instance))]
    await is_there(new, online=False)
    assert await following(two, 1) == [PeerLeft(ROOM, bob.peer)]
    await is_there(new, online=True)
    await mallory.publish(presence, b"", retain=True)
    assert await following(two, 2) == [
        PeerJoined(ROOM, Present(bob.peer, bob.instance)),
        PeerLeft(ROOM, bob.peer),
    ]


async def test_letters_are_taken_once_and_by_whom_they_are_for(
    enter: Enter, mallory: MqttBroker
) -> None:
    ana, bob = Person(), Person()
    one, two = await enter(ana), await enter(bob)
    await one.join(ROOM)
    await two.join(ROOM)
    topic = say.letter_topic(ana.peer, "answer")

    async def write(number: int, payload: bytes, target: bytes, author: Person = bob) -> None:
        letter = say.Letter(bob.peer, session_of(two), target, number, payload)
        await mallory.publish(topic, say.signed(author, topic, letter))

    mine = session_of(one)
    await write(5, b"first", mine)
    await write(5, b"again", mine)
    await write(4, b"late", mine)
    await write(6, b"for another connection", secrets.token_bytes(16))
    await write(7, b"not by him", mine, author=ana)
    await write(8, b"second", mine)
    joined, *letters = await following(one, 3)
    assert isinstance(joined, PeerJoined)
    assert letters == [SignalReceived(bob.peer, b"first"), SignalReceived(bob.peer, b"second")]


async def test_strangers_do_not_reach_who_is_not_listed(enter: Enter, mallory: MqttBroker) -> None:
    ana, eve = Person(), Person()
    one = await enter(ana)
    topic = say.letter_topic(ana.peer, "contact")
    letter = say.Letter(eve.peer, secrets.token_bytes(16), session_of(one), 1, b"hello")
    await mallory.publish(topic, say.signed(eve, topic, letter))
    await settled(one)
    assert one._news.is_empty


async def test_a_letter_may_be_answered(enter: Enter) -> None:
    ana, bob = Person(), Person()
    one, two = await enter(ana), await enter(bob)
    await two.join(ROOM)
    await one.join(ROOM)
    await one.signal(bob.peer, b"knock")
    await one.leave(ROOM)
    events = await following(two, 3)
    assert SignalReceived(ana.peer, b"knock") in events
    await two.signal(ana.peer, b"who is there?")
    assert SignalReceived(bob.peer, b"who is there?") in await following(one, 1)
    await one.close()
    await settled(two)
    assert await code_of(two.signal(ana.peer, b"gone?")) == "unknown-peer"


async def test_who_is_killed_has_left(enter: Enter, url: str) -> None:
    one = await enter(Person())
    await one.join(ROOM)
    program = "\n".join(
        (
            "import asyncio",
            "from app.transport.mqtt_client import MqttTransport",
            "from tests.signaling.people import Person",
            "async def main():",
            f"    session = await MqttTransport().open({url!r}, Person())",
            f"    await session.join({ROOM!r})",
            "    await asyncio.sleep(60)",
            "asyncio.run(main())",
        )
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    try:
        (joined,) = await following(one, 1)
    finally:
        process.kill()
        await process.wait()
    assert isinstance(joined, PeerJoined)
    assert await following(one, 1) == [PeerLeft(ROOM, joined.present.peer)]


async def test_what_is_said_is_said_again(
    enter: Enter, mallory: MqttBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.transport.mqtt_voice.REFRESH_SECONDS", 0.05)
    ana = Person()
    one, two = await enter(ana), await enter(Person())
    await two.join(ROOM)
    await one.join(ROOM)
    (joined,) = await following(two, 1)
    await mallory.publish(say.member_topic(ROOM, ana.peer), b"", retain=True)
    assert await following(two, 2) == [PeerLeft(ROOM, ana.peer), joined]


async def test_rooms_have_ids_of_32_bytes(enter: Enter) -> None:
    one = await enter(Person())
    with pytest.raises(LocalProtocolError):
        await one.join(b"short")


async def test_a_broker_that_does_not_answer(
    enter: Enter, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await enter(Person())
    monkeypatch.setattr(mqtt_session, "REQUEST_SECONDS", 0.2)
    with broker.frozen():
        assert await code_of(one.join(ROOM)) == "signaling-lost"
        assert one.end_reason == "silent"


async def test_a_reader_who_is_too_slow_is_let_go(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "MAX_BEHIND", 3)
    ana = Person()
    one, two = await enter(ana), await enter(Person())
    await one.join(ROOM)
    await two.join(ROOM)
    for _ in range(6):
        await two.signal(ana.peer, b"")
    await until(lambda: one.end_reason)
    assert one.end_reason == "too-far-behind"


async def test_a_broker_that_lets_nobody_in(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, "allow_anonymous false") as closed:
        refused = MqttTransport().open(f"mqtt://127.0.0.1:{closed.port}", Person())
        assert await code_of(refused) == "server-refused"


async def test_a_broker_that_lets_nobody_speak(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic read nothing/#\n")
    rules.chmod(0o644)
    async with mosquitto(tmp_path, f"allow_anonymous true\nacl_file {rules}") as mute:
        refused = MqttTransport().open(f"mqtt://127.0.0.1:{mute.port}", Person())
        assert await code_of(refused) == "server-refused"


# The library leaves a connection whose certificate is bad to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_mqtts_is_for_whoever_shows_a_good_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = certificate_files(tmp_path)
    settings = f"allow_anonymous true\ncertfile {chain}\nkeyfile {key}"
    async with mosquitto(tmp_path, settings) as secret:
        url = f"mqtts://127.0.0.1:{secret.port}"
        assert await code_of(MqttTransport(3.0).open(url, Person())) == "server-unreachable"
        monkeypatch.setenv("SSL_CERT_FILE", chain)
        session = await MqttTransport().open(url, Person())
        assert await session.join(ROOM) == []
        await session.close()


async def test_nobody_there() -> None:
    with deaf_port() as port:
        opening = MqttTransport().open(f"mqtt://127.0.0.1:{port}", Person())
        assert await code_of(opening) == "server-unreachable"


async def test_a_server_that_is_no_broker_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        opening = MqttTransport(0.3).open(f"mqtt://127.0.0.1:{silent.getsockname()[1]}", Person())
        assert await code_of(opening) == "server-unreachable"


def test_urls() -> None:
    address = broker_address("mqtts://broker.example/our/place/")
    assert (address.host, address.port, address.tls) == ("broker.example", 8883, True)
    assert address.prefix == "our/place/"
    assert broker_address("mqtt://h:1").prefix == ""
    for bad in ("mqtt://h/a#b", "mqtt://h/a+", "mqtt://u@h", "mqtt://h:0", "http://h", "mqtt://[x"):
        with pytest.raises(AppError, match="bad url"):
            broker_address(bad)


async def test_the_scheme_chooses_the_transport(url: str) -> None:
    either = AnySignaling({"mqtt": MqttTransport()})
    session = await either.open(url, Person())
    await session.close()
    assert await code_of(either.open("ftp://x", Person())) == "bad-url"


async def test_a_letter_to_oneself_is_to_nobody(enter: Enter) -> None:
    ana = Person()
    one = await enter(ana)
    assert await code_of(one.signal(PeerId(ana.peer), b"")) == "unknown-peer"
