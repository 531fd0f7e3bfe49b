"""What operations make of a message: a pure function of their set, whatever order they came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.events import Deleted, Edited, Operation, Pinned, Reacted
from app.domain.ids import PeerId
from app.domain.views import Position


@dataclass(frozen=True, slots=True)
class Operated:
    """An operation with its author and its place in the room's order."""

    author: PeerId
    position: Position
    operation: Operation


@dataclass(frozen=True, slots=True)
class Reaction:
    """Who reacted with `emoji`, in the order in which they did."""

    emoji: str
    by: tuple[PeerId, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """`text` replaces the message's own if it was edited; `edits` are earlier and later versions.

    A deleted message has no text, no edits and no reactions.
    """

    text: str | None = None
    edits: tuple[tuple[Position, str], ...] = ()
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    pinned: bool = False

    @property
    def edited(self) -> bool:
        return self.text is not None


PLAIN = Overlay()


def fold(author: PeerId, operations: Iterable[Operated]) -> Overlay:
    """Return what `operations` make of a message by `author`.

    Only its author edits or deletes a message; of several edits the last in the room's order
    counts, whoever saw which first. Reactions are a register for each member and emoji.
    """
    ordered = sorted(operations, key=lambda one: one.position)
    own = [one for one in ordered if one.author == author]
    pins = [one.operation.on for one in ordered if isinstance(one.operation, Pinned)]
    if any(isinstance(one.operation, Deleted) for one in own):
        return Overlay(deleted=True)
    edits = tuple(
        (one.position, one.operation.text) for one in own if isinstance(one.operation, Edited)
    )
    return Overlay(
        text=edits[-1][1] if edits else None,
        edits=edits,
        reactions=_reactions(ordered),
        pinned=bool(pins) and pins[-1],
    )


def _reactions(ordered: Iterable[Operated]) -> tuple[Reaction, ...]:
    by: dict[str, dict[PeerId, None]] = {}
    for one in ordered:
        match one.operation:
            case Reacted(_, emoji, True):
                by.setdefault(emoji, {})[one.author] = None
            case Reacted(_, emoji, False):
                by.get(emoji, {}).pop(one.author, None)
            case _:
                continue
    return tuple(Reaction(emoji, tuple(people)) for emoji, people in by.items() if people)
