from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.domain.changes import (
    Change,
    LinkChanged,
    LinkState,
    RoomChanged,
    RoomRemoved,
    TypingChanged,
)
from app.domain.ids import RoomId
from app.domain.views import MessageState, PersonView, RoomKind, RoomSummary
from app.ui.models.rows import ArchiveRow, HitRow, PersonRow, RoomRow, SectionRow, row_key
from app.ui.models.sidebar import SidebarModel
from tests.gallery.entry import frozen_now
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of
from tests.ui.model_check import ModelTester, check_model

NAMES = ("Ana", "Bob", "Cleo", "Dev")
ROOMS = [room_of(name) for name in NAMES]

moves = st.tuples(
    st.sampled_from(
        ["receive", "send", "draft", "leave", "link", "unlink", "rename", "pin", "archive"]
    ),
    st.integers(0, len(NAMES) - 1),
)


def filled() -> FakeBackend:
    backend = FakeBackend()
    for name in NAMES:
        backend.chats.add_room(name, RoomKind.DIRECT, [name])
    return backend


async def listed(backend: FakeBackend, pins: list[RoomId]) -> list[RoomSummary]:
    """All rooms as the services give them: pinned ones in their order, then the others."""
    rooms = {summary.room: summary for summary in await backend.chats.rooms()}
    pins[:] = [room for room in pins if room in rooms and rooms[room].pinned]
    pins += [room for room in rooms if rooms[room].pinned and room not in pins]
    return [rooms[room] for room in (*pins, *(room for room in rooms if room not in pins))]


async def play(backend: FakeBackend, step: tuple[str, int], online: set[bytes]) -> None:
    deed, at = step
    room, name, chats = ROOMS[at], NAMES[at], backend.chats
    if deed in {"link", "unlink"}:
        (online.add if deed == "link" else online.discard)(peer_of(name))
        state = LinkState.ONLINE if deed == "link" else LinkState.OFFLINE
        chats.tell(LinkChanged(peer_of(name), state, None))
    if room not in chats.book:
        return
    chats.now_ms += 60_000
    match deed:
        case "receive":
            chats.receive(room, name, f"hello from {name}")
        case "send":
            await chats.send(room, "mine")
        case "draft":
            await chats.save_draft(room, chats.book[room].draft + "x")
        case "leave":
            await chats.leave(room)
        case "rename":
            await chats.rename(room, name + "!")
        case "pin":
            chats.book[room].pinned = not chats.book[room].pinned
            chats.tell(RoomChanged(chats.book[room].summary()))
        case "archive":
            chats.book[room].archived = not chats.book[room].archived
            chats.tell(RoomChanged(chats.book[room].summary()))


@given(st.lists(st.lists(moves, max_size=6), max_size=6))
def test_changes_lead_where_a_fresh_load_would(
    qapp: object, turns: list[list[tuple[str, int]]]
) -> None:
    assert qapp is not None

    async def scenario() -> None:
        backend, online = filled(), set[bytes]()
        model = SidebarModel(frozen_now)
        heard: list[Change] = []
        pins: list[RoomId] = []
        backend.feed.subscribe(heard.append)
        model.load(await backend.chats.rooms(), ())
        for turn in turns:
            for step in turn:
                await play(backend, step, online)
                await listed(backend, pins)
            model.apply(heard)
            heard.clear()
            fresh = SidebarModel(frozen_now)
            fresh.load(await listed(backend, pins), online)  # type: ignore[arg-type]
            assert model.rows() == fresh.rows()

    asyncio.run(scenario())


async def test_qts_rules_hold_while_rows_come_and_go(
    qapp: object, qtmodeltester: ModelTester
) -> None:
    assert qapp is not None
    backend = filled()
    model = SidebarModel(frozen_now)
    check_model(qtmodeltester, model)
    model.load(await backend.chats.rooms(), ())
    model.set_people([PersonView(peer_of("Eve"), "Eve", online=True)])
    view = backend.chats.receive(ROOMS[2], "Cleo", "look here")
    model.apply([RoomChanged(backend.chats.book[ROOMS[2]].summary())])
    assert view.text in str(
        model.data(model.index_of(("room", ROOMS[2])), Qt.ItemDataRole.AccessibleDescriptionRole)
    )
    model.set_query("look")
    model.set_hits("look", await backend.chats.search("look", None, 10))
    assert [type(row) for row in model.rows()] == [SectionRow, HitRow]
    model.set_hits("older", ())
    assert len(model.rows()) == 2
    model.set_query("")
    assert len(model.rows()) == 6
    model.load((), ())


async def test_people_with_a_conversation_are_not_listed_twice(qapp: object) -> None:
    assert qapp is not None
    backend = filled()
    model = SidebarModel(frozen_now)
    model.load(await backend.chats.rooms(), ())
    people = [PersonView(peer_of(name), name, online=True) for name in ("Zoe", "eve", "Ana")]
    model.set_people(people)
    assert [model.text(row) for row in model.rows()[-3:]] == ["On this network", "eve", "Zoe"]
    heading = model.index_of(("section", "On this network"))
    assert not model.flags(heading) & Qt.ItemFlag.ItemIsSelectable
    assert model.description(model.rows()[-1]).startswith("On this network")
    assert isinstance(model.rows()[-1], PersonRow)
    await backend.chats.open_direct(peer_of("Zoe"), "Zoe")
    model.load(await backend.chats.rooms(), ())
    assert "Zoe" not in [model.text(row) for row in model.rows() if isinstance(row, PersonRow)]


async def test_typing_and_presence_show_in_the_row(qapp: object) -> None:
    assert qapp is not None
    backend = filled()
    model = SidebarModel(frozen_now)
    model.load(await backend.chats.rooms(), ())
    model.apply(
        [
            TypingChanged(ROOMS[0], peer_of("Ana"), "Ana", active=True),
            LinkChanged(peer_of("Ana"), LinkState.ONLINE, "lan"),
        ]
    )
    row = model.row_at(model.index_of(("room", ROOMS[0])))
    assert isinstance(row, RoomRow)
    assert row.online
    assert model.typing_in(ROOMS[0]) == ("Ana",)
    assert model.is_online(peer_of("Ana"))
    assert model.description(row) == "online, Ana is typing…"
    model.apply([TypingChanged(ROOMS[0], peer_of("Ana"), "Ana", active=False)])
    assert model.typing_in(ROOMS[0]) == ()
    model.apply([RoomRemoved(ROOMS[0])])
    assert model.summary(ROOMS[0]) is None
    assert model.summary(ROOMS[1]) is not None


async def test_order_is_latest_first_with_new_ones_above_and_empty_notes_below(
    qapp: object,
) -> None:
    assert qapp is not None
    backend = FakeBackend()
    chats = backend.chats
    notes = chats.add_room("Notes to self", RoomKind.NOTES, [])
    old = chats.add_room("Old", RoomKind.GROUP, ["Ana"])
    late = chats.add_room("Late", RoomKind.GROUP, ["Ana"])
    empty = chats.add_room("Empty", RoomKind.GROUP, ["Ana"])
    chats.write(late.room, "Ana", "later", at_ms=2_000)
    chats.write(old.room, chats.me, "earlier", at_ms=1_000, state=MessageState.SENT)
    model = SidebarModel(frozen_now)
    model.load(await chats.rooms(), ())
    order = [row_key(row)[1] for row in model.rows()]
    assert order == [empty.room, late.room, old.room, notes.room]
    assert model.description(model.rows()[2]).endswith("1 Jan 1970, sent")


async def test_pinned_ones_stand_above_and_archived_ones_behind_their_row(qapp: object) -> None:
    assert qapp is not None
    backend = filled()
    book = backend.chats.book
    book[ROOMS[3]].pinned = book[ROOMS[1]].archived = book[ROOMS[2]].archived = True
    backend.chats.write(ROOMS[2], "Cleo", "are you there?")
    model = SidebarModel(frozen_now)
    model.load(await backend.chats.rooms(), ())
    assert [model.text(row) for row in model.rows()] == ["Dev", "Ana", "Archived"]
    folded = model.rows()[-1]
    assert folded == ArchiveRow(2, 1, open=False)
    assert model.description(folded) == "2 conversations, 1 unread, folded"
    assert model.flags(model.index(2)) & Qt.ItemFlag.ItemIsSelectable
    assert [room.name for room in model.conversations()] == ["Dev", "Ana"]
    model.show_archived(True)
    assert {model.text(row) for row in model.rows()[3:]} == {"Bob", "Cleo"}
    assert {room.name for room in model.archived()} == {"Bob", "Cleo"}
    assert model.description(model.rows()[2]).endswith("unfolded")
    model.show_archived(False)
    model.set_query("cle")
    assert [model.text(row) for row in model.rows()] == ["Archived", "Cleo"]


async def test_what_a_row_shows_is_read_aloud(qapp: object) -> None:
    assert qapp is not None
    backend = filled()
    room = backend.chats.book[ROOMS[0]]
    room.pinned = room.marked_unread = room.archived = True
    room.muted_until_ms, room.mentions = -1, 1
    model = SidebarModel(frozen_now)
    row = RoomRow(room.summary())
    assert model.description(row) == (
        "mentions you, marked as unread, pinned, muted, archived, Say hello"
    )
    room.muted_until_ms = 1
    assert "muted" not in model.description(RoomRow(room.summary()))
    room.muted_until_ms = FROZEN_MS + 1
    assert "muted" in model.description(RoomRow(room.summary()))
