"""Several who fetch the same file from each other, while its author's uplink is narrow."""

from __future__ import annotations

import time
from pathlib import Path

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Stage, stage
from tests.e2e.sending import accept, digest, done, file_of, offer
from tests.soak.lines import SLOW_GOODBYE
from tests.support.netns import Network

UPLINK = 8e6


def fetched(programs: Stage, room: str, ana: Cli, receivers: list[Cli], path: Path) -> float:
    """Return how long it takes until all of these have a file of Ana's."""
    transfer = offer(ana, room, path)
    begun = time.monotonic()
    for cli in receivers:
        accept(programs, cli, transfer)
    for cli in receivers:
        assert digest(done(cli, transfer, 120)) == digest(path)
    return time.monotonic() - begun


def shared(folder: Path, size: int, receivers: int = 3) -> Json:
    """Send a file to one and another one to several; return what it took and what Ana gave."""
    with Network(folder, receivers + 2) as network, stage(folder) as programs:
        programs.expect(SLOW_GOODBYE)
        server_host, *hosts = network.hosts
        server = programs.server(host=server_host.address, prefix=server_host.prefix)
        people = [
            programs.start(f"P{number}", server.url, prefix=host.prefix)
            for number, host in enumerate(hosts)
        ]
        for cli in people:
            cli.ready().online()
        ana, *others = people
        room = room_of(ana, *others)
        network.set(hosts[0], rate=UPLINK)
        from_one = file_of(folder / "from", size, "one.bin")
        alone = fetched(programs, room, ana, others[:1], from_one)
        for_all = file_of(folder / "from", size, "all.bin")
        before = network.given(hosts[0])
        together = fetched(programs, room, ana, others, for_all)
        given = network.given(hosts[0]) - before
    return {
        "receivers": receivers,
        "seconds_of_one": round(alone, 1),
        "seconds_of_all": round(together, 1),
        "all_of_one": round(together / alone, 2),
        "given_of_size": round(given / size, 2),
    }
