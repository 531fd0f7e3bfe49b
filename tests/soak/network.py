"""Talk over bad networks between hosts of their own: how soon it recovers, what is lost.

Routers that translate addresses (nftables), loss, delay, cuts, changes of address, a server that
is gone. Every part asks that all messages arrive once and in order.

Run: python -m tests.soak.network [--part PART]... Prints one JSON object, and a table in Markdown
on standard error; exits with 1 if a part failed. Needs Linux, root and nftables. About 10 minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.e2e.programs import Json
from tests.soak.talking import Family, Help, Pair, pair
from tests.support.nat import Kind

EACH = 20
LOSSES = (0.01, 0.05, 0.1, 0.2)
DELAYS = (0.02, 0.1, 0.3)
CUTS = (3.0, 10.0, 40.0)


def through_routers(folder: Path, nat: Kind, help_by: Help) -> Json:
    """Meet behind two routers; return by which route."""
    with pair(folder, nat, help_by) as two:
        return {"linked": two.meet(), "route": two.route(), "talk": two.talk(EACH)}


def alone(folder: Path, family: Family) -> Json:
    """Meet where there is no IPv4, or both."""
    with pair(folder, family=family) as two:
        return {"linked": two.meet(), "route": two.route(), "talk": two.talk(EACH)}


def by_tcp(folder: Path) -> Json:
    """Meet where a firewall lets no UDP through at all, by a relay that takes TCP."""
    with pair(folder, help_by="turn by TCP", refused=("udp",)) as two:
        return {"linked": two.meet(), "route": two.route(), "talk": two.talk(EACH)}


def worse(folder: Path, loss: float, delay: float) -> Json:
    """Meet and talk over lines that lose and delay, each way."""
    with pair(folder) as two:
        for line in two.lines:
            two.network.set(line, loss=loss, delay=delay / 2)
        return {"linked": two.meet(), "talk": two.talk(EACH)}


def cut(folder: Path, seconds: float) -> Json:
    """Cut one's line while both go on writing; return how soon all is there afterwards."""
    with pair(folder) as two:
        two.meet()
        two.talk(EACH)
        two.network.set(two.lines[0], cut=True)
        two.say(EACH)
        time.sleep(seconds)
        two.network.set(two.lines[0], cut=False)
        return _recovered(two)


def moved(folder: Path, who: int) -> Json:
    """Change one's address while both go on writing."""
    with pair(folder) as two:
        two.meet()
        two.talk(EACH)
        two.lines[who].move_to("10.77.0.99")
        two.say(EACH)
        return _recovered(two)


def serverless(folder: Path) -> Json:
    """Kill the server; the two go on, and find it again when it is back."""
    with pair(folder) as two:
        two.meet()
        two.server.kill()
        gone = two.talk(EACH)
        host, port = two.network.hosts[0], two.server.port
        back = time.monotonic()
        marks = [cli.mark() for cli in two.people]
        two.programs.server(port, host.address, host.prefix)
        for cli, mark in zip(two.people, marks, strict=True):
            cli.event("server", mark, state="online")
        return {"talk": gone, "recovery": round(time.monotonic() - back, 1)}


def _recovered(two: Pair) -> Json:
    begun = time.monotonic()
    two.heard()
    all_there = round(time.monotonic() - begun, 1)
    for cli in two.people:
        cli.until(_all_online, "links")
    return {"recovery": all_there, "linked": round(time.monotonic() - begun, 1)}


def _all_online(links: Json) -> bool:
    return all(link["state"] == "online" for link in links["links"])


PARTS: dict[str, Callable[[Path], Json]] = {
    "routers that keep ports, STUN": partial(through_routers, nat="cone", help_by="stun"),
    "routers that keep ports, TURN": partial(through_routers, nat="cone", help_by="turn"),
    "routers with a port for each, TURN": partial(through_routers, nat="symmetric", help_by="turn"),
    "no UDP anywhere, TURN by TCP": by_tcp,
    "IPv6 alone": partial(alone, family="IPv6"),
    "IPv4 and IPv6": partial(alone, family="both"),
    **{
        f"loss {loss:.0%}, round trip {delay * 1000:.0f} ms": partial(worse, loss=loss, delay=delay)
        for loss in LOSSES
        for delay in DELAYS
    },
    **{f"line cut for {seconds:.0f} s": partial(cut, seconds=seconds) for seconds in CUTS},
    "one who offers links moves": partial(moved, who=0),
    "the other moves": partial(moved, who=1),
    "the server is gone, and back": serverless,
}


def run(name: str) -> Json:
    """Run one part in a folder of its own; what fails is told and ends nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return {"ok": True, **PARTS[name](Path(folder))}
        except (AssertionError, OSError) as error:
            return {"ok": False, "why": str(error)[-2000:]}


def row(name: str, told: Json) -> str:
    """Return a line of the table: the part, seconds to link, to talk, to recover, and the route."""
    cells = (told.get(key, "") for key in ("linked", "talk", "recovery", "route"))
    return f"| {name} | {'all' if told['ok'] else '**no**'} | {' | '.join(map(str, cells))} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, default=[])
    told = {}
    for name in parser.parse_args().part or PARTS:
        told[name] = run(name)
        sys.stderr.write(row(name, told[name]) + "\n")
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if all(one["ok"] for one in told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
