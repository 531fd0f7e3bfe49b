from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication

from app.config import LONGEST_LINK
from app.ui.desktop.call import ANSWER, MAX_LINE, Call, write_call
from app.ui.desktop.listener import AT_ONCE, Listener
from app.ui.desktop.turn import Turn, own_token, take_turn
from tests.gallery.shots import settle

LINK = "parlor:AQ"
SECOND = """
import sys
from pathlib import Path
from app.ui.desktop.call import Call
from app.ui.desktop.turn import take_turn
turn = take_turn(Path(sys.argv[1]), Call(link=sys.argv[2]), patience=float(sys.argv[3]))
print("told" if turn is None else f"its turn {' '.join(turn.addresses)}", flush=True)
if len(sys.argv) > 4:
    sys.stdin.read()
"""


LISTENING = SECOND.replace(
    "    sys.stdin.read()",
    """
    from PySide6.QtCore import QCoreApplication
    from app.ui.desktop.listener import Listener
    app = QCoreApplication([])
    mine = Listener()
    print(mine.listen(turn.addresses), flush=True)
    app.exec()
""",
)


def start(
    folder: Path, *more: str, patience: float = 20, code: str = SECOND
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), LINK, str(patience), *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=90)[0].strip()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with a short path, so that the socket may lie in it."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def there(one: Hearing) -> Path | None:
    """Return the socket, if it is there."""
    path = Path(one.turn.addresses[0])
    return path if path.exists() else None


class Hearing:
    """The one program, and what it was told."""

    def __init__(self, folder: Path) -> None:
        turn = take_turn(folder, Call())
        assert turn is not None
        self.turn = turn
        self.calls: list[Call] = []
        self.listener = Listener()
        self.listener.called.connect(self.calls.append)

    async def until(self, count: int) -> None:
        for _ in range(3000):
            if len(self.calls) >= count:
                return
            await settle(1)
            await asyncio.sleep(0.01)
        raise AssertionError(self.calls)


@pytest.fixture
def one(folder: Path, qapp: QApplication) -> Iterator[Hearing]:
    assert qapp is not None
    made = Hearing(folder)
    yield made
    made.listener.close()
    made.turn.end()


async def test_a_second_start_calls_the_first_and_ends(folder: Path, one: Hearing) -> None:
    assert one.listener.listen(one.turn.addresses)
    second = start(folder)
    await one.until(1)
    assert said(second) == "told"
    assert one.calls == [Call(link=LINK)]
    socket = there(one)
    assert socket is not None
    assert socket.stat().st_mode & 0o077 == 0
    one.listener.close()
    assert not there(one)


async def test_a_call_waits_for_one_that_is_still_starting(folder: Path, one: Hearing) -> None:
    second = start(folder)
    await asyncio.sleep(0.3)
    assert one.listener.listen(one.turn.addresses)
    await one.until(1)
    assert said(second) == "told"


async def test_one_that_is_slow_to_answer_is_called_once(folder: Path, one: Hearing) -> None:
    assert one.listener.listen(one.turn.addresses)
    second = start(folder)
    time.sleep(4)  # noqa: ASYNC251 - nothing is answered meanwhile, for longer than it once waited
    await one.until(1)
    assert said(second) == "told"
    await settle(20)
    assert one.calls == [Call(link=LINK)]


def test_who_waits_for_the_end_of_the_first_takes_its_place(folder: Path) -> None:
    first = take_turn(folder, Call())
    assert first is not None
    second = start(folder)
    first.end()
    assert said(second).startswith("its turn")


def test_one_that_never_answers_is_left_alone(folder: Path, one: Hearing) -> None:
    assert one.turn.addresses
    turn = take_turn(folder, Call(), patience=0.1)
    assert turn is not None
    assert turn.addresses == ()
    turn.end()


async def test_of_two_that_start_at_once_one_is_the_one(folder: Path) -> None:
    both = [start(folder, "stay", patience=0.5) for _ in range(2)]
    for process in both:
        assert process.stdin is not None
    assert both[0].stdout is not None
    assert both[1].stdout is not None
    lines = sorted([both[0].stdout.readline().strip(), both[1].stdout.readline().strip()])
    assert lines[0] == "its turn"
    assert lines[1].startswith("its turn /")
    for process in both:
        process.communicate(timeout=90)


async def test_the_socket_of_one_that_was_killed_is_replaced(
    folder: Path, qapp: QApplication
) -> None:
    assert qapp is not None
    killed = start(folder, "listen", code=LISTENING)
    assert killed.stdout is not None
    assert killed.stdout.readline().startswith("its turn /")
    assert killed.stdout.readline() == "True\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=90)
    after = Hearing(folder)
    assert there(after)
    assert after.listener.listen(after.turn.addresses)
    second = start(folder)
    await after.until(1)
    assert said(second) == "told"
    after.listener.close()
    after.turn.end()


def test_other_folders_are_other_programs(folder: Path, one: Hearing) -> None:
    other = take_turn(folder / "other", Call())
    assert other is not None
    assert other.addresses != one.turn.addresses
    other.end()


def test_a_folder_that_cannot_be_made_is_explained_by_who_opens_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    turn = take_turn(tmp_path / "file" / "data", Call())
    assert turn is not None
    assert turn.addresses == ()
    turn.end()


def test_links_in_a_circle_are_explained_by_who_opens_them(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    turn = take_turn(tmp_path / "a", Call())
    assert turn is not None
    assert turn.addresses == ()
    turn.end()


@pytest.mark.parametrize(
    "said",
    [b"\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 100 + b"\n", b"x" * (MAX_LINE + 5), b"{}}\n"],
)
async def test_what_is_no_call_is_dropped(one: Hearing, said: bytes) -> None:
    assert one.listener.listen(one.turn.addresses)
    socket = await connected(one, said)
    await gone(socket)
    assert not one.calls
    assert not bytes(socket.readAll().data())
    good = await connected(one, write_call(Call(link="parlor:" + "x" * (LONGEST_LINK - 7))))
    await one.until(1)
    await gone(good)
    assert bytes(good.readAll().data()) == ANSWER


async def test_silent_callers_take_no_more_than_their_places(
    one: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.desktop.listener.PATIENCE_MS", 300)
    assert one.listener.listen(one.turn.addresses)
    silent = [await connected(one, b"{") for _ in range(AT_ONCE)]
    await settle(20)
    await gone(await connected(one, b""))
    for each in silent:
        await gone(each)
    await connected(one, write_call(Call()))
    await one.until(1)


async def test_callers_are_dropped_at_the_end(one: Hearing) -> None:
    assert one.listener.listen(one.turn.addresses)
    socket = await connected(one, b"{")
    await settle(20)
    one.listener.close()
    await gone(socket)


async def test_the_next_place_will_do_where_the_first_one_will_not(one: Hearing) -> None:
    one.turn.addresses = ("/nowhere/at/all/socket", *one.turn.addresses)
    assert one.listener.listen(one.turn.addresses)
    second = start(Path(one.turn.addresses[1]).parent)
    await one.until(1)
    assert said(second) == "told"


@pytest.mark.parametrize("addresses", [(), ("/nowhere/at/all/socket",)])
def test_without_a_place_nothing_is_heard(addresses: tuple[str, ...], qapp: QApplication) -> None:
    assert qapp is not None
    assert not Listener().listen(addresses)


def test_the_desktops_permission_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    monkeypatch.setenv("DESKTOP_STARTUP_ID", "old")
    assert own_token() == "old"
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "new")
    assert own_token() == "new"
    Turn(None).end()


async def connected(one: Hearing, words: bytes) -> QLocalSocket:
    socket = QLocalSocket(one.listener)
    socket.connectToServer(one.turn.addresses[0])
    assert socket.waitForConnected(3000)
    socket.write(words)
    socket.flush()
    return socket


async def gone(socket: QLocalSocket) -> None:
    for _ in range(1000):
        if socket.state() is QLocalSocket.LocalSocketState.UnconnectedState:
            return
        await settle(1)
        await asyncio.sleep(0.01)
    raise AssertionError(socket.state())
