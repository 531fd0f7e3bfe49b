"""A server lends its people a TURN server, and nobody has to set anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.people import linked, room_of
from tests.e2e.programs import Stage
from tests.e2e.sending import MEGABYTE, accept, digest, done, file_of, offer
from tests.support.coturn import needs_turn, running_turn

pytestmark = pytest.mark.e2e


@needs_turn
def test_a_file_goes_through_a_relay_that_the_server_lends(programs: Stage, tmp_path: Path) -> None:
    with running_turn(tmp_path, secret="known to both") as turn:
        secret = tmp_path / "secret"
        secret.write_text("known to both\n")
        flags = ("--ice-url", turn.url, "--turn-secret-file", str(secret))
        server = programs.server(flags=flags)
        ana, bob = programs.people("Ana", "Bob", server=server.url)
        room = room_of(ana, bob)
        linked(room, ana, bob)
        bob.ask("file_settings", ways=["relay"])
        path = file_of(programs.folder / "from", 2 * MEGABYTE)
        transfer = offer(ana, room, path)
        accept(programs, bob, transfer)
        assert digest(done(bob, transfer)) == digest(path)
        assert turn.allocations >= 1
        assert bob.ask("ice_servers")["servers"] == []
