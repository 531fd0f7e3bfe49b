from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.netns import Host, Network, carried, needs_hosts
from tests.support.netns_line import LONGEST_WAIT, Switch, Uplink, mac

ECHO = """
import socket, sys
with socket.create_server((sys.argv[1], 0)) as server:
    print(server.getsockname()[1], flush=True)
    lane, _ = server.accept()
    with lane, lane.makefile("rb") as file:
        content = file.read()
        lane.sendall(content)
"""
SAY = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])) as lane:
    lane.sendall(bytes(int(sys.argv[4])))
    lane.shutdown(socket.SHUT_WR)
    with lane.makefile("rb") as file:
        print(len(file.read()))
"""


def frame(to: int, protocol: int = 6) -> bytes:
    header = bytes.fromhex(mac(to).replace(":", "")) + bytes(6) + b"\x08\x00"
    return header + bytes(9) + bytes([protocol]) + bytes(50)


def test_a_line_takes_its_time_and_no_more_than_its_rate() -> None:
    line = Uplink(delay=0.05, rate=1000)
    assert line.arrival(10, 20, 0.5) == pytest.approx(10.07)
    assert line.arrival(10, 20, 0.5) == pytest.approx(10.09)
    for _ in range(10):
        line.arrival(10, 20, 0.5)
    assert line.arrival(10, 20, 0.5) is None
    assert line.arrival(10 + LONGEST_WAIT, 20, 0.5) is not None
    assert line.dropped > 0


def test_a_line_loses_by_chance_and_all_when_it_is_cut() -> None:
    line = Uplink(loss=0.05)
    assert line.arrival(0, 1, 0.049) is None
    assert line.arrival(0, 1, 0.05) == 0
    line.cut = True
    assert line.arrival(0, 1, 0.9) is None
    assert (line.given, line.dropped) == (1, 2)


def test_a_switch_hands_on_to_who_is_meant_and_allowed() -> None:
    switch = Switch([Uplink(), Uplink(), Uplink()])
    assert switch.take(0, frame(2), 0)[1] == [2]
    assert switch.take(0, frame(0), 0)[1] == []
    assert switch.take(1, b"\xff" * 60, 0)[1] == [0, 2]
    switch.refused.add((frozenset((0, 2)), "tcp"))
    assert switch.take(0, frame(2), 0)[1] == []
    assert switch.take(2, frame(0), 0)[1] == []
    assert switch.take(0, frame(2, 17), 0)[1] == [2]
    assert switch.take(0, frame(1), 0)[1] == [1]


def echoed(one: Host, other: Host, size: int = 100_000, patience: float = 60) -> int:
    """Send over TCP and get it back; return how much came."""
    server = subprocess.Popen(
        [*other.prefix, sys.executable, "-c", ECHO, other.address], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        port = server.stdout.readline().decode().strip()
        call = [sys.executable, "-c", SAY, other.address, port, str(patience), str(size)]
        said = subprocess.run([*one.prefix, *call], capture_output=True, timeout=150, check=False)
        return int(said.stdout or 0)
    finally:
        server.kill()
        server.communicate()


@needs_hosts
def test_hosts_reach_each_other_over_bad_lines_but_not_over_cut_ones(tmp_path: Path) -> None:
    with Network(tmp_path, 2) as network:
        one, other = network.hosts
        network.set(one, loss=0.05, delay=0.005, rate=1e7)
        assert echoed(one, other) == 100_000
        assert network.given(one) > 100_000
        assert network.dropped(one) > 0
        network.set(one, loss=0.0)
        one.move_to("10.77.0.77")
        assert echoed(other, one) == 100_000
        network.refuse(one, other, "tcp")
        assert echoed(one, other, patience=0.5) == 0
        network.refuse(one, other, "tcp", refuse=False)
        network.set(other, cut=True)
        assert echoed(one, other, patience=0.5) == 0


@needs_hosts
def test_what_a_device_carries_is_counted() -> None:
    assert carried(1) >= 0
    with pytest.raises(LookupError):
        carried(1, "nothing")
