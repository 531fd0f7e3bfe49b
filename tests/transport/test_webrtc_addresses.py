"""Which addresses are offered, probed and called near."""

from __future__ import annotations

import ipaddress
from types import SimpleNamespace

import pytest

from app.transport.webrtc_addresses import (
    MAX_ADDRESSES,
    host_addresses,
    is_near,
    link_addresses,
    loopback_addresses,
    may_probe,
)


def machine(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Give the machine these addresses, in ifaddr's two spellings."""
    ips = [
        SimpleNamespace(ip=address if "." in address else (address, 0, 0)) for address in addresses
    ]
    monkeypatch.setattr("ifaddr.get_adapters", lambda: [SimpleNamespace(ips=ips)])


def test_loopback_is_not_offered_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "127.0.0.1", "::1", "fe80::1%3", "fd00::2", "10.0.0.2", "10.0.0.2")
    assert host_addresses() == ["10.0.0.2", "fd00::2"]
    assert loopback_addresses() == ["127.0.0.1", "::1"]


def test_loopback_is_offered_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "127.0.0.1", "::1", "fe80::1")
    assert host_addresses() == ["127.0.0.1", "::1"]


def test_links_take_scoped_addresses_where_there_is_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, near = ("::1", 0, 0), ("fe80::1", 0, 3)
    for others, expected in (
        ([], ["fe80::1%3"]),
        ([("fe80::2", 0, 0), ("fe80::3", 0, 4)], ["fe80::1%3", "fe80::3%4"]),
        (["10.0.0.2"], ["10.0.0.2"]),
        ([("fd00::2", 0, 0)], ["fd00::2"]),
        (["169.254.3.4"], ["169.254.3.4"]),
    ):
        ips = [SimpleNamespace(ip=ip) for ip in ("127.0.0.1", loop, near, *others)]
        adapters = [SimpleNamespace(ips=ips)]
        monkeypatch.setattr("ifaddr.get_adapters", lambda adapters=adapters: adapters)
        assert link_addresses() == expected
    machine(monkeypatch, "127.0.0.1", "fe80::1")
    assert link_addresses() == ["127.0.0.1"]


def test_two_machines_on_one_cable_have_link_local_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, "127.0.0.1", "fe80::1", "169.254.3.4")
    assert host_addresses() == ["169.254.3.4"]
    machine(monkeypatch, "127.0.0.1", "fe80::1", "169.254.3.4", "10.0.0.2")
    assert host_addresses() == ["10.0.0.2"]


def test_a_machine_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    assert host_addresses() == []


def test_a_machine_with_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, *(f"10.0.0.{number}" for number in range(1, 100)))
    assert len(host_addresses()) == MAX_ADDRESSES


def test_this_machine_has_loopback() -> None:
    assert "127.0.0.1" in loopback_addresses()
    assert host_addresses()


@pytest.mark.parametrize(
    ("address", "own", "wanted"),
    [
        ("10.0.0.1", ["10.0.0.2"], True),
        ("127.0.0.1", ["10.0.0.2", "fd00::2"], False),
        ("127.1.2.3", ["10.0.0.2"], False),
        ("::1", ["fd00::2"], False),
        ("127.0.0.1", ["127.0.0.1", "::1"], True),
        ("127.0.0.1", [], False),
    ],
)
def test_strangers_do_not_have_us_knock_at_home(address: str, own: list[str], wanted: bool) -> None:
    assert may_probe(ipaddress.ip_address(address), own) is wanted


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("192.168.1.9", True),
        ("fd00::2", True),
        ("fe80::1", True),
        ("169.254.1.1", True),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
    ],
)
def test_near_addresses(address: str, near: bool) -> None:
    assert is_near(address) is near
