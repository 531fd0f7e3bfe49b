"""Whatever happens in between: once all are there, all have the same history."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ids import RoomId
from app.domain.views import MessageState, MessageView
from tests.services.world import URL, Someone, World, until

PEOPLE = 4
WHO = st.integers(0, PEOPLE - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), WHO, st.integers(1, 4)),
        st.tuples(st.sampled_from(["restart", "stop", "rename", "read"]), WHO, st.just(0)),
        st.tuples(st.sampled_from(["part", "cut"]), WHO, WHO),
        st.tuples(st.just("wait"), st.just(0), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Story:
    """Plays steps on people of one room."""

    room: RoomId
    people: list[Someone]
    said: list[tuple[Someone, MessageView]] = field(default_factory=list)

    async def play(self, what: str, who: int, other: int) -> None:
        person = self.people[who]
        if not person.running:
            await person.start(URL)
        if what == "say":
            for _ in range(other):
                view = await person.say(self.room, f"{person.name} {len(self.said)}")
                self.said.append((person, view))
        elif what in {"restart", "stop"}:
            await person.stop()
            if what == "restart":
                await person.start(URL)
        elif what == "rename":
            await person.backend.rename_profile(f"{person.name} {len(self.said)}")
        elif what == "read":
            rows = await person.history(self.room)
            await person.backend.chats.mark_read(self.room, rows[-1].event)
        elif what in {"part", "cut"}:
            await self._break(person, self.people[other], silently=what == "cut")
        else:
            await asyncio.sleep(0.05)

    async def _break(self, one: Someone, other: Someone, *, silently: bool) -> None:
        """The link breaks, and whether both hear of it is chance."""
        for link in list(one.ends):
            if not link.closed and link.remote in other.ends:
                if silently:
                    link.cut()
                    link.remote.dead = True
                    await link.close()
                else:
                    await link.close()

    async def settle(self) -> None:
        """Bring everybody back and wait until all is everywhere."""
        for person in self.people:
            if not person.running:
                await person.start(URL)
        texts = [view.text for _, view in self.said]
        for person in self.people:
            await person.has_all(self.room, texts)
        for person, view in self.said:
            await person.settled(view)
        await until(lambda: len({_vector(p, self.room) for p in self.people}) == 1, "vectors")


def _vector(person: Someone, room: RoomId) -> frozenset[tuple[bytes, int]]:
    return frozenset(person.backend._services.opener._book.get(room).vector.items())


def shown(rows: list[MessageView]) -> list[object]:
    return [(v.position, v.author, v.author_name, v.kind, v.text, v.reply_to) for v in rows]


async def tell(folder: Path, steps: list[tuple[str, int, int]]) -> None:
    world = World(folder)
    try:
        room, people = await world.together("Ana", "Bob", "Eve", "Kim")
        story = Story(room, people)
        for step in steps:
            await story.play(*step)
        await story.settle()
        histories = [shown(await person.history(room)) for person in people]
        for history in histories:
            assert history == histories[0]
        members = [
            {(m.peer, m.name, m.role) for m in await person.backend.chats.members(room)}
            for person in people
        ]
        for found in members:
            assert found == members[0]
        for person, view in story.said:
            assert await person.state(view) in {MessageState.DELIVERED, MessageState.READ}
    finally:
        await world.close()


@settings(max_examples=8)
@given(STEPS)
async def test_histories_converge(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await tell(Path(folder), steps)
