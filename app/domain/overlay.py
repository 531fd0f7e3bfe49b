"""What operations make of a message: a pure function of their set, whatever order they came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.events import Deleted, Edited, Operation, Pinned, Reacted
from app.domain.ids import PeerId
from app.domain.views import Position, Reaction

__all__ = ["PLAIN", "Operated", "Overlay", "Reaction", "fold", "register_of"]


@dataclass(frozen=True, slots=True)
class Operated:
    """An operation with its author and its place in the room's order."""

    author: PeerId
    position: Position
    operation: Operation


@dataclass(frozen=True, slots=True)
class Overlay:
    """`text` and `mentions` replace the message's own if it was edited.

    `edits` are all versions but the first. A deleted message has nothing of all that.
    """

    text: str | None = None
    mentions: tuple[PeerId, ...] = ()
    edits: tuple[tuple[Position, str], ...] = ()
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    pinned: bool = False

    @property
    def edited(self) -> bool:
        return self.text is not None


PLAIN = Overlay()


def register_of(one: Operated) -> bytes:
    """Name what the operation sets: of one author's operations only the last in each counts.

    Every edit has a register of its own, since all versions are kept.
    """
    match one.operation:
        case Edited():
            return b"e" + one.position.event
        case Deleted():
            return b"d"
        case Reacted(_, emoji):
            return b"r" + emoji.encode("utf-8")
        case _:
            return b"p"


def fold(author: PeerId, operations: Iterable[Operated]) -> Overlay:
    """Return what `operations` make of a message by `author`.

    Only its author edits or deletes a message; of several edits the last in the room's order
    counts, whoever saw which first. Reactions are a register for each member and emoji.
    """
    ordered = _last_of_each(operations)
    own = [one for one in ordered if one.author == author]
    if any(isinstance(one.operation, Deleted) for one in own):
        return Overlay(deleted=True)
    edits = [(one.position, one.operation) for one in own if isinstance(one.operation, Edited)]
    pins = [one.operation.on for one in ordered if isinstance(one.operation, Pinned)]
    return Overlay(
        text=edits[-1][1].text if edits else None,
        mentions=tuple(map(PeerId, edits[-1][1].mentions)) if edits else (),
        edits=tuple((position, edit.text) for position, edit in edits),
        reactions=_reactions(ordered),
        pinned=bool(pins) and pins[-1],
    )


def _last_of_each(operations: Iterable[Operated]) -> list[Operated]:
    last: dict[tuple[PeerId, bytes], Operated] = {}
    for one in sorted(operations, key=lambda one: one.position):
        last[one.author, register_of(one)] = one
    return sorted(last.values(), key=lambda one: one.position)


def _reactions(ordered: Iterable[Operated]) -> tuple[Reaction, ...]:
    by: dict[str, list[PeerId]] = {}
    for one in ordered:
        match one.operation:
            case Reacted(_, emoji, True):
                by.setdefault(emoji, []).append(one.author)
            case _:
                continue
    return tuple(Reaction(emoji, tuple(people)) for emoji, people in by.items())
