"""Five members who do whatever they like, and hand each other their logs when chance has it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import AppError
from app.domain.governing import FOUNDING, Role
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import RoomState
from app.domain.rules import Rule
from app.domain.views import MessageKind, MessageView
from tests.services.groups import members, room_of, rule
from tests.services.world import Someone, World

NAMES = ("Ana", "Bob", "Eve", "Kim", "Leo")
PICTURE = b"\x89PNG\r\n\x1a\n"
DAY = 86_400
ROUNDS = 400
EMOJI = ("\U0001f44d", "\u2764\ufe0f")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Choice:
    """What one step does: who, and to whom or what, by small numbers."""

    person: Someone
    other: PeerId
    value: int
    room: RoomId
    texts: tuple[MessageView, ...]

    @property
    def text(self) -> EventId:
        """A message that this person sees."""
        if not self.texts:
            raise AppError("unknown-message")
        return self.texts[self.value % len(self.texts)].event


Deed = Callable[[Choice], Awaitable[object]]


def _pick(values: tuple[Role, ...], c: Choice) -> Role:
    return values[c.value % len(values)]


DEEDS: Mapping[str, Deed] = {
    "say": lambda c: c.person.say(c.room, f"word {c.value}"),
    "mention": lambda c: c.person.say(c.room, f"@Bob word {c.value}"),
    "reply": lambda c: c.person.backend.chats.send(c.room, "answer", c.text),
    "edit": lambda c: c.person.backend.chats.edit(c.text, f"edited {c.value}"),
    "delete": lambda c: c.person.backend.chats.delete(c.text),
    "react": lambda c: c.person.backend.chats.react(c.text, EMOJI[c.value % 2]),
    "unreact": lambda c: c.person.backend.chats.unreact(c.text, EMOJI[c.value % 2]),
    "pin": lambda c: c.person.backend.chats.pin(c.text, c.value % 3 > 0),
    "forward": lambda c: c.person.backend.conversations.forward([c.text], [c.room]),
    "rename": lambda c: c.person.backend.chats.rename(c.room, f"name {c.value}"),
    "topic": lambda c: c.person.backend.chats.set_topic(c.room, f"topic {c.value}"),
    "call": lambda c: c.person.backend.rename_profile(f"{c.person.name} {c.value}"),
    "picture": lambda c: c.person.backend.conversations.set_room_picture(
        c.room, PICTURE + bytes([c.value])
    ),
    "role": lambda c: rule(c.person).set_role(c.room, c.other, _pick(tuple(Role), c)),
    "admin": lambda c: rule(c.person).set_role(c.room, c.other, Role.ADMIN),
    "kick": lambda c: rule(c.person).remove(c.room, c.other),
    "ban": lambda c: rule(c.person).remove(c.room, c.other, ban=True),
    "readmit": lambda c: rule(c.person).readmit(c.room, c.other),
    "history": lambda c: rule(c.person).set_rule(c.room, Rule.HISTORY, c.value % 2),
    "info": lambda c: rule(c.person).set_rule(c.room, Rule.INFO, c.value % 2),
    "vanish": lambda c: rule(c.person).set_rule(c.room, Rule.VANISH, (c.value % 3) * DAY),
    "link": lambda c: rule(c.person).make_link(c.room),
    "revoke": lambda c: rule(c.person).revoke(c.room, FOUNDING),
    "leave": lambda c: c.person.backend.conversations.leave(c.room, keep=True),
}


class Mesh:
    """People without any network; logs are handed over here."""

    def __init__(self, room: RoomId, people: list[Someone], chance: random.Random) -> None:
        self.room, self.people, self._chance = room, people, chance

    @classmethod
    async def begin(cls, folder: Path, chance: random.Random) -> tuple[World, Mesh]:
        """Let five people found a room; close the world in the end."""
        world = World(folder)
        people = [await world.person(name).start() for name in NAMES]
        made = await people[0].backend.chats.create_room("Lab")
        for person in people[1:]:
            await person.backend.chats.join(made.link)
        mesh = cls(made.room, people, chance)
        await mesh.meet(range(len(people)))
        return world, mesh

    async def do(self, deed: str, who: int, other: int, value: int) -> None:
        """Let somebody do something; what it may not do is refused, and that is all."""
        person = self.people[who]
        rows = await person.history(self.room)
        texts = tuple(row for row in rows if row.kind is MessageKind.TEXT)
        choice = Choice(person, self.people[other].peer, value, self.room, texts)
        with suppress(AppError):
            await DEEDS[deed](choice)

    async def meet(self, group: range | list[int]) -> None:
        """Let some people tell each other all that they know, in any order and grouping."""
        pairs = [(one, other) for one in group for other in group if one != other]
        self._chance.shuffle(pairs)
        for one, other in pairs:
            await self._tell(self.people[one], self.people[other])
            await self._share(self.people[one], self.people[other])

    async def _tell(self, giver: Someone, taker: Someone) -> None:
        """Hand over a part, perhaps all, of what the other lacks, each author's in order."""
        known = room_of(taker, self.room).vector
        mine = room_of(giver, self.room).vector
        spans = [(a, known.get(a, 0) + 1, n) for a, n in mine.items() if n > known.get(a, 0)]
        self._chance.shuffle(spans)
        logs = giver.backend._services.logs
        for span in spans:
            wires = await logs.load(self.room, [span], 1 << 20)
            while wires:
                count = self._chance.randint(1, len(wires))
                batch, wires = wires[:count], wires[count:]
                await taker.backend._services.logs.ingest(self.room, batch)
                await asyncio.sleep(0)

    async def _share(self, giver: Someone, taker: Someone) -> None:
        """Give a member the keys that were made without it."""
        sharer = giver.backend._services.groups.sharer
        gift = sharer.owed(room_of(giver, self.room), taker.peer)
        if gift is not None:
            await taker.backend._services.groups.sharer.take(giver.peer, gift)

    async def settle(self) -> list[Someone]:
        """Let all meet until nobody has anything new; return who is a member then."""
        for _ in range(ROUNDS):
            await self.meet(range(len(self.people)))
            for one in self.people:
                await one.backend._services.groups.look_at(room_of(one, self.room))
            await asyncio.sleep(0.005)
            if self._is_settled():
                return self._inside()
        raise AssertionError("they never agree")

    def _inside(self) -> list[Someone]:
        """Those who are members in their own eyes, which is in everybody's in the end."""
        return [one for one in self.people if one.peer in members(one, self.room)]

    def _is_settled(self) -> bool:
        inside = self._inside()
        conversations = [room_of(one, self.room) for one in self.people]
        same = all(one.vector == conversations[0].vector for one in conversations)
        open_ones = [room_of(one, self.room) for one in inside]
        rotating = any(one.state.governance.needs_rotation for one in open_ones)
        return same and not (rotating and self._can_rotate(inside))

    def _can_rotate(self, inside: list[Someone]) -> bool:
        roles = [room_of(one, self.room).state.role_of(one.peer) for one in inside]
        return any(role in (Role.OWNER, Role.ADMIN) for role in roles)

    async def picture(self, person: Someone) -> dict[str, object]:
        """All that somebody shows and knows of the room."""
        conversation = room_of(person, self.room)
        return {
            "state": _effective(conversation.state),
            "key": conversation.latest_keys,
            "rows": [_row(view) for view in await person.history(self.room)],
            "pinned": [v.event for v in await person.backend.conversations.pinned(self.room)],
            "members": {
                (m.peer, m.name, m.role) for m in await person.backend.chats.members(self.room)
            },
        }


def _effective(state: RoomState) -> Row:
    """What the acts have led to. Acts without effect may be closed to some, by a void key."""
    governance = state.governance
    tokens = sorted(
        (one.id, one.token, one.until_ms, one.open) for one in governance.tokens.values()
    )
    charge = (governance.owner, governance.admins, governance.rules, governance.banned)
    described = (state.name, state.topic, state.picture, state.code, state.founder)
    present = frozenset(peer for peer in state.members if state.role_of(peer) is not None)
    return (*described, *charge, tokens, present, governance.newest, governance.needs_rotation)


def _row(view: MessageView) -> Row:
    """What everybody is to see alike of a row: not whose it is, nor what has reached whom."""
    quote = view.reply and (view.reply.author, view.reply.text, view.reply.deleted)
    said = (view.position, view.author, view.author_name, view.kind, view.text, view.subject)
    looks = (view.edited, view.deleted, view.reactions, view.pinned, view.mentions)
    return (*said, *looks, view.reply_to, quote, view.forwarded_from, view.vanish_s)
