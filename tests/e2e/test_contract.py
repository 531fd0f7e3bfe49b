"""`parlor-cli` as the contract has it, for programs that write bad lines and people who mistype."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.programs import WAIT, Cli, Json, Stage
from tests.support.frozen import run_module

pytestmark = pytest.mark.e2e

NOWHERE = "A" * 22
"""The id of a room that does not exist."""


@pytest.fixture
def ana(programs: Stage) -> Cli:
    return programs.start("Ana").ready()


def answer(cli: Cli, line: bytes) -> Json:
    """Write a line and return the reply to it, whatever its id."""
    mark = cli.mark()
    cli.send_line(line)
    return cli.wait(lambda said: "ok" in said, repr(line[:80]), mark)


def run(*arguments: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program to its end."""
    command = [*run_module("app.cli"), *arguments]
    return subprocess.run(command, input=typed, capture_output=True, timeout=WAIT, check=False)


def sentence(*arguments: str) -> str:
    """Run a program that has to end with exit code 1 and one line; return that line."""
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (1, b"")
    [line] = ended.stderr.decode().splitlines()
    assert line.startswith("parlor-cli: ")
    return line.removeprefix("parlor-cli: ")


def test_ready_comes_first_and_every_line_is_answered(ana: Cli) -> None:
    """No line, however bad, ends the program or goes without an answer."""
    assert ana.said[0] == {"event": "ready", "peer": ana.peer, "name": "Ana"}
    room = json.dumps(NOWHERE).encode()
    lines: list[tuple[bytes, object, str]] = [
        (b"garbage", None, "bad-json"),
        (b'{"id":1,"do":"whoami"', 1, "bad-json"),
        (b'{"id":1,"do":"whoami"} {}', 1, "bad-json"),
        (b"", None, "bad-json"),
        (b" \t\r", None, "bad-json"),
        (b'{"id":1,"do":"send","text":"\xff"}', 1, "bad-json"),
        (b"\x00\x01\x02", None, "bad-json"),
        (b"[" * 100_000, None, "bad-request"),
        (b"[]", None, "bad-request"),
        (b'"whoami"', None, "bad-request"),
        (b"null", None, "bad-request"),
        (b"{}", None, "bad-request"),
        (b'{"id":1}', 1, "bad-request"),
        (b'{"id":2,"do":5}', 2, "bad-request"),
        (b'{"id":3,"do":"fly"}', 3, "unknown-request"),
        (b'{"id":"a","do":""}', "a", "unknown-request"),
        (b'{"id":4,"do":"send"}', 4, "bad-request"),
        (b'{"id":5,"do":"send","room":5,"text":"x"}', 5, "bad-request"),
        (b'{"id":6,"do":"send","room":%s,"text":null}' % room, 6, "bad-request"),
        (b'{"id":7,"do":"send","room":"x","text":"x"}', 7, "unknown-room"),
        (b'{"id":8,"do":"send","room":%s,"text":"x"}' % room, 8, "unknown-room"),
        (b'{"id":9,"do":"whoami","loud":true}', 9, "not-implemented"),
        (b'{"id":10,"do":"edit","message":"x","text":"y"}', 10, "unknown-message"),
        (b'{"id":11,"do":"call_start","room":"x"}', 11, "not-implemented"),
        (b'{"id":12,"do":"history","room":%s,"limit":0}' % room, 12, "bad-request"),
        (b'{"id":13,"do":"history","room":%s,"limit":1.5}' % room, 13, "bad-request"),
        (b'{"id":14,"do":"history","room":%s}' % room, 14, "unknown-room"),
        (b'{"id":15,"do":"room_create","name":"  "}', 15, "name-empty"),
        (b'{"id":16,"do":"room_join"}', 16, "bad-request"),
        (b'{"id":17,"do":"room_join","code":"abc"}', 17, "code-unknown-word"),
        (b'{"id":18,"do":"room_join","invite":"parlor:AAAA"}', 18, "invite-damaged"),
        (b'{"id":19,"do":"connect","server":"ftp://here"}', 19, "bad-server-url"),
        (b'{"id":19,"do":"connect","server":"http://here:1/path"}', 19, "bad-server-url"),
        (b'{"id":19,"do":"connect","server":"mqtt://here:1/a b"}', 19, "bad-server-url"),
        (b'{"id":20,"do":"disconnect","server":"http://127.0.0.1:1"}', 20, "unknown-server"),
        (b'{"id":21,"do":"directory","query":"a"}', 21, "no-server"),
        (b'{"id":true,"do":"whoami"}', None, "bad-request"),
        (b'{"id":[1],"do":"whoami"}', None, "bad-request"),
    ]
    for line, request, code in lines:
        reply = answer(ana, line)
        assert (reply["id"], reply["ok"], reply["error"]["code"]) == (request, False, code), line
        assert reply["error"]["message"]
    for request in (7, "seven", None):
        line = json.dumps({"id": request, "do": "whoami"}).encode()
        assert answer(ana, line) == {
            "id": request,
            "ok": True,
            "peer": ana.peer,
            "name": "Ana",
            "fingerprint": ana.ask("whoami")["fingerprint"],
        }
    ana.quit()


def test_lines_up_to_a_mebibyte_are_read(ana: Cli) -> None:
    room = ana.ask("room_create", name="Lab")["room"]
    request = json.dumps({"id": "big", "do": "send", "room": room, "text": "x"}).encode()
    whole = request + b" " * (1024 * 1024 - len(request))
    assert answer(ana, whole)["ok"]
    assert answer(ana, whole + b" ")["error"]["code"] == "line-too-long"
    reply = answer(ana, request[:-2] + b"x" * 2 * 1024 * 1024 + b'"}')
    assert (reply["id"], reply["error"]["code"]) == ("big", "line-too-long")
    assert answer(ana, b"x" * (5 * 1024 * 1024))["error"]["code"] == "line-too-long"
    assert ana.texts(room) == ["x"]
    ana.quit()


def test_history_pages_both_ways(ana: Cli) -> None:
    room = ana.ask("room_create", name="Lab")["room"]
    messages = [ana.say(room, f"number {number}") for number in range(10)]

    def page(**fields: object) -> list[str]:
        return [one["message"] for one in ana.ask("history", room=room, **fields)["messages"]]

    assert page() == messages
    assert page(limit=3) == messages[-3:]
    assert page(limit=3, before=messages[5]) == messages[2:5]
    assert page(limit=3, after=messages[5]) == messages[6:9]
    assert page(limit=3, around=messages[5]) == messages[4:7]
    assert page(limit=100, before=messages[0]) == []
    assert page(limit=100, after=messages[-1]) == []
    assert page(limit=1, around=messages[0]) == messages[:1]
    assert page(limit=4, around=messages[-1])[-1] == messages[-1]
    both = {"before": messages[1], "after": messages[2]}
    assert ana.refused("history", room=room, **both) == "bad-request"
    assert ana.refused("history", room=room, before="A" * 43) == "unknown-message"
    answered = ana.ask("send", room=room, text="yes", reply_to=messages[3])["message"]
    assert ana.history(room)[-1]["reply_to"] == messages[3]
    assert ana.history(room)[-1]["message"] == answered


def test_the_end_of_input_ends_well_and_loses_nothing(programs: Stage) -> None:
    folder = str(programs.folder / "Ana")
    made = run("--data-dir", folder, "--name", "Ana", typed=b'{"do":"room_create","name":"Lab"}')
    assert (made.returncode, made.stderr) == (0, b"")
    said = [json.loads(line) for line in made.stdout.splitlines()]
    room = next(one["room"] for one in said if one.get("ok"))
    sends = [{"id": n, "do": "send", "room": room, "text": f"number {n}"} for n in range(500)]
    ended = run("--data-dir", folder, typed="\n".join(map(json.dumps, sends)).encode())
    assert (ended.returncode, ended.stderr) == (0, b"")
    replies = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["id"] for one in replies if one.get("ok")] == list(range(500))
    again = Cli(Path(folder), "Ana")
    programs.keep(again)
    assert again.ready().texts(room) == [f"number {n}" for n in range(500)]


def test_a_signal_ends_well(ana: Cli) -> None:
    ana.terminate()
    assert ana.end() == 0
    assert ana.complaints() == ""


def test_nobody_reads_its_output_any_more(programs: Stage) -> None:
    reader, writer = os.pipe()
    command = [*run_module("app.cli"), "--data-dir", str(programs.folder / "Ana")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        os.close(reader)
        _, complaints = process.communicate(b'{"do":"whoami"}\n' * 100, WAIT)
    assert (process.returncode, complaints) == (0, b"")


def test_a_second_program_on_the_same_folder(ana: Cli) -> None:
    assert "already running" in sentence("--data-dir", str(ana.folder))
    ana.ask("whoami")
    ana.quit()


def test_a_name_or_a_server_that_is_none(tmp_path: Path) -> None:
    """What else is none is in `tests.cli.test_program`."""
    profile = ["--data-dir", str(tmp_path / "Ana")]
    assert "name" in sentence(*profile, "--name", "\u200b")
    assert "server url" in sentence(*profile, "--server", "ftp://here")
    assert not (tmp_path / "Ana").exists()


def test_an_argument_that_does_not_exist() -> None:
    ended = run("--fly")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"usage: parlor-cli" in ended.stderr


def test_passphrases(tmp_path: Path) -> None:
    right, wrong, binary = tmp_path / "right", tmp_path / "wrong", tmp_path / "binary"
    right.write_text("correct horse\n", encoding="utf-8")
    wrong.write_text("incorrect horse\n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe")
    profile = ["--data-dir", str(tmp_path / "Ana")]
    for _ in range(2):
        ended = run(*profile, "--passphrase-file", str(right))
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert json.loads(ended.stdout)["event"] == "ready"
    assert "wrong passphrase" in sentence(*profile, "--passphrase-file", str(wrong))
    assert "passphrase needed" in sentence(*profile)
    open_to_all = ["--data-dir", str(tmp_path / "Bob")]
    assert run(*open_to_all).returncode == 0
    line = sentence(*open_to_all, "--passphrase-file", str(right))
    assert "passphrase unset" in line
    line = sentence(*profile, "--passphrase-file", str(binary))
    assert "passphrase unreadable" in line
    assert str(binary) in line


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    plain_file = tmp_path / "file"
    plain_file.write_bytes(b"not a folder")
    for folder in (plain_file, plain_file / "below", Path("/proc/nowhere")):
        assert str(folder) in sentence("--data-dir", str(folder))
    assert plain_file.read_bytes() == b"not a folder"
    assert "path too long" in sentence("--data-dir", str(tmp_path / ("x" * 300)))


def test_broken_files_are_named_and_left_alone(programs: Stage, ana: Cli) -> None:
    ana.quit()
    database = (ana.folder / "parlor.db").read_bytes()
    vault = (ana.folder / "vault").read_bytes()
    broken = {
        "parlor.db": [os.urandom(8192), database[:3000], b"", b"SQLite format 3\0" * 9],
        "vault": [b"", b"nonsense", vault[:-1]],
    }

    def opened(case: tuple[str, int, bytes]) -> None:
        name, number, content = case
        folder = programs.folder / f"{name}-{number}"
        shutil.copytree(ana.folder, folder)
        (folder / name).write_bytes(content)
        line = sentence("--data-dir", str(folder))
        assert ("database" if name == "parlor.db" else "vault") in line
        assert (folder / name).read_bytes() == content

    cases = [(name, n, one) for name, contents in broken.items() for n, one in enumerate(contents)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(opened, cases))
    (ana.folder / "vault").rename(ana.folder / "elsewhere")
    assert "vault missing" in sentence("--data-dir", str(ana.folder))
    (ana.folder / "elsewhere").rename(ana.folder / "vault")
    assert programs.again_offline(ana).peer == ana.peer
