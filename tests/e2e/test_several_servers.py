"""Two servers behind one address: people at different ones meet, and one of them may die."""

from __future__ import annotations

import pytest

from tests.e2e.people import linked, same_history, status
from tests.e2e.programs import Cli, Stage
from tests.support.balancer import balancer
from tests.support.engines import needs_redis, running_redis

pytestmark = [pytest.mark.e2e, needs_redis]


def exchange(people: list[Cli], room: str, when: str) -> None:
    for author in people:
        message = author.say(room, f"{author.name} {when}")
        for other in people:
            if other is not author:
                other.hear(f"{author.name} {when}")
                status(author, message, "delivered", by=other)


def test_a_killed_server_disturbs_nobody(programs: Stage) -> None:
    programs.expect("the bus is away")  # at the end Redis goes before the server
    with running_redis(programs.folder) as redis:
        servers = [programs.server(flags=["--bus", redis.url]) for _ in range(2)]
        with balancer(*(server.port for server in servers)) as address:
            ana, bob = (programs.people(name, server=address.url)[0] for name in ("Ana", "Bob"))
            assert address.served == [server.port for server in servers]
            made = ana.ask("room_create", name="Lab")
            room = made["room"]
            bob.ask("room_join", invite=made["invite"])
            linked(room, ana, bob)
            assert len(ana.ask("directory", query="Bo")["people"]) == 1
            exchange([ana, bob], room, "at two servers")

            marks = [cli.mark() for cli in (ana, bob)]
            servers[0].kill()
            ana.event("server", marks[0], state="offline")
            ana.event("server", marks[0], state="online")
            exchange([ana, bob], room, "at one server")
            eve = programs.people("Eve", server=address.url)[0]
            eve.ask("room_join", invite=made["invite"])
            linked(room, ana, bob, eve)
            same_history(room, [ana, bob, eve], 4)
            for cli, mark in zip((ana, bob), marks, strict=True):
                assert {link["peer"] for link in cli.events("link", mark)} <= {eve.peer}
