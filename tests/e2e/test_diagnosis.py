"""Why somebody, or a server, is not reached: what `parlor-cli` says when something is wrong."""

from __future__ import annotations

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Stage

pytestmark = pytest.mark.e2e

HOUR = 3600
STRANGER = "A" * 43


def of(cli: Cli, check: str, **fields: object) -> list[Json]:
    """Return the findings of one check."""
    findings = cli.ask("diagnose", **fields)["findings"]
    return [one for one in findings if one["check"] == check]


def test_what_is_wrong_is_named(programs: Stage) -> None:
    programs.expect("Invalid HTTP request received")
    url = programs.server().url
    ana, bob = programs.people("Ana", "Bob", server=url)
    eve = programs.start("Eve", url, clock=3 * HOUR).ready().online()
    room_of(ana, bob, eve)

    # servers
    tls = url.replace("http:", "https:")
    for wrong in ("http://127.0.0.1:9", tls, "http://nobody.invalid:80"):
        ana.ask("connect", server=wrong)
        ana.event("server", server=wrong, state="offline")
    said = {one["text"]: one["ok"] for one in of(ana, "server")}
    assert len(said) == 4
    for word, ok in [("answers in", True), ("nothing listens", False), ("speak TLS", False)]:
        assert [said[text] for text in said if word in text] == [ok]
    assert [ok for text, ok in said.items() if "nobody.invalid" in text] == [False]
    for wrong in ("http://127.0.0.1:9", tls, "http://nobody.invalid:80"):
        ana.ask("disconnect", server=wrong)

    # clocks
    [clock] = of(eve, "clock")
    assert (clock["ok"], "3 h fast" in clock["text"]) == (False, True)
    [theirs] = of(ana, "peer-clock", peer=eve.peer)
    assert "3 h ahead of yours" in theirs["text"]

    # people
    [link] = of(ana, "link", peer=bob.peer)
    assert link["ok"] is True
    assert link["text"].startswith("You are linked with Bob (")
    ana.ask("contact_block", peer=bob.peer)
    [blocked] = of(ana, "blocked", peer=bob.peer)
    assert blocked["ok"] is False
    assert blocked["fix"] == "Unblock Bob."
    assert ana.refused("diagnose", peer=STRANGER) == "unknown-peer"
    assert ana.refused("capabilities", peer=STRANGER) == "unknown-peer"
    report = ana.ask("diagnose", peer=bob.peer)["report"]
    assert "Bob" not in report
    assert bob.peer not in report

    for cli in (ana, bob, eve):
        cli.quit()
