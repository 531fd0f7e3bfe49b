"""A profile goes to another machine in one encrypted file, and is the same person there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e


def copy_of(ana: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "ana.parlor"
    ana.ask("export", path=str(path), passphrase="a long walk home")
    return path


def test_the_same_person_talks_on_from_another_folder(
    programs: Stage, pair: list[Cli], common_server: Server, tmp_path: Path
) -> None:
    ana, bob = pair
    made = ana.ask("room_create", name="Kitchen")
    room = bob.ask("room_join", invite=made["invite"])["room"]
    for number in range(20):
        bob.say(room, f"from Bob {number}")
        ana.say(room, f"from Ana {number}")
    ana.event("message", text="from Bob 19")
    bob.event("message", text="from Ana 19")
    ana.until(
        lambda reply: {m["state"] for m in reply["messages"]} == {"delivered"},
        "history",
        room=room,
        limit=1000,
    )
    before = ana.history(room)
    path = copy_of(ana, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Kitchen" not in path.read_bytes()
    ana.quit()

    new = programs.start("Somebody", common_server.url).ready()
    mark = new.mark()
    assert new.refused("import", path=str(path), passphrase="wrong") == "wrong-passphrase"
    new.ask("import", path=str(path), passphrase="a long walk home")
    new.wait(lambda said: said == {"event": "ready", "peer": ana.peer, "name": "Ana"}, since=mark)
    assert new.ask("whoami")["peer"] == ana.peer
    (listed,) = new.ask("rooms")["rooms"]
    assert (listed["room"], listed["name"], listed["members"]) == (room, "Kitchen", 2)
    after = new.history(room)
    told = ("message", "author", "time", "text", "state")
    assert [[m[key] for key in told] for m in after] == [[m[key] for key in told] for m in before]
    mark = bob.mark()
    new.say(room, "I moved")
    assert bob.event("message", mark, text="I moved")["author"] == ana.peer
    bob.say(room, "welcome")
    new.hear("welcome")
    assert new.refused("import", path=str(path), passphrase="x") == "profile-not-empty"

    new.quit()
    again = programs.keep(Cli(new.folder, "Ana", *new.arguments)).ready()
    assert again.peer == ana.peer
    assert "I moved" in again.texts(room)


def test_what_cannot_be_imported_changes_nothing(
    programs: Stage, common_server: Server, tmp_path: Path
) -> None:
    ana, new = programs.people("Ana", "New", server=common_server.url)
    ana.ask("room_create", name="Kitchen")
    path = copy_of(ana, tmp_path)
    assert ana.refused("export", path=str(path), passphrase="x") == "file-exists"
    assert (
        ana.refused("export", path=str(tmp_path / "no" / "a"), passphrase="x") == "folder-missing"
    )
    assert ana.refused("export", path=str(tmp_path / "b"), passphrase="") == "passphrase-empty"
    assert ana.refused("import", path=str(path), passphrase="x") == "profile-not-empty"
    raw = path.read_bytes()
    for name, content, code in (
        ("cut", raw[:-1], "archive-damaged"),
        ("newer", raw[:7] + b"\x09" + raw[8:], "archive-newer"),
        ("other", b"what is this", "archive-damaged"),
    ):
        bad = tmp_path / name
        bad.write_bytes(content)
        assert new.refused("import", path=str(bad), passphrase="a long walk home") == code
    gone = str(tmp_path / "gone")
    assert new.refused("import", path=gone, passphrase="x") == "file-unreadable"
    assert new.refused("import", path=str(path), passphrase="no") == "wrong-passphrase"
    assert new.ask("whoami")["peer"] == new.peer
    assert not [each for each in new.folder.iterdir() if each.name.startswith("import")]
