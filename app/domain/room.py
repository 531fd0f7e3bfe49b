"""What an event changes in a room: a pure step that ends the same in any order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.content import NOWHERE, Act, Content, Written, in_order, is_act, slimmed
from app.domain.events import (
    Created,
    Deleted,
    Edited,
    Operation,
    Pinned,
    Reacted,
    Text,
)
from app.domain.files import FileOffered, bare
from app.domain.folding import Fold
from app.domain.governance import STRANGER, Governance, Member, RoomState, Span
from app.domain.governing import Coded
from app.domain.ids import EventId, PeerId
from app.domain.pictures import Pictured, RoomPictured
from app.domain.row_text import row_of
from app.domain.rules import RoomRules
from app.domain.views import MessageKind

__all__ = ["NOWHERE", "Content", "Member", "RoomState"]


@dataclass(frozen=True, slots=True)
class RowAdded:
    """The event is a row of the conversation."""

    content: Content
    kind: MessageKind
    text: str
    reply_to: EventId | None = None
    mentions: tuple[PeerId, ...] = ()
    vanish_s: int = 0
    forwarded_from: str = ""
    file: FileOffered | None = None


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Somebody, or the room if `peer` is None, looks like this from now on."""

    content: Content
    peer: PeerId | None
    image: bytes


@dataclass(frozen=True, slots=True)
class OperationAdded:
    """The event changes the message `target`, if and when that is here."""

    content: Content
    target: EventId
    operation: Operation


@dataclass(frozen=True, slots=True)
class RoomNamed:
    name: str


@dataclass(frozen=True, slots=True)
class TopicSet:
    topic: str


@dataclass(frozen=True, slots=True)
class MemberUpdated:
    """`state` is joined, left, removed, renamed or role (it has another one).

    Of a courier it is courier or courier-gone.
    """

    peer: PeerId
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class RulesChanged:
    rules: RoomRules


@dataclass(frozen=True, slots=True)
class ActsVoided:
    """These events have no effect any more; their rows are shown no more."""

    events: tuple[EventId, ...]


@dataclass(frozen=True, slots=True)
class SilenceChanged:
    """What `author` wrote in the spans `after` does not count; before it was the spans `before`."""

    author: PeerId
    before: tuple[Span, ...]
    after: tuple[Span, ...]


Effect = (
    RowAdded
    | PictureSet
    | OperationAdded
    | RoomNamed
    | TopicSet
    | MemberUpdated
    | RulesChanged
    | ActsVoided
    | SilenceChanged
)
Step = tuple[RoomState, tuple[Effect, ...]]

_OPERATIONS = (Edited, Deleted, Reacted, Pinned)


def reduce(state: RoomState, content: Content) -> Step:
    """Return the state after `content` and what it changed. Each event may be given once."""
    return fold_in(state, (content,))


def fold_in(state: RoomState, contents: Sequence[Content]) -> Step:
    """The same for several events, in whatever order they are."""
    acts = [slimmed(content) for content in contents if is_act(content)]
    after = _governed(state, acts) if acts else state
    effects = _added(after, contents)
    if acts:
        effects += _differences(state, after, {act.position.event for act in acts})
    return after, tuple(effects)


def start(*, grouped: bool = True, seed: PeerId | None = None) -> RoomState:
    """Return the state of a room of which nothing is known but whom the invitation named."""
    return restore((), grouped=grouped, seed=seed)


def restore(
    contents: Sequence[Content], *, grouped: bool = True, seed: PeerId | None = None
) -> RoomState:
    """Return the state that follows from these acts. Where not `grouped`, nobody governs."""
    founder = _founder(contents, seed) if grouped else None
    governance = Governance(grouped, seed, founder)
    return _taken(RoomState(founder=founder, governance=governance), in_order(contents, {}))


def reseeded(state: RoomState, seed: PeerId) -> Step:
    """Return the state with another founder named by an invitation, and what that changes."""
    governance = state.governance
    contents = [act.content for act in governance.acts]
    after = restore(contents, grouped=governance.grouped, seed=seed)
    return after, tuple(_differences(state, after, set()))


def _added(state: RoomState, contents: Iterable[Content]) -> list[Effect]:
    effects = list[Effect]()
    governance = state.governance
    for content in contents:
        if governance.is_void(content):
            continue
        body = content.body
        if isinstance(body, Text):
            effects.append(_text(content, body))
        elif isinstance(body, FileOffered):
            effects.append(_file(content, body))
        elif isinstance(body, _OPERATIONS):
            effects.append(OperationAdded(content, EventId(body.target), body))
        elif isinstance(body, Pictured | RoomPictured):
            peer = content.author if isinstance(body, Pictured) else None
            effects.append(PictureSet(content, peer, body.image))
        else:
            effects += _row(governance, content)
    return effects


def _text(content: Content, body: Text) -> RowAdded:
    answered = EventId(body.reply_to) if body.reply_to is not None else None
    named = tuple(map(PeerId, body.mentions)) if body.mentions else ()
    more = (body.vanish_s, body.forwarded_from)
    return RowAdded(content, MessageKind.TEXT, body.text, answered, named, *more)


def _file(content: Content, body: FileOffered) -> RowAdded:
    answered = EventId(body.reply_to) if body.reply_to is not None else None
    named = tuple(map(PeerId, body.mentions)) if body.mentions else ()
    more = (body.vanish_s, body.forwarded_from, bare(body))
    return RowAdded(content, MessageKind.FILE, body.text, answered, named, *more)


def _row(governance: Governance, content: Content) -> Iterator[RowAdded]:
    row = row_of(content.body)
    if row is not None and not (governance.grouped and row[0] is MessageKind.INVITATION):
        yield RowAdded(content, *row)


def _governed(state: RoomState, added: Sequence[Content]) -> RoomState:
    governance = state.governance
    founder = state.founder
    if governance.grouped and any(isinstance(one.body, Created | Coded) for one in added):
        known = [*(act.content for act in governance.acts), *added]
        founder = _founder(known, governance.seed)
    follows = all(
        content.seq > governance.written.get(content.author, Written()).seq for content in added
    )
    acts = in_order(added, governance.written) if follows else []
    if (
        founder == state.founder
        and acts
        and (not governance.acts or acts[0][:2] > governance.acts[-1][:2])
    ):
        return _taken(state, acts)
    everything = [*(act.content for act in governance.acts), *added]
    return restore(everything, grouped=governance.grouped, seed=governance.seed)


def _taken(state: RoomState, acts: Iterable[Act]) -> RoomState:
    fold = Fold(state)
    for act in acts:
        fold.take(act)
    return fold.state()


def _founder(contents: Sequence[Content], seed: PeerId | None) -> PeerId | None:
    """Return who is named by the code, by the invitation, or by the earliest beginning."""
    coded = [one for one in contents if isinstance(one.body, Coded)]
    if not coded and seed is not None:
        return seed
    created = [one for one in contents if isinstance(one.body, Created) and one.seq == 1]
    first = min(coded or created, key=lambda one: one.position, default=None)
    return first.author if first is not None else None


def _differences(before: RoomState, after: RoomState, new: set[EventId]) -> Iterator[Effect]:
    if after.name != before.name:
        yield RoomNamed(after.name)
    if after.topic != before.topic:
        yield TopicSet(after.topic)
    if after.rules != before.rules:
        yield RulesChanged(after.rules)
    for peer in {**after.members, **before.members}:
        yield from _member(before, after, peer)
    yield from _couriers(before, after)
    yield from _withdrawn(before.governance, after.governance, new)


def _member(before: RoomState, after: RoomState, peer: PeerId) -> Iterator[MemberUpdated]:
    old, now = before.members.get(peer), after.members.get(peer, STRANGER)
    was_in, name = old is not None and old.present, now.name or (old or STRANGER).name
    if was_in and not now.present:
        out = peer in after.governance.removals
        yield MemberUpdated(peer, name, "removed" if out else "left")
    elif now.present and not was_in:
        yield MemberUpdated(peer, name, "joined")
    elif old is None or old.name != now.name:
        yield MemberUpdated(peer, now.name, "renamed")
    if was_in and now.present and before.role_of(peer) != after.role_of(peer):
        yield MemberUpdated(peer, now.name, "role")


def _couriers(before: RoomState, after: RoomState) -> Iterator[MemberUpdated]:
    old, now = before.governance.couriers, after.governance.couriers
    for peer, name in now.items():
        if old.get(peer) != name:
            yield MemberUpdated(peer, name, "courier")
    for peer in old:
        if peer not in now:
            yield MemberUpdated(peer, before.name_of(peer), "courier-gone")


def _withdrawn(before: Governance, after: Governance, new: set[EventId]) -> Iterator[Effect]:
    voided = after.void - before.void - new
    if voided:
        yield ActsVoided(tuple(sorted(voided)))
    restored = before.void - after.void
    if restored:
        for act in after.acts:
            if act.content.position.event in restored:
                yield from _row(after, act.content)
    for peer in {*before.removals, *before.closed, *after.removals, *after.closed}:
        if before.spans(peer) != after.spans(peer):
            yield SilenceChanged(peer, before.spans(peer), after.spans(peer))
