"""Files between real programs by each way, a real relay too, and from one way to another."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import WAIT, Cli, Json, Stage
from tests.e2e.sending import (
    MEGABYTE,
    SLOW,
    accept,
    begun,
    digest,
    done,
    file_of,
    held_back,
    in_state,
    moving,
    offer,
    offered,
    shown,
    workers_of,
)
from tests.support.coturn import TurnServer, needs_turn, running_turn

pytestmark = pytest.mark.e2e
SIZE = 16 * MEGABYTE


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[TurnServer]:
    with running_turn(tmp_path) as server:
        yield server


def knows(cli: Cli, turn: TurnServer) -> None:
    """Tell a program of a relay."""
    server = {"url": turn.url, "username": turn.username, "credential": turn.credential}
    told = cli.ask("ice_servers", servers=[server])
    assert told["servers"] == [{"url": turn.url, "username": turn.username}]


def goes(cli: Cli, *ways: str) -> None:
    assert cli.ask("file_settings", ways=list(ways))["ways"] == list(ways)


def lanes_of(cli: Cli, transfer: str) -> list[str]:
    """Return the ways by which a transfer moved, in their order."""
    progress = [each for each in cli.events("file_progress") if each["transfer"] == transfer]
    said = [each["lane"] for each in progress]
    return [lane for at, lane in enumerate(said) if lane and (at == 0 or said[at - 1] != lane)]


def on_lane(cli: Cli, transfer: str, lane: str) -> None:
    """Wait until it moves this way."""
    end = time.monotonic() + WAIT
    while shown(cli, transfer)["lane"] != lane:
        assert time.monotonic() < end, cli.story()
        time.sleep(0.02)


def accept_slowly(programs: Stage, pair: list[Cli], transfer: str, lane: str) -> None:
    """Let nothing come before the way is told: all of it might come before that."""
    ana, bob = pair
    held_back(ana)
    accept(programs, bob, transfer)
    bob.event("file_progress", transfer=transfer, lane=lane)
    ana.ask("file_settings", cap_up=0)


@pytest.mark.parametrize("way", ["direct", "webrtc"])
def test_a_file_arrives_by_one_way(programs: Stage, pair: list[Cli], way: str) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    goes(bob, way)
    path = file_of(programs.folder / "from", 6 * MEGABYTE)
    transfer = offer(ana, room, path)
    accept_slowly(programs, pair, transfer, way)
    assert digest(done(bob, transfer)) == digest(path)
    assert lanes_of(bob, transfer) == [way]
    assert set(lanes_of(ana, transfer)) <= {way}


@needs_turn
@pytest.mark.parametrize("who", [0, 1])
def test_a_file_arrives_through_a_relay_that_one_of_two_knows(
    programs: Stage, pair: list[Cli], turn: TurnServer, who: int
) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    knows(pair[who], turn)
    goes(bob, "relay")
    path = file_of(programs.folder / "from", 4 * MEGABYTE)
    transfer = offer(ana, room, path)
    accept_slowly(programs, pair, transfer, "relay")
    assert digest(done(bob, transfer)) == digest(path)
    assert lanes_of(bob, transfer) == ["relay"]
    assert turn.allocations >= 1
    assert turn.credential not in ana.complaints() + bob.complaints()


def test_no_relay_is_said_to_whoever_waits(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    goes(bob, "relay")
    transfer = offer(ana, room, file_of(programs.folder / "from", 10))
    accept(programs, bob, transfer)

    def says_why(reply: Json) -> bool:
        (view,) = reply["transfers"]
        return bool(view.get("troubles"))

    (view,) = bob.until(says_why, "transfers")["transfers"]
    assert view["state"] == "waiting"
    assert view["troubles"] == [{"peer": ana.peer, "lane": "relay", "code": "no-relay"}]
    goes(bob, "direct", "webrtc", "relay")
    done(bob, transfer)


def test_bytes_move_from_one_way_to_a_better_one_and_back(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    goes(bob, "webrtc")
    _, transfer, path = begun(programs, pair, SIZE)
    assert shown(bob, transfer)["lane"] == "webrtc"
    goes(bob, "direct", "webrtc", "relay")
    on_lane(bob, transfer, "direct")
    mark, had = bob.mark(), shown(bob, transfer)["done"]
    ana.ask("file_settings", cap_up=SLOW)
    moving(bob, transfer, had + MEGABYTE)
    bob.event("file_progress", mark, transfer=transfer, lane="direct")
    held_back(ana)
    had = shown(bob, transfer)["done"]
    goes(bob, "webrtc")
    on_lane(bob, transfer, "webrtc")
    assert in_state(bob, transfer, "running")["done"] >= had
    ana.ask("file_settings", cap_up=0)
    assert digest(done(bob, transfer)) == digest(path)
    assert lanes_of(bob, transfer)[:3] == ["webrtc", "direct", "webrtc"]


@pytest.mark.parametrize("who", [0, 1])
def test_a_killed_worker_is_made_up_for_over_webrtc(
    programs: Stage, pair: list[Cli], who: int
) -> None:
    ana, bob = pair
    goes(bob, "webrtc")
    _, transfer, path = begun(programs, pair, SIZE)
    had = shown(bob, transfer)["done"]
    programs.expect("the worker for files has ended with -9")
    os.kill(workers_of(pair[who])[0], signal.SIGKILL)
    ana.ask("file_settings", cap_up=SLOW)
    moving(bob, transfer, had + MEGABYTE)
    ana.ask("file_settings", cap_up=0)
    assert digest(done(bob, transfer)) == digest(path)
    assert offered(bob, transfer)["size"] == path.stat().st_size


def test_links_use_the_servers_too(pair: list[Cli]) -> None:
    ana, _ = pair
    for server, code in (
        ({"url": "turn:nowhere"}, "ice-server-login"),
        ({"url": "nowhere"}, "bad-ice-server"),
    ):
        assert ana.refused("ice_servers", servers=[server]) == code
    assert ana.ask("ice_servers")["servers"] == []
