"""Many real programs in one room, and hundreds of simulated ones: `python -m tests.soak.mesh`.

All have to hear each other with 12 links at most, and those who are left after some were killed.
Programs are started in waves, since a small machine needs a second or two for each.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from app.protocol.mesh import MAX_LINKS
from tests.e2e.programs import Cli, Json, Stage, stage
from tests.services.mesh_simulation import World

WAVE = 3
LONG = 240.0


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def online(cli: Cli, room: str) -> set[str]:
    members = cli.ask("members", room=room)["members"]
    return {member["peer"] for member in members if member["state"] == "online"}


def until_all_see_all(room: str, people: list[Cli]) -> float:
    """Wait until everybody is shown to everybody and nobody else is; return the seconds."""
    began = time.monotonic()
    wanted = {cli.peer for cli in people}
    while not all(online(cli, room) == wanted for cli in people):
        assert time.monotonic() - began < LONG, [len(online(cli, room)) for cli in people]
        time.sleep(0.5)
    return time.monotonic() - began


def degrees(people: list[Cli]) -> list[int]:
    found = [sum(link["state"] == "online" for link in cli.ask("links")["links"]) for cli in people]
    assert max(found) <= MAX_LINKS, found
    return sorted(found)


def talk(room: str, people: list[Cli], text: str) -> None:
    """Let one write: all hear it, and the author knows that all have it."""
    writer, *others = people
    began = time.monotonic()
    message = writer.say(room, text)
    for cli in others:
        cli.wait(lambda said: said.get("text") == text, text, timeout=LONG)
    heard = time.monotonic() - began

    def delivered(reply: Json) -> bool:
        states = {one["message"]: one for one in reply["messages"]}
        return len(states[message]["delivered_to"]) >= len(others)

    while not delivered(writer.ask("history", room=room, limit=50)):
        assert time.monotonic() - began < LONG
        time.sleep(0.1)
    told = time.monotonic() - began
    say(f"'{text}' heard by {len(others)} after {heard:.2f} s, all ticks after {told:.2f} s")


def gather(programs: Stage, count: int) -> tuple[str, list[Cli]]:
    """Start programs in waves and let them into one room."""
    server = programs.server()
    first = programs.start("P0", server.url).ready().online()
    made = first.ask("room_create", name="Lab")
    people = [first]
    while len(people) < count:
        names = [f"P{len(people) + n}" for n in range(min(WAVE, count - len(people)))]
        started = [programs.start(name, server.url) for name in names]
        for cli in started:
            cli.wait(lambda said: said.get("event") == "ready", "ready", timeout=LONG)
            cli.ready().online().ask("room_join", invite=made["invite"])
        people += started
        say(f"{len(people)} started")
    return str(made["room"]), people


def real(count: int, kills: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as programs:
        room, people = gather(programs, count)
        say(f"all see all after {until_all_see_all(room, people):.1f} s")
        talk(room, people, "hello everybody")
        say(f"links: {degrees(people)}")
        time.sleep(25)
        say(f"links when those that nobody needs are spared: {degrees(people)}")
        for cli in random.Random(seed).sample(people[1:], kills):
            cli.kill()
            people.remove(cli)
        talk(room, people, f"{kills} were killed")
        say(f"the dead are shown as gone after {until_all_see_all(room, people):.1f} s")
        time.sleep(10)
        say(f"links: {degrees(people)}")
        talk(room, people[::-1], "and still all are here")
        for cli in people[:3]:
            findings = cli.ask("validate", room=room)["findings"]
            assert all(one["ok"] for one in findings), findings
        say("the rooms hold together")


def simulated(count: int, seed: int) -> None:
    world = World(count, seed)
    took = world.run_until(world.settled, 120)
    say(f"{count} simulated: linked after {took:.1f} s, diameter {world.diameter()}")
    say(f"links {world.degrees()[0]} to {world.degrees()[-1]}, {world.changes} made or given up")
    rate = {name: n / count / world.now for name, n in world.bytes.items()}
    say("bytes a second and member: " + ", ".join(f"{k} {v:.0f}" for k, v in rate.items()))
    for how in ("storm", "churn", "divided"):
        world.crossings.clear()
        world.copies.clear()
        world.bytes.clear()
        if how == "churn":
            for member in world.random.sample(world.present, count // 10):
                world.leave(member, killed=True)
                world.join()
        if how == "divided":
            world.divide(2)
            world.run(30)
        written = world.random.sample(world.present, count // 4)
        for member in written:
            member.write()
        world.heal()
        took = world.run_until(lambda: world.settled() and world.same_logs(), 200)
        assert max(world.crossings.values()) <= 2
        assert max(member.most_links for member in world.members.values()) <= MAX_LINKS
        copies = world.copies.total() / len(written) / len(world.present)
        say(f"{how}: all the same after {took:.1f} s, {copies:.2f} copies for each member")
        say(f"  {dict(world.bytes)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=24)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--simulated", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.simulated:
        simulated(given.simulated, given.seed)
    if given.programs:
        real(given.programs, given.kills, given.seed)


if __name__ == "__main__":
    main()
