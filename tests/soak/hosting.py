"""How long it takes until everybody is online again after the app that hosts was killed.

Run: python -m tests.soak.hosting [ROUNDS]; needs root. Prints one line for each kill.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.programs import Cli, stage
from tests.support.netns import namespace, prefix

NAMES = ("Ana", "Bob", "Eve")


def main(rounds: int) -> None:
    """Kill whoever hosts, again and again; who was killed comes back."""
    with TemporaryDirectory() as folder, namespace() as name, stage(Path(folder)) as scene:
        here = prefix(name)
        started = [
            scene.keep(Cli(Path(folder, who), who, "--discover", prefix=here, lan=True))
            for who in NAMES
        ]
        people = [cli.ready() for cli in started]
        host = people[0]
        url = str(host.ask("host")["server"])
        for cli in people:
            cli.event("server", server=url, state="online")
        for number in range(rounds):
            others = [cli for cli in people if cli is not host]
            marks = [cli.mark() for cli in others]
            host.kill()
            began = time.monotonic()
            spent = [round(_online(*one) - began, 2) for one in zip(others, marks, strict=True)]
            told = {"round": number + 1, "killed": host.name, "online after": spent}
            sys.stdout.write(json.dumps(told) + "\n")
            gone, host = host, _host_of(others)
            people = [*others, scene.again_offline(gone).online()]


def _online(cli: Cli, mark: int) -> float:
    cli.event("server", mark, state="online")
    return time.monotonic()


def _host_of(people: list[Cli]) -> Cli:
    hosts = [cli for cli in people if cli.ask("lan")["hosting"]]
    assert len(hosts) == 1, hosts
    return hosts[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
