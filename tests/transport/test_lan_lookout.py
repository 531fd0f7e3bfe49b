"""Being seen by real multicast DNS on the loopback interface, and which addresses are near."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.transport import lan_addresses, lan_lookout
from app.transport.base import LAN_URL
from app.transport.lan_addresses import LocalNetwork, changed, local_network, read_address
from app.transport.lan_direct import LanTransport
from app.transport.lan_lookout import ZeroconfLookout, service_info
from app.transport.lan_sight import Lookout, Sighting
from app.transport.lan_watch import Announcement, start_zeroconf
from tests.services.world import until
from tests.signaling.people import Person
from tests.transport.contract.signaling import ROOM

LOOPBACK = ("127.0.0.1",)
WAIT = 60.0


def network(*interfaces: str) -> LocalNetwork:
    return LocalNetwork(tuple(ipaddress.ip_interface(text) for text in interfaces))


async def seen_by(lookout: Lookout, wanted: Callable[[dict[str, Sighting]], bool]) -> None:
    async with asyncio.timeout(WAIT):
        while not wanted(dict(lookout.seen())):
            await lookout.changed()


async def test_two_see_each_other_and_one_leave() -> None:
    labels = [secrets.token_hex(8) for _ in range(2)]
    one, two = ZeroconfLookout(LOOPBACK), ZeroconfLookout(LOOPBACK)
    await one.announce(labels[0], 40_001)
    await two.announce(labels[1], 40_002)
    there = Sighting(LOOPBACK, 40_002)
    await seen_by(one, lambda seen: seen.get(labels[1]) == there)
    await seen_by(two, lambda seen: labels[0] in seen)
    await two.close()
    await seen_by(one, lambda seen: labels[1] not in seen)
    assert one.is_near("127.0.0.1")
    assert not one.is_near("192.0.2.1")
    await one.close()


async def test_nothing_is_announced_behind_the_goodbye() -> None:
    lookout = ZeroconfLookout(LOOPBACK)
    await lookout.announce(secrets.token_hex(8), 40_004)
    telling = lookout._telling
    await lookout.close()
    assert telling is not None
    assert telling.done()


async def test_people_meet_by_it() -> None:
    ana, bob = Person(), Person()
    transport = LanTransport(lambda: ZeroconfLookout(LOOPBACK))
    one, two = [await transport.open(LAN_URL, person) for person in (ana, bob)]
    for session in (one, two):
        await session.join(ROOM)
    await until(lambda: one._talk.company.shares(bob.peer) and two._talk.company.shares(ana.peer))
    await one.close()
    await two.close()


async def test_an_announcement_tells_of_nobody() -> None:
    info = service_info("0123456789abcdef", 4000, ["192.0.2.7", "fd00::7"])
    assert info.properties == {b"version": b"1"}
    assert info.server == "0123456789abcdef.local."
    assert info.parsed_addresses() == ["192.0.2.7", "fd00::7"]


@given(
    st.text(max_size=20) | st.just("0123456789abcdef"),
    st.lists(st.text(max_size=20) | st.ip_addresses().map(str), max_size=4),
    st.integers(-1, 2**17),
    st.dictionaries(st.sampled_from([b"version", b"x"]), st.none() | st.sampled_from([b"1", b""])),
)
def test_any_announcement_is_somebody_or_nothing(
    label: str, addresses: list[str], port: int, properties: dict[bytes, bytes | None]
) -> None:
    found = lan_lookout._read(Announcement(label, addresses, port, properties))
    assert found is None or (found.addresses and 0 < found.port < 65536 and len(label) == 16)


# zeroconf leaves the sockets to the garbage collector when it finds no interface
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_without_a_network_it_is_said() -> None:
    with pytest.raises(AppError) as caught:
        await start_zeroconf(["203.0.113.77"])
    assert caught.value.code == "server-unreachable"


async def test_a_move_to_another_network_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan_addresses, "LOOK_EVERY", 0.02)
    networks = [network("10.0.0.2/24")]
    monkeypatch.setattr(lan_addresses, "local_network", lambda _only: networks[-1])
    moving = asyncio.create_task(changed(networks[0]))
    await asyncio.sleep(0.1)
    assert not moving.done()
    networks.append(network("10.0.1.2/24"))
    async with asyncio.timeout(WAIT):
        await moving
        monkeypatch.setattr(lan_addresses, "ASLEEP_SECONDS", -1.0)
        await changed(networks[1])


async def test_who_has_moved_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan_addresses, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(lan_addresses, "ASLEEP_SECONDS", -1.0)
    lookout = ZeroconfLookout(LOOPBACK)
    await lookout.announce(secrets.token_hex(8), 40_003)
    with pytest.raises(AppError) as caught:
        await seen_by(lookout, lambda _seen: False)
    assert caught.value.code == "network-changed"
    await lookout.close()


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("10.0.0.7", True),
        ("::ffff:10.0.0.7", True),
        ("10.0.1.7", False),
        ("127.0.0.1", False),
        ("fd00:1::9", True),
        ("fd00:2::9", False),
        ("fe80::1%3", True),
        ("fe80::1", False),
        ("224.0.0.251", False),
        ("0.0.0.0", False),  # noqa: S104 - refused
        ("ff02::fb%3", False),
        ("nonsense", False),
        ("8.8.8.8", False),
    ],
)
def test_what_is_near(address: str, near: bool) -> None:
    here = network("10.0.0.2/24", "fd00:1::2/64", "fe80::2/64")
    assert here.has(address) is near


def test_our_addresses() -> None:
    assert network("fd00::2/64", "10.0.0.2/24").addresses == ["10.0.0.2", "fd00::2"]
    assert local_network(LOOPBACK) == network("127.0.0.1/8")
    assert local_network(LOOPBACK).has("127.0.0.9")
    everything = local_network()
    assert everything.interfaces
    alone = all(one.is_loopback for one in everything.interfaces)
    assert everything.has("127.0.0.1") is alone


def test_containers_and_loopback_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = [ipaddress.ip_interface("127.0.0.1/8"), ipaddress.ip_interface("10.0.0.2/24")]
    monkeypatch.setattr(lan_addresses, "_interfaces", lambda: iter(ways))
    assert local_network() == network("10.0.0.2/24")
    del ways[1]
    assert local_network() == network("127.0.0.1/8")


@given(st.text() | st.ip_addresses().map(str))
def test_any_text_is_an_address_or_none(text: str) -> None:
    read_address(text)
    network("10.0.0.2/24").has(text)
