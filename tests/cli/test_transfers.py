"""Requests and notices about files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.cli import transfer_requests as ask
from app.cli.transfer_handlers import TransferHandlers
from app.cli.transfer_render import TransferNotices, offer, transfer
from app.domain.errors import AppError
from app.domain.files import FileOffered, Lane, Receiver, TransferState, TransferView, WayTrouble
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.services.transfers_api import Transfers, TransferSettings

State = TransferState
ANA, BOB = PeerId(bytes([1]) * 32), PeerId(bytes([2]) * 32)
EVENT, ROOM = EventId(bytes([3]) * 32), RoomId(bytes([4]) * 16)
OFFERED = TransferView(
    EVENT, ROOM, ANA, "Ana", False, "plan.pdf", 100, 1, False, "ab" * 32, State.OFFERED, 5
)
OWN = replace(OFFERED, own=True)


class Recorder:
    """Stands for the services: keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.chosen = TransferSettings(Path("/in"), Path("/auto"))

    async def offer(self, *given: object) -> SimpleNamespace:
        self.asked.append(("offer", *given))
        return SimpleNamespace(event=EVENT)

    async def transfers(self) -> Sequence[TransferView]:
        return [OFFERED]

    async def settings(self) -> TransferSettings:
        return self.chosen

    async def set_settings(self, settings: TransferSettings) -> None:
        self.chosen = settings

    def __getattr__(self, name: str) -> Any:
        async def run(*given: object) -> None:
            self.asked.append((name, *given))

        return run


@pytest.fixture
def services() -> Recorder:
    return Recorder()


async def answer(services: Recorder, request: ask.TransferRequest) -> dict[str, Any]:
    handlers = TransferHandlers(cast("Transfers", services))
    return await handlers.table[type(request)](request)


@pytest.mark.parametrize("path", ["", "a\0b"])
async def test_no_path_is_refused(services: Recorder, path: str) -> None:
    """An empty one would have offered the folder in which the program happens to run."""
    name, room = to_text(EVENT), to_text(ROOM)
    for request in (
        ask.SendFile(room=room, path=path),
        ask.FileAccept(transfer=name, to=path),
        ask.FileLocate(transfer=name, path=path),
        ask.FileSettings(folder=path),
    ):
        with pytest.raises(AppError, match="bad path"):
            await answer(services, request)
    assert services.asked == []


async def test_what_was_never_told_names_no_transfer(services: Recorder) -> None:
    for request in (ask.FileAccept(transfer="?"), ask.FilePause(transfer="A" * 42)):
        with pytest.raises(AppError, match="unknown transfer"):
            await answer(services, request)


async def test_requests_reach_the_services(services: Recorder) -> None:
    name, room = to_text(EVENT), to_text(ROOM)
    made = await answer(services, ask.SendFile(room=room, path="/a", text="Look"))
    assert made == {"transfer": name, "message": name}
    await answer(services, ask.SendFile(room=room, path="/a", reply_to=name))
    for request in (
        ask.FileAccept(transfer=name, to="/in"),
        ask.FileAccept(transfer=name),
        ask.FileDecline(transfer=name),
        ask.FilePause(transfer=name),
        ask.FileResume(transfer=name),
        ask.FileCancel(transfer=name),
        ask.FileLocate(transfer=name, path="/there"),
    ):
        assert await answer(services, request) == {}
    assert services.asked == [
        ("offer", ROOM, Path("/a"), "Look", None),
        ("offer", ROOM, Path("/a"), "", EVENT),
        ("accept", EVENT, Path("/in")),
        ("accept", EVENT, None),
        ("decline", EVENT),
        ("pause", EVENT),
        ("resume", EVENT),
        ("cancel", EVENT),
        ("locate", EVENT, Path("/there")),
    ]
    shown = (await answer(services, ask.Transfers()))["transfers"]
    assert shown == [transfer(OFFERED)]
    with pytest.raises(AppError):
        await answer(services, ask.FilePause(transfer="?"))


async def test_settings(services: Recorder) -> None:
    untouched = await answer(services, ask.FileSettings())
    assert untouched["folder"] == str(Path("/in"))
    chosen = await answer(
        services,
        ask.FileSettings(
            folder="/x", trusted=[to_text(ANA)], auto_limit=9, voice_limit=4, cap_down=7
        ),
    )
    assert (chosen.pop("ways"), chosen.pop("recovery")) == (["direct", "webrtc", "relay"], True)
    assert chosen == {
        "folder": str(Path("/x")),
        "auto_folder": str(Path("/auto")),
        "auto_limit": 9,
        "voice_limit": 4,
        "trusted": [to_text(ANA)],
        "cap_up": 0,
        "cap_down": 7,
    }


async def test_ways_are_chosen(services: Recorder) -> None:
    request = ask.FileSettings(ways=[Lane.RELAY, Lane.DIRECT], recovery=False)
    chosen = await answer(services, request)
    assert (chosen["ways"], chosen["recovery"]) == (["direct", "relay"], False)
    assert services.chosen.ways == {Lane.DIRECT, Lane.RELAY}


def test_why_there_is_no_lane() -> None:
    trouble = WayTrouble(ANA, Lane.RELAY, "no-relay")
    waiting = transfer(replace(OFFERED, state=State.WAITING, troubles=(trouble,)))
    assert waiting["troubles"] == [{"peer": to_text(ANA), "lane": "relay", "code": "no-relay"}]
    assert "troubles" not in transfer(OFFERED)


def events(notices: TransferNotices, *views: TransferView) -> list[str]:
    return [said["event"] for view in views for said in notices.of(view)]


def test_what_is_told_of_what_we_get() -> None:
    notices = TransferNotices()
    running = replace(OFFERED, state=State.RUNNING, done=50, lane=Lane.DIRECT, rate=2.4)
    done = replace(running, state=State.DONE, done=100, path="/in/plan.pdf")
    assert events(notices, OFFERED, OFFERED) == ["file_offer"]
    assert events(notices, replace(OFFERED, state=State.WAITING)) == []
    (progress,) = notices.of(running)
    assert (progress["done"], progress["rate"], progress["lane"]) == (50, 2, "direct")
    assert events(notices, running) == []
    (ended,) = notices.of(done)
    assert (ended["event"], ended["path"]) == ("file_done", "/in/plan.pdf")
    assert "reused" not in ended
    assert events(notices, done) == []


def test_what_was_here_before_is_told() -> None:
    done = replace(OFFERED, state=State.DONE, done=100, reused=70)
    (ended,) = TransferNotices().of(done)
    assert (ended["reused"], transfer(done)["reused"]) == (70, 70)
    assert "reused" not in transfer(OFFERED)


@pytest.mark.parametrize(
    ("view", "code"),
    [
        (replace(OFFERED, state=State.FAILED, reason="disk-full"), "disk-full"),
        (replace(OFFERED, state=State.CANCELLED), "cancelled"),
        (replace(OWN, state=State.FAILED, reason="source-gone"), "source-gone"),
    ],
)
def test_what_fails(view: TransferView, code: str) -> None:
    notices = TransferNotices([replace(view, state=State.OFFERED)])
    (said,) = notices.of(view)
    assert (said["event"], said["code"]) == ("file_failed", code)
    assert events(notices, view) == []


def test_what_we_decline_is_not_told() -> None:
    assert events(TransferNotices([OFFERED]), replace(OFFERED, state=State.DECLINED)) == []


def test_what_is_read_before_it_is_offered_is_listed_and_not_told() -> None:
    preparing = replace(OWN, digest="", state=State.PREPARING, done=5, path="/out/plan.pdf")
    assert list(TransferNotices().of(preparing)) == []
    assert list(TransferNotices().of(replace(preparing, state=State.FAILED))) == []
    again = TransferNotices([replace(OFFERED, state=State.DONE)])
    assert list(again.of(replace(OFFERED, state=State.PREPARING))) == []
    assert list(again.of(replace(OFFERED, state=State.DONE))) == []
    shown = transfer(preparing)
    assert (shown["state"], shown["digest"], shown["done"]) == ("preparing", "", 5)


def test_what_is_told_of_what_we_give() -> None:
    notices = TransferNotices()
    moving = Receiver(BOB, "Bob", 10, State.RUNNING, 5.0, Lane.DIRECT)
    both = (moving, Receiver(ANA, "Cem", 0, State.DECLINED))
    assert events(notices, OWN) == []
    said = list(notices.of(replace(OWN, state=State.RUNNING, receivers=both)))
    assert [one["event"] for one in said] == ["file_progress", "file_failed"]
    assert said[0]["peer"] == to_text(BOB)
    assert said[1]["code"] == "declined"
    through = replace(OWN, receivers=(replace(moving, state=State.DONE, done=100),))
    assert events(notices, through, through) == ["file_done"]
    assert events(TransferNotices([through]), through) == []
    assert transfer(through)["receivers"][0]["state"] == "done"


def test_a_receiver_that_was_cut_off_is_named_with_why() -> None:
    moving = Receiver(BOB, "Bob", 10, State.RUNNING, 5.0, Lane.DIRECT)
    notices = TransferNotices()
    list(notices.of(replace(OWN, state=State.RUNNING, receivers=(moving,))))
    bad = replace(moving, done=0, state=State.FAILED, rate=0.0, lane=None, reason="flood")
    [said] = notices.of(replace(OWN, receivers=(bad,)))
    assert (said["event"], said["code"], said["peer"]) == ("file_failed", "flood", to_text(BOB))
    assert transfer(replace(OWN, receivers=(bad,)))["receivers"][0]["reason"] == "flood"
    assert "reason" not in transfer(replace(OWN, receivers=(moving,)))["receivers"][0]


def test_a_voice_message_says_how_long_it_is() -> None:
    file = FileOffered("Voice.ogg", 5, bytes(32), voice_ms=4200, wave=b"\x05")
    assert offer(file)["voice_ms"] == 4200
    assert "voice_ms" not in offer(FileOffered("a.ogg", 5, bytes(32)))
