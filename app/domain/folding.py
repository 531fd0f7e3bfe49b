"""Takes the acts of a room one by one, in order, and says which of them have effect (ADR 0007)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from app.domain.content import Act, Written
from app.domain.doors import Doors
from app.domain.epochs import Epochs
from app.domain.events import (
    Created,
    Joined,
    Left,
    ProfileNamed,
    Renamed,
    Topic,
)
from app.domain.governance import Governance, RoomState
from app.domain.governing import (
    MAX_COURIERS,
    Coded,
    CourierNamed,
    Invited,
    NewEpoch,
    NewFace,
    Readmitted,
    Removed,
    Revoked,
    Role,
    RoleGiven,
    Ruled,
    TokenId,
)
from app.domain.ids import EventId, PeerId
from app.domain.membership import ADMIN, MEMBER, Membership
from app.domain.rules import Rule

MAX_WEIGHED = 256
"""So many removals may reach back over what the removed did; it bounds the work of a fold."""


class Fold:
    """Goes on from `state`, which has taken every act before."""

    def __init__(self, state: RoomState, weighed: set[EventId] | None = None) -> None:
        governance = state.governance
        self._start = RoomState(
            founder=state.founder,
            governance=Governance(governance.grouped, governance.seed, state.founder),
        )
        self._weighed = set(governance.weighed) if weighed is None else weighed
        self._steps: Mapping[type, Callable[[Act, Any], bool]] = {
            Created: self._create,
            Coded: self._learn_code,
            Joined: self._join,
            Left: self._leave,
            ProfileNamed: self._name_member,
            Renamed: self._rename,
            Topic: self._set_topic,
            NewFace: self._picture_room,
            RoleGiven: self._give_role,
            Removed: self._remove,
            Readmitted: self._readmit,
            Invited: self._invite,
            Revoked: self._revoke,
            NewEpoch: self._rekey,
            Ruled: self._rule,
            CourierNamed: self._name_courier,
        }
        self._continue(state)

    def _continue(self, state: RoomState) -> None:
        governance = state.governance
        self._founder = state.founder
        self._name, self._topic, self._picture = state.name, state.topic, state.picture
        self._code = state.code
        self._people = Membership(state)
        self._doors = Doors(state)
        self._epochs = Epochs(governance)
        self._rules = governance.rules
        self._couriers = dict(governance.couriers)
        self._void = set(governance.void)
        self._acts = list(governance.acts)
        self._written = dict(governance.written)
        self._left_out = dict(governance.left_out)
        self._all_left_out = frozenset[EventId]().union(*self._left_out.values())

    def take(self, act: Act) -> None:
        """Go on with the next act."""
        if not self.allows(act):
            self._void.add(act.content.position.event)
        self._acts.append(act)
        self._written[act.content.author] = Written(act.seq, act.place)

    def allows(self, act: Act) -> bool:
        """Give an act its effect, if it has one."""
        content = act.content
        if content.position.event in self._all_left_out:
            return False
        if self._doors.silences(content) and not isinstance(content.body, Joined):
            return False
        return self._steps[type(content.body)](act, content.body)

    def state(self) -> RoomState:
        start = self._start.governance
        people, doors, epochs = self._people, self._doors, self._epochs
        governance = Governance(
            start.grouped,
            start.seed,
            people.owner,
            frozenset(people.admins),
            self._rules,
            MappingProxyType(doors.tokens),
            MappingProxyType(doors.removals),
            MappingProxyType(doors.closed),
            frozenset(self._void),
            tuple(epochs.rekeyings),
            epochs.newest,
            frozenset(epochs.lacking),
            epochs.stale,
            tuple(self._acts),
            MappingProxyType(self._written),
            MappingProxyType(self._left_out),
            frozenset(self._weighed),
            MappingProxyType(self._couriers),
        )
        members = MappingProxyType(people.members)
        shown = (self._name, self._topic, self._picture)
        return RoomState(*shown, self._code, self._founder, members, governance)

    def outranks(self, author: PeerId, peer: PeerId) -> bool:
        """Tell whether the author may put somebody out."""
        rank = self._rank(author)
        return rank >= ADMIN and rank > self._people.rank(peer)

    def _may(self, author: PeerId, *, everybody: bool) -> bool:
        """Tell whether the author may do what members may if `everybody`, and else admins."""
        if not self._people.governed:
            return True
        return self._people.rank(author) >= (MEMBER if everybody else ADMIN)

    def _rank(self, author: PeerId) -> int:
        return self._people.rank(author) if self._people.governed else 0

    def _create(self, act: Act, body: Created) -> bool:
        content = act.content
        if self._people.governed:
            if content.author != self._founder or content.seq != 1:
                return False
            self._code = self._code or body.code
        self._name = body.name
        return True

    def _learn_code(self, act: Act, body: Coded) -> bool:
        if act.content.author != self._founder:
            return False
        self._code = body.code
        return True

    def _join(self, act: Act, body: Joined) -> bool:
        content = act.content
        peer = content.author
        if self._people.governed and not self._people.is_in(peer):
            if not self._doors.let_in(content, body.via):
                return False
            self._epochs.entered(content)
        self._people.enter(peer, body.name, content.position)
        self._couriers.pop(peer, None)
        return True

    def _leave(self, act: Act, body: Left) -> bool:
        del body
        peer = act.content.author
        if self._people.governed:
            if not self._people.is_in(peer):
                return False
            self._epochs.departed(peer)
        self._people.leave(peer)
        return True

    def _name_member(self, act: Act, body: ProfileNamed) -> bool:
        self._people.rename(act.content.author, body.name)
        return True

    def _rename(self, act: Act, body: Renamed) -> bool:
        if not self._may(act.content.author, everybody=self._rules.info):
            return False
        self._name = body.name
        return True

    def _set_topic(self, act: Act, body: Topic) -> bool:
        if not self._may(act.content.author, everybody=self._rules.info):
            return False
        self._topic = body.text
        return True

    def _picture_room(self, act: Act, body: NewFace) -> bool:
        if not self._may(act.content.author, everybody=self._rules.info):
            return False
        self._picture = body.picture
        return True

    def _give_role(self, act: Act, body: RoleGiven) -> bool:
        return self._people.governed and self._people.give(
            act.content.author, PeerId(body.peer), Role(body.role)
        )

    def _remove(self, act: Act, body: Removed) -> bool:
        peer = PeerId(body.peer)
        if not self.outranks(act.content.author, peer) or not self._reaches_back(act, body):
            return False
        if not self._doors.put_out(act.content, len(self._acts), body):
            return False
        if self._people.is_in(peer):
            self._people.leave(peer)
        self._epochs.departed(peer)
        self._couriers.pop(peer, None)
        return True

    def _reaches_back(self, act: Act, body: Removed) -> bool:
        """Leave out what the removed did before and the remover had not seen.

        The acts before are folded again without that. Return whether the remover still may remove.
        """
        peer, event = PeerId(body.peer), act.content.position.event
        if self._written.get(peer, Written()).seq <= body.seen:
            return True
        done = [one.content for one in self._acts if one.content.author == peer]
        late = frozenset(one.position.event for one in done if one.seq > body.seen)
        if late <= self._void:
            return True
        if event in self._weighed or len(self._weighed) == MAX_WEIGHED:
            return False
        self._weighed.add(event)
        return self._try_without(act, peer, late)

    def _try_without(self, act: Act, peer: PeerId, late: frozenset[EventId]) -> bool:
        standing = {by: acts for by, acts in self._left_out.items() if by not in late}
        standing[act.content.position.event] = late
        governance = replace(self._start.governance, left_out=MappingProxyType(standing))
        attempt = Fold(replace(self._start, governance=governance), self._weighed)
        for earlier in self._acts:
            attempt.take(earlier)
        if not attempt.outranks(act.content.author, peer):
            return False
        self._continue(attempt.state())
        return True

    def _readmit(self, act: Act, body: Readmitted) -> bool:
        return self._rank(act.content.author) >= ADMIN and self._doors.readmit(PeerId(body.peer))

    def _invite(self, act: Act, body: Invited) -> bool:
        least = MEMBER if self._rules.invites else ADMIN
        if self._rank(act.content.author) < least:
            return False
        return self._doors.invite(act.content, len(self._acts), body)

    def _revoke(self, act: Act, body: Revoked) -> bool:
        token = self._doors.tokens.get(TokenId(body.token_id))
        rank = self._rank(act.content.author)
        if token is None or not token.open:
            return False
        if rank < ADMIN and (rank < MEMBER or token.made_by != act.content.author):
            return False
        self._doors.revoke(token.id)
        self._epochs.stale = True
        return True

    def _rekey(self, act: Act, body: NewEpoch) -> bool:
        present = (peer for peer, one in self._people.members.items() if one.present)
        entitled = self._rank(act.content.author) >= ADMIN
        return self._epochs.rekey(act.content, body, present, entitled=entitled)

    def _rule(self, act: Act, body: Ruled) -> bool:
        rule, author = Rule(body.rule), act.content.author
        rules = self._rules.having(rule, body.value)
        # Where nobody governs, how long messages live is for everybody to say.
        free = rule is Rule.VANISH and self._may(author, everybody=False)
        if not (free or self._rank(author) >= ADMIN) or rules == self._rules:
            return False
        self._epochs.stale = self._epochs.stale or rules.history != self._rules.history
        self._rules = rules
        return True

    def _name_courier(self, act: Act, body: CourierNamed) -> bool:
        peer, known = PeerId(body.peer), self._couriers
        if not self._may(act.content.author, everybody=False):
            return False
        if not body.on:
            return known.pop(peer, None) is not None
        full = peer not in known and len(known) == MAX_COURIERS
        if full or self._people.is_in(peer) or known.get(peer) == body.name:
            return False
        known[peer] = body.name
        return True
