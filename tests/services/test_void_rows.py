"""What a late removal takes out of conversations that were on the screen already."""

from __future__ import annotations

from app.domain.changes import MemberChanged, MessagesAdded, MessagesRemoved, RoomChanged
from app.domain.governing import Removed, Role, RoleGiven
from app.domain.views import MessageKind
from tests.services.groups import members, room_of
from tests.services.world import World, until


async def test_what_was_said_unseen_goes_from_the_screen(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    kept = await eve.say(room, "seen")
    for one in (ana, bob):
        await one.has(room, "seen")
    seen = room_of(ana, room).vector[eve.peer]
    gone = await eve.say(room, "not seen")
    for one in (ana, bob):
        await one.has(room, "not seen")
    await ana.backend._services.logs.append(room, Removed(eve.peer, seen, ban=False))
    for one in (ana, bob):
        await until(lambda one=one: one.heard(MessagesRemoved), "taken out")  # type: ignore[misc]
        (removed,) = one.heard(MessagesRemoved)
        assert removed.messages == (gone.event,)
        texts = [view.text for view in await one.history(room) if view.kind is MessageKind.TEXT]
        assert texts == [kept.text]
        assert eve.peer not in members(one, room)
        changes = [(c.peer, c.state) for c in one.heard(MemberChanged) if c.state == "removed"]
        assert changes == [(eve.peer, "removed")]


async def test_rows_say_whom_they_are_about(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    logs = ana.backend._services.logs
    await logs.append(room, RoleGiven(bob.peer, Role.ADMIN.value))
    await logs.append(room, Removed(bob.peer, 99, ban=True))
    rows = [view for added in ana.heard(MessagesAdded) for view in added.messages][-2:]
    assert [(row.kind, row.text, row.subject, row.subject_name) for row in rows] == [
        (MessageKind.ROLE, "admin", bob.peer, "Bob"),
        (MessageKind.REMOVED, "banned", bob.peer, "Bob"),
    ]
    await until(lambda: ana.heard(RoomChanged)[-1].summary.members == 1, "summary")
    summary = ana.heard(RoomChanged)[-1].summary
    assert (summary.role, summary.rules.history) == ("owner", True)
