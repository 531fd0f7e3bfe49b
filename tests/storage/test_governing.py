"""Groups in a store: keys of epochs, what older versions stored, who named the founder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from app.crypto.room_keys import epoch_keys, govern_only
from app.domain.events import Created, Joined, KnownBody, Left, Reacted, Renamed, Text, Topic
from app.domain.governing import Removed, Role, RoleGiven, RoomOffered
from app.domain.row_text import offer_in
from app.domain.views import MessageKind, RoomKind
from app.storage.store import Store
from tests.storage.support import (
    EPOCH_1,
    KEY,
    KEYS,
    NOW_MS,
    ROOM,
    SECRET,
    Author,
    author,
    record,
)

OLDER = msgspec.msgpack.encode(["Tea", [1, bytes(32)], None, [-1, b""], b"", [], "", [-1, b""]])
GOVERN = epoch_keys(1, EPOCH_1).govern


def people(count: int) -> list[Author]:
    found = [author(number + 1) for number in range(count)]
    for one in found:
        one.governed = True
    return found


async def take(store: Store, *wires: bytes) -> list[tuple[MessageKind, str]]:
    done = await store.log.ingest(ROOM, wires, KEYS, NOW_MS)
    return [(row.kind, row.text) for row in done.rows]


async def shown(store: Store) -> list[str]:
    return [row.text for row in (await store.messages.page(ROOM, None, 99, 0)).rows]


async def test_what_an_older_version_stored_is_gathered_again(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana, bob = author(1), author(2)
    for body in (Created("Tea"), Joined("Ana"), Text("hi"), Topic("green")):
        ana.write(body)
    bob.write(Left(), ms=9)
    bob.write(Joined("Bob"), ms=10)
    bob.write(Text("ho"), ms=11)
    await store.log.ingest(ROOM, [*ana.wires, *bob.wires], KEYS, NOW_MS)
    before, state = await shown(store), await store.log.state(ROOM)
    last = (await store.messages.page(ROOM, None, 1, 0)).rows[0]
    await store.marks.mark_read(ROOM, last.position, author(9).peer)

    def age() -> None:
        execute = store._database.execute
        (row,) = execute("SELECT id FROM message WHERE kind = 5").fetchone()
        store._rereader._tables.remove(1, row)
        execute("UPDATE message SET kind = 2 WHERE text = 'Bob'")
        execute("UPDATE room SET state = ?", (OLDER,))

    await store._database.write(age)
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.log.state(ROOM) == state
    assert await shown(store) == before
    overview = await store.rooms.overview(ROOM)
    assert (overview.total, overview.unread) == (len(before), 0)
    unseen = "SELECT count(*) FROM message WHERE unseen = 1"
    count = await store._database.read(lambda: store._database.execute(unseen).fetchone())
    assert count == (0,)
    await store.close()


async def test_a_row_of_an_older_version_that_had_no_effect_goes(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana, bob = author(1), author(2)
    bob.write(Left())
    await store.log.ingest(ROOM, bob.wires, KEYS, NOW_MS)
    assert await shown(store) == [""]
    ana.write(Created("Tea"))
    ana.write(Joined("Ana"))
    held = {0: govern_only(0, bytes(32))}
    await store.log.ingest(ROOM, ana.wires, held, NOW_MS)
    await store._database.write(
        lambda: [
            store._database.execute("UPDATE event SET held = 0"),
            store._database.execute("UPDATE room SET state = ?", (OLDER,)),
        ]
    )
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await shown(store) == ["Ana"]
    await store.close()


async def test_keys_of_epochs_come_back(store: Store) -> None:
    await store.rooms.add_epoch(ROOM, -1, bytes([3]) * 32)
    await store.rooms.add_epoch(ROOM, 1, GOVERN, whole=False)
    await store.rooms.add_epoch(ROOM, 2, GOVERN, whole=False)
    await store.rooms.add_epoch(ROOM, 2, EPOCH_1)
    await store.rooms.add_epoch(ROOM, 2, GOVERN, whole=False)
    (found,) = await store.rooms.all()
    assert found.epochs == {-1: bytes([3]) * 32, 0: SECRET, 2: EPOCH_1}
    assert found.governs == {1: GOVERN}
    await store.rooms.drop_epoch(ROOM, -1)
    await store.rooms.drop_epoch(ROOM, -1)
    (found,) = await store.rooms.all()
    assert set(found.epochs) == {0, 2}
    await store.rooms.add(replace(found, governs={5: GOVERN}, standing="waiting"))
    (again,) = await store.rooms.all()
    assert again.governs == {1: GOVERN, 5: GOVERN}
    assert again.standing == "waiting"


async def test_whoever_has_only_what_governs_reads_that_alone(store: Store) -> None:
    (ana,) = people(1)
    ana.write(Created("Tea"))
    ana.write(Joined("Ana"))
    said = ana.write(Text("for those who were there"), epoch=1)
    ana.write(Renamed("Coffee"), epoch=1)
    keys = {**KEYS, 1: govern_only(1, GOVERN)}
    done = await store.log.ingest(ROOM, ana.wires, keys, NOW_MS)
    assert (done.state.name, done.held) == ("Coffee", 0)
    assert [row.kind for row in done.rows] == [MessageKind.JOINED, MessageKind.RENAMED]
    keys[1] = epoch_keys(1, EPOCH_1)
    done = await store.log.release_held(ROOM, keys, NOW_MS, new_keys=True)
    assert [row.position.event for row in done.rows] == [said.id]


async def test_whom_an_invitation_named_is_the_founder(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana, bob = people(2)
    bob.write(Created("Usurped"))
    bob.write(Joined("Bob"))
    ana.write(Joined("Ana"))
    await store.log.ingest(ROOM, [*bob.wires, *ana.wires], KEYS, NOW_MS)
    done = await store.log.set_founder(ROOM, ana.peer)
    assert (done.state.founder, done.state.name) == (ana.peer, "")
    assert done.state.role_of(ana.peer) is Role.OWNER
    assert (await store.log.set_founder(ROOM, ana.peer)).effects == ()
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert (await store.log.state(ROOM)) == done.state
    await store.close()


async def test_what_was_said_while_out_goes_and_comes_back(store: Store) -> None:
    ana, bob, eve = people(3)
    begun: tuple[KnownBody, ...] = (Created("Tea"), Joined("Ana"))
    wires = [ana.write(body, ms=1).encode() for body in begun]
    tea = ana.write(Text("tea"), ms=2)
    wires += [tea.encode(), eve.write(Joined("Eve"), ms=3).encode()]
    wires += [bob.write(body, ms=3).encode() for body in (Joined("Bob"), Text("milk"))]
    late = [
        bob.write(Text("sugar"), ms=20).encode(),
        bob.write(Reacted(tea.id, "+", on=True), ms=21).encode(),
    ]
    await store.log.ingest(ROOM, [*wires, *late], KEYS, NOW_MS)
    tops = [row.position for row in (await store.messages.page(ROOM, None, 1, 0)).rows]
    await store.marks.mark_read(ROOM, tops[0], author(9).peer)
    promoted = ana.write(RoleGiven(eve.peer, "admin"), ms=10)
    demoted = ana.write(RoleGiven(eve.peer, "member"), ms=25)
    removal = eve.write(Removed(bob.peer, 2, ban=False), ms=30)
    assert await take(store, promoted.encode(), removal.encode()) == [
        (MessageKind.ROLE, (await shown(store))[-2]),
        (MessageKind.REMOVED, (await shown(store))[-1]),
    ]
    texts = (await store.messages.page(ROOM, None, 99, 0)).rows
    assert "sugar" not in [row.text for row in texts]
    assert [row.reactions for row in texts if row.text == "tea"] == [()]
    done = await store.log.ingest(ROOM, [demoted.encode()], KEYS, NOW_MS)
    assert done.removed == (removal.id,)
    assert "sugar" in [row.text for row in done.rows]
    assert [row.text for row in done.changed] == ["tea"]
    assert (await store.rooms.overview(ROOM)).unread == 0


async def test_invitations_are_found_in_every_room(store: Store) -> None:
    secret = bytes([8]) * 32
    direct = replace(record(secret, RoomKind.DIRECT), peer=author(2).peer)
    await store.rooms.add(direct)
    bob = author(2, secret)
    keys = {0: epoch_keys(0, secret)}
    offers = [RoomOffered(bytes(16), name, bytes(32), bob.peer) for name in ("One", "Two")]
    for offer in offers:
        bob.write(offer)
    await store.log.ingest(direct.room, bob.wires, keys, NOW_MS)
    found = await store.messages.invitations()
    assert [offer_in(row.text) for row in found] == offers[::-1]
    assert len(await store.messages.invitations(1)) == 1
    in_a_group = author(3).write(offers[0]).encode()
    assert await take(store, in_a_group) == []
