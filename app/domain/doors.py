"""Who may come in and who was put out, while acts are taken one by one."""

from __future__ import annotations

from dataclasses import replace

from app.domain.clock import physical_ms
from app.domain.content import NOWHERE, Content
from app.domain.governance import Removal, RoomState, Token
from app.domain.governing import FOUNDING, Invited, Removed, TokenId, token_id
from app.domain.ids import PeerId


class Doors:
    """Starts from a room's state. `order` counts the room's acts."""

    def __init__(self, state: RoomState) -> None:
        governance = state.governance
        self.tokens = dict(governance.tokens)
        self.removals = dict(governance.removals)
        self.closed = dict(governance.closed)
        if state.founder is not None and FOUNDING not in self.tokens:
            self.tokens[FOUNDING] = Token(FOUNDING, b"", state.founder, NOWHERE, order=-1)

    def silences(self, content: Content) -> bool:
        """Tell whether somebody who is out wrote this after it was put out."""
        removal = self.removals.get(content.author)
        return removal is not None and content.seq > removal.seen

    def let_in(self, content: Content, via: bytes) -> bool:
        """Let the author in by a token; return whether that is possible."""
        peer = content.author
        token = self.tokens.get(TokenId(via))
        removal = self.removals.get(peer)
        now_ms = physical_ms(content.position.hlc)
        if token is None or not token.fits(peer, removal, now_ms):
            return False
        self.tokens[token.id] = replace(token, uses=token.uses + 1, open=token.peer is None)
        if removal is not None:
            del self.removals[peer]
            if removal.seen + 1 < content.seq:
                span = removal.seen + 1, content.seq - 1
                self.closed[peer] = (*self.closed.get(peer, ()), span)
        return True

    def invite(self, content: Content, order: int, body: Invited) -> bool:
        """Take a token in; return whether it is new."""
        name = token_id(body.token)
        if name in self.tokens:
            return False
        peer = PeerId(body.peer) if body.peer is not None else None
        maker = content.author
        self.tokens[name] = Token(
            name, body.token, maker, content.position, order, peer, body.until_ms
        )
        return True

    def revoke(self, name: TokenId) -> None:
        self.tokens[name] = replace(self.tokens[name], open=False)

    def put_out(self, content: Content, order: int, body: Removed) -> bool:
        """Let nobody in by what the removed may know; return whether that changes anything."""
        peer = PeerId(body.peer)
        known = self.removals.get(peer)
        seen, ban = body.seen, body.ban
        if known is not None:
            seen, ban = min(seen, known.seen), ban or known.ban
            if (seen, ban) == (known.seen, known.ban):
                return False
        self.removals[peer] = Removal(
            content.position.event, content.author, content.seq, order, seen, ban
        )
        for token in [one for one in self.tokens.values() if one.peer is None and one.open]:
            self.revoke(token.id)
        return True

    def readmit(self, peer: PeerId) -> bool:
        """Lift a ban; return whether there was one."""
        removal = self.removals.get(peer)
        if removal is None or not removal.ban:
            return False
        self.removals[peer] = replace(removal, ban=False)
        return True
