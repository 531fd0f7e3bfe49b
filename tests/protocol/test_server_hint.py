from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol.server_hint import Reader, read_server, write_server
from tests.refused import refusal

ports = st.integers(1, 65535)


def there_and_back(url: str) -> str:
    reader = Reader(write_server(url))
    read = read_server(reader)
    assert not reader.rest
    return read


@given(st.ip_addresses(v=4), ports)
def test_an_ipv4_server_takes_seven_bytes(address: ipaddress.IPv4Address, port: int) -> None:
    url = f"http://{address}:{port}"
    assert len(write_server(url)) == 7
    assert there_and_back(url) == url


@given(st.ip_addresses(v=6), ports)
def test_an_ipv6_server_takes_nineteen_bytes(address: ipaddress.IPv6Address, port: int) -> None:
    url = f"http://[{address}]:{port}"
    assert len(write_server(url)) == 19
    assert there_and_back(url) == url


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("", ""),
        ("http://a", "http://a"),
        ("http://parlor.local:7700", "http://parlor.local:7700"),
        (" HTTPS://Parlor.Example:443/Room/ ", "https://parlor.example:443/Room"),
        ("http://10.0.0.1", "http://10.0.0.1"),
        ("http://10.0.0.1:80/x", "http://10.0.0.1:80/x"),
        ("https://10.0.0.1:443", "https://10.0.0.1:443"),
        ("https://[::1]", "https://[::1]"),
        ("http://[0:0::1]:80", "http://[::1]:80"),
        ("mqtt://my_broker:1883", "mqtt://my_broker:1883"),
        ("mqtts://b.example/", "mqtts://b.example"),
        ("https://" + "x" * 120, "https://" + "x" * 120),
    ],
)
def test_servers_come_back(url: str, read: str) -> None:
    assert there_and_back(url) == read


@pytest.mark.parametrize(
    "url",
    [
        "server:80",
        "ftp://server",
        "http://",
        "http:///path",
        "http://user@server",
        "http://server:0",
        "http://server:65536",
        "http://server:x",
        "http://server?x=1",
        "http://server/#x",
        "http://server/a b",
        "http://sérver",
        "http://-server",
        "http://[::1",
        "http://[10.0.0.1]:80",
        "http://[:::]:80",
        "http://[fe80::1%25eth0]:80",
        "https://" + "x" * 121,
        "http://server\n.example",
        "\ud800",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    assert refusal(write_server, url) == "bad-server-url"


@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_any_text_is_a_server_or_refused(text: str) -> None:
    for url in (text, "https://" + text):
        assert refusal(write_server, url) in {"", "bad-server-url"}


def read(raw: bytes) -> str:
    try:
        return refusal(read_server, Reader(raw))
    except ValueError:
        return "broken"


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (b"", "broken"),
        (b"\x01\x7f\x00\x00\x01", "broken"),
        (b"\x01\x7f\x00\x00\x01\x00\x00", "broken"),
        (b"\x02" + bytes(17), "broken"),
        (b"\x07", "invite-newer"),
        (b"\xff\x01a", "invite-newer"),
        (b"\x04\x00", "broken"),
        (b"\x04\x05a", "broken"),
        (b"\x04\x01A", "broken"),
        (b"\x04\x02a/", "broken"),
        (b"\x04\x02a ", "broken"),
        (b"\x04\x02 a", "broken"),
        (b"\x04\x01\xff", "broken"),
        (b"\x03\x0a10.0.0.1:1", "broken"),
        (b"\x04\x0a10.0.0.1:1", ""),
        (b"\x04\x01a", ""),
    ],
)
def test_a_server_has_one_spelling(raw: bytes, outcome: str) -> None:
    assert read(raw) == outcome


@given(st.binary(max_size=40))
def test_any_bytes_are_a_server_or_refused(raw: bytes) -> None:
    if not (code := read(raw)):
        reader = Reader(raw)
        url = read_server(reader)
        assert write_server(url) == raw[: len(raw) - len(reader.rest)]
    assert code in {"", "broken", "invite-newer"}
