from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.base import FoundServer
from app.transport.lan import MAX_SERVERS, ZeroconfDiscovery, found_server
from signaling.protocol import good_name

NAMED = {b"version": b"1", b"name": b"Kitchen"}


@pytest.mark.parametrize(
    ("addresses", "url"),
    [
        (["192.168.1.5"], "http://192.168.1.5:8765"),
        (["fd00::5", "192.168.1.5"], "http://192.168.1.5:8765"),
        (["127.0.0.1", "fd00::5"], "http://[fd00::5]:8765"),
        (["169.254.1.1", "10.0.0.1"], "http://10.0.0.1:8765"),
        (["127.0.0.1"], "http://127.0.0.1:8765"),
        (["nonsense", "10.0.0.1"], "http://10.0.0.1:8765"),
        (["224.0.0.251", "0.0.0.0", "10.0.0.1"], "http://10.0.0.1:8765"),  # noqa: S104 - refused
    ],
)
def test_the_likeliest_address_is_taken(addresses: list[str], url: str) -> None:
    assert found_server(addresses, 8765, NAMED) == FoundServer(url, "Kitchen")


@pytest.mark.parametrize(
    ("addresses", "port"),
    [
        ([], 8765),
        (["224.0.0.1"], 8765),
        (["10.0.0.1"], 0),
        (["10.0.0.1"], None),
        (["10.0.0.1"], 65536),
    ],
)
def test_nonsense_is_no_server(addresses: list[str], port: int | None) -> None:
    assert found_server(addresses, port, NAMED) is None


@pytest.mark.parametrize(
    "name", [None, b"", b"\xff\xfe", b"a\nb", b"x" * 65, b" x", "\u202ex".encode()]
)
def test_a_hostile_name_is_not_shown(name: bytes | None) -> None:
    assert found_server(["10.0.0.1"], 1, {b"name": name}) == FoundServer(
        "http://10.0.0.1:1", "Parlor"
    )


@given(
    st.lists(st.text() | st.ip_addresses().map(str), max_size=5),
    st.none() | st.integers(),
    st.dictionaries(st.sampled_from([b"name", b"version", b"x"]), st.none() | st.binary()),
)
def test_any_announcement_is_a_server_or_nothing(
    addresses: list[str], port: int | None, properties: dict[bytes, bytes | None]
) -> None:
    found = found_server(addresses, port, properties)
    assert found is None or (good_name(found.name) and found.url.startswith("http://"))


async def test_the_same_server_twice_is_shown_once_and_a_flood_is_bounded() -> None:
    discovery = ZeroconfDiscovery(["127.0.0.1"])
    discovery._watch.set("a", FoundServer("http://10.0.0.1:1", "A"))
    discovery._watch.set("b", FoundServer("http://10.0.0.1:1", "A"))
    assert discovery.servers() == (FoundServer("http://10.0.0.1:1", "A"),)
    discovery._watch.set("a", None)
    assert len(discovery.servers()) == 1
    discovery._watch.set("b", None)
    assert discovery.servers() == ()
    for number in range(MAX_SERVERS + 10):
        discovery._watch.set(str(number), FoundServer(f"http://10.0.0.1:{number + 1}", "A"))
    assert len(discovery.servers()) == MAX_SERVERS
    await discovery.close()
