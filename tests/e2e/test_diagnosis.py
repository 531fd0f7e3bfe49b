"""Why somebody, or a server, is not reached: what `parlor-cli` says when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.people import findings, room_of
from tests.e2e.programs import Stage
from tests.support.coturn import needs_turn, running_turn
from tests.support.netns import Network, needs_hosts

pytestmark = pytest.mark.e2e

STRANGER = "A" * 43


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
    said = {one["text"]: one["ok"] for one in findings(ana, "server")}
    assert len(said) == 4
    for word, ok in [("answers in", True), ("nothing listens", False), ("speak TLS", False)]:
        assert [said[text] for text in said if word in text] == [ok]
    assert [ok for text, ok in said.items() if "nobody.invalid" in text] == [False]
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
        found = ana.ask("diagnose")["findings"]
        told = [(one["ok"], one["text"]) for one in found if one["check"] in ("udp", "turn")]
        assert [ok for ok, _ in told] == [True, True, True, False]
        assert f"sees this computer as {here.address}" in told[0][1]
        assert "password" in told[3][1]
        network.refuse(far, here, "udp")
        answer = ana.ask("diagnose")
        told = [
            (one["ok"], one["text"])
            for one in answer["findings"]
            if one["check"] in ("udp", "turn")
        ]
        assert [ok for ok, _ in told] == [False, False, True, False]
        assert "UDP does not get out" in told[0][1]
        assert "does not answer" in told[1][1]
        assert here.address not in answer["report"]
        assert "10.77.0.0/24" in answer["report"]
        ana.quit()
