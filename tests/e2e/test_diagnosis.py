"""Why somebody, or a server, is not reached: what `parlor-cli` says when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.people import findings, room_of
from tests.e2e.programs import Cli, Json, Stage
from tests.support.coturn import needs_turn, running_turn
from tests.support.netns import Network, needs_hosts

pytestmark = pytest.mark.e2e

STRANGER = "A" * 43
SERVERS = {
    "answers in": True,
    "nothing listens": False,
    "speak TLS": False,
    "nobody.invalid": False,
}


def named(answer: Json) -> bool:
    """Tell whether each server is told of as it is: to who is held up, one seems not to answer."""
    said = {one["text"]: one["ok"] for one in answer["findings"] if one["check"] == "server"}
    found = {word: ok for word in SERVERS for text, ok in said.items() if word in text}
    return len(said) == len(SERVERS) and found == SERVERS


def test_what_is_wrong_is_named(programs: Stage) -> None:
    programs.expect("Invalid HTTP request received")
    url = programs.server().url
    ana, bob = programs.people("Ana", "Bob", server=url)
    room_of(ana, bob)

    # servers
    tls = url.replace("http:", "https:")
    wrong = ("http://127.0.0.1:9", tls, "http://nobody.invalid:80")
    for one in wrong:
        ana.ask("connect", server=one)
    for one in wrong:
        ana.event("server", server=one, state="offline")
    ana.until(named, "diagnose")
    for one in wrong:
        ana.ask("disconnect", server=one)

    # people
    [link] = findings(ana, "link", peer=bob.peer)
    assert link["ok"] is True
    assert link["text"].startswith("You are linked with Bob ")
    ana.ask("contact_block", peer=bob.peer)
    [blocked] = findings(ana, "blocked", peer=bob.peer)
    assert blocked["ok"] is False
    assert blocked["fix"] == "Unblock Bob."
    assert ana.refused("diagnose", peer=STRANGER) == "unknown-peer"
    assert ana.refused("capabilities", peer=STRANGER) == "unknown-peer"
    report = ana.ask("diagnose", peer=bob.peer)["report"]
    assert "Bob" not in report
    assert bob.peer not in report

    for cli in (ana, bob):
        cli.quit()


def helpers_told(cli: Cli, wanted: list[bool]) -> Json:
    """Wait for an answer to `diagnose` that takes helpers so; return it with nothing but these."""

    def of_helpers(answer: Json) -> list[Json]:
        return [one for one in answer["findings"] if one["check"] in ("udp", "turn")]

    answer = cli.until(lambda reply: [one["ok"] for one in of_helpers(reply)] == wanted, "diagnose")
    return {**answer, "findings": of_helpers(answer)}


@needs_hosts
@needs_turn
def test_a_firewall_is_told_from_a_wrong_password(programs: Stage, tmp_path: Path) -> None:
    with (
        Network(tmp_path, 2) as network,
        running_turn(tmp_path, network.hosts[0].address, network.hosts[0].prefix) as turn,
    ):
        far, here = network.hosts
        server = programs.server(host=far.address, prefix=far.prefix)
        ana = programs.start("Ana", server.url, prefix=here.prefix).ready().online()
        place = f"{turn.host}:{turn.port}"
        account = {"username": turn.username, "credential": turn.credential}
        helpers = [
            {"url": f"stun:{place}"},
            {"url": f"turn:{place}?transport=udp", **account},
            {"url": f"turn:{place}?transport=tcp", **account},
            {"url": f"turn:{place}", "username": turn.username, "credential": "wrong"},
        ]
        ana.ask("ice_servers", servers=helpers)
        told = helpers_told(ana, [True, True, True, False])["findings"]
        assert f"sees this computer as {here.address}" in told[0]["text"]
        assert "password" in told[3]["text"]
        network.refuse(far, here, "udp")
        answer = helpers_told(ana, [False, False, True, False])
        told = answer["findings"]
        assert "UDP does not get out" in told[0]["text"]
        assert "does not answer" in told[1]["text"]
        assert here.address not in answer["report"]
        assert "10.77.0.0/24" in answer["report"]
        ana.quit()
